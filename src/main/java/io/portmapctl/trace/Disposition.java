package io.portmapctl.trace;

/** What becomes of a packet, as far as table nat and the addresses tell. */
public enum Disposition {
  /** This host itself gets it. */
  DELIVERED("delivered"),
  /** It is passed on to another machine or container. */
  FORWARDED("forwarded"),
  /** It leaves this host, which sent it. */
  SENT("sent"),
  /** It is dropped. */
  DROPPED("dropped"),
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
}
