package io.portmapctl.host.route;

import io.portmapctl.fault.FileFault;

/** A text that {@code ip -j} does not print. */
public final class IpFormatException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient FileFault fault;

  IpFormatException(FileFault fault) {
    super(fault.code());
    this.fault = fault;
  }

  /** What is wrong, and where. */
  public FileFault fault() {
    return fault;
  }
}
