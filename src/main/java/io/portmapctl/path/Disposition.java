package io.portmapctl.path;

/** What becomes of a packet itself, whatever becomes of its answer. */
public enum Disposition {
  /** This host itself gets it. */
  DELIVERED("delivered"),
  /** It is passed on to another machine or container. */
  FORWARDED("forwarded"),
  /** It leaves this host, which sent it. */
  SENT("sent"),
  /** It is dropped. */
  DROPPED("dropped"),
  /** It is dropped, and its sender is told. */
  REJECTED("rejected"),
  /** The kernel takes it nowhere. */
  NOT_ROUTED("not-routed"),
  /** It is not known. */
  OPEN("unknown");

  private final String id;

  Disposition(String id) {
    this.id = id;
  }

  /** The name in JSON. */
  public String id() {
    return id;
  }

  /** Whether it goes on. */
  public boolean goesOn() {
    return this == DELIVERED || this == FORWARDED || this == SENT;
  }
}
