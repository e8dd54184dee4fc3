package io.portmapctl.model;

/** Which end of a packet a match looks at. */
public enum Side {
  /** Where it comes from. */
  SOURCE,
  /** Where it goes. */
  DESTINATION
}
