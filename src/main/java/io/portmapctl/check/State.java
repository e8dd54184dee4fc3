package io.portmapctl.check;

/** How a mapping in a ruleset is. */
public enum State {
  /** As it should be. */
  OK("ok"),
  /** Its container is none of those that the host is known to have, or is dead. */
  ORPHAN("orphan"),
  /** A part of it is missing. */
  INCOMPLETE("incomplete"),
  /** Another container claims the same port. */
  CONFLICT("conflict"),
  /** A rule of nobody's mapping takes its packets first. */
  SHADOWED("shadowed");

  private final String id;

  State(String id) {
    this.id = id;
  }

  /** The name in options, tables and JSON. */
  public String id() {
    return id;
  }
}
