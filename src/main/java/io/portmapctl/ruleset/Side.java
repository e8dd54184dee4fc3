package io.portmapctl.ruleset;

/** Which end of a packet a match looks at. */
public enum Side {
  /** Where it comes from. */
  SOURCE,
  /** Where it goes. */
  DESTINATION
}
