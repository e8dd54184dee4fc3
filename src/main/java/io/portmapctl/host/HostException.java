package io.portmapctl.host;

/** The host did not give what was asked of it; the message says the cure where there is one. */
public final class HostException extends Exception {
  private static final long serialVersionUID = 1L;
  private final Kind kind;

  /** What kind of failure. */
  public enum Kind {
    /** A program is not installed. */
    MISSING,
    /** The kernel forbids it. */
    NOT_PERMITTED,
    /** A lock could not be had in time. */
    BUSY,
    /** A program failed, or did not end in time. */
    FAILED,
    /** What it answered cannot be used. */
    UNREADABLE
  }

  /** With a message for the user. */
  public HostException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What kind of failure it is. */
  public Kind kind() {
    return kind;
  }

  /** The message; never null. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
