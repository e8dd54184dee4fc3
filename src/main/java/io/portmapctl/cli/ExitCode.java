package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import java.util.LinkedHashMap;
import java.util.Map;

/** How a command ends; the one place that knows the numbers. */
public enum ExitCode {
  /** Done, or nothing to do. */
  OK(0, "done, or nothing to do"),
  /** There are differences, and they were asked about. */
  DIFFERENCES(1, "differences: check found some, --exit-code asked, or the answer was no"),
  /** The command line is wrong. */
  USAGE(2, "the command line is wrong"),
  /** An input is wrong. */
  INPUT(3, "an input is wrong: configuration or ruleset file"),
  /** The host did not give what was asked of it. */
  HOST(4, "the host: iptables missing, no permission, the kernel refused"),
  /** A conflict with another container, without {@code --force}, or a plan that no longer fits. */
  CONFLICT(
      5,
      "refused: a conflict with another container's mapping, without --force; a saved plan that no"
          + " longer fits"),
  /** A defect of ours. */
  DEFECT(70, "a defect of portmapctl"),
  /** Given up in the shell, by Ctrl-C. */
  INTERRUPTED(130, "given up by Ctrl-C");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** The code of a use case that did not work. */
  static ExitCode of(Failure.Kind kind) {
    return switch (kind) {
      case USAGE -> USAGE;
      case INPUT -> INPUT;
      case HOST -> HOST;
      case REFUSED -> CONFLICT;
    };
  }

  /** Number and meaning of each, for the help. */
  static Map<String, String> list() {
    Map<String, String> list = new LinkedHashMap<>();
    for (ExitCode code : values()) {
      list.put(Integer.toString(code.number), code.meaning);
    }
    return list;
  }

  /** The number. */
  public int number() {
    return number;
  }
}
