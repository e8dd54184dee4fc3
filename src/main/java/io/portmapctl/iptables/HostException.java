package io.portmapctl.iptables;

/** The host did not give what was asked of it; the message says the cure. */
public final class HostException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public HostException(String message) {
    super(message);
  }
}
