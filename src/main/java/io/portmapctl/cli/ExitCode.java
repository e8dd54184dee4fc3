package io.portmapctl.cli;

/** How a command ends; the one place that knows the numbers. */
enum ExitCode {
  /** Done, or nothing to do. */
  OK(0),
  /** There are differences, and they were asked about. */
  DIFFERENCES(1),
  /** The command line is wrong. */
  USAGE(2),
  /** An input is wrong. */
  INPUT(3),
  /** The host did not give what was asked of it. */
  HOST(4),
  /** A conflict with another container, without {@code --force}. */
  CONFLICT(5),
  /** A defect of ours. */
  DEFECT(70);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
