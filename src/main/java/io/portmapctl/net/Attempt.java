package io.portmapctl.net;

import java.util.Locale;

/** What became of one connection that was tried, or why none was. */
public enum Attempt {
  /** It came about. */
  CONNECTED,
  /** A datagram was answered. */
  ANSWERED,
  /** Somebody refused it. */
  REFUSED,
  /** Nothing came back in time. */
  TIMED_OUT,
  /** There is no way there, or nobody. */
  UNREACHABLE,
  /** This host did not let it go. */
  NOT_PERMITTED,
  /** Nothing came back of a datagram, which tells nothing. */
  SILENT,
  /** It failed in another way. */
  FAILED,
  /** It was not tried: only another machine can send so. */
  OTHER_MACHINE,
  /** It was not tried: the network namespace of who would send was not found. */
  NO_NAMESPACE,
  /** It was not tried: a program is missing. */
  NO_PROGRAM,
  /** It was not tried: this host may not enter the namespace. */
  NOT_ENTERED,
  /** It was not tried: connections of that protocol are not. */
  PROTOCOL,
  /** It was not tried: there are too many. */
  TOO_MANY;

  /** The name in JSON. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether somebody answered. */
  public boolean succeeded() {
    return this == CONNECTED || this == ANSWERED;
  }

  /** Whether it was tried, and is known to have failed. */
  public boolean failed() {
    return this == REFUSED
        || this == TIMED_OUT
        || this == UNREACHABLE
        || this == NOT_PERMITTED
        || this == FAILED;
  }
}
