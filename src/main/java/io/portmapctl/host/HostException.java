package io.portmapctl.host;

import io.portmapctl.fault.HostFault;
import java.io.IOException;

/** The host did not give what was asked of it. */
public final class HostException extends Exception {
  private static final long serialVersionUID = 1L;
  private final Kind kind;
  private final transient HostFault fault;

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

  /** With what is told to the user. */
  public HostException(Kind kind, HostFault fault) {
    super(fault.code());
    this.kind = kind;
    this.fault = fault;
  }

  /** That a program did not run to its end. */
  public static HostException notRun(String program, IOException why) {
    return new HostException(
        Kind.FAILED,
        new HostFault.Program(
            HostFault.Ending.NOT_RUN, program, 0, String.valueOf(why.getMessage())));
  }

  /** What kind of failure it is. */
  public Kind kind() {
    return kind;
  }

  /** What is told to the user. */
  public HostFault fault() {
    return fault;
  }
}
