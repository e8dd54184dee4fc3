package io.portmapctl.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel says of a process (proc(5), {@code stat}). */
final class ProcessState {
  /** Of the fields behind the name of the program. */
  private static final int START = 19;

  private static final int TERMINAL = 4;
  private static final String NONE = "0";
  private static final int PAUSES = 5;
  private static final int PAUSE_MILLIS = 20;

  private ProcessState() {}

  /**
   * When it started, in ticks since the machine did, which tells it from another that has its
   * number later; empty text where there is no such process any more.
   *
   * @param folder its folder of {@code /proc}
   */
  static String startOf(Path folder) {
    return field(folder, START);
  }

  /** Whether this process has a controlling terminal. */
  static boolean hasTerminal() {
    return !List.of("", NONE).contains(field(Path.of("/proc/self"), TERMINAL));
  }

  /** Whether a process that had a terminal has lost it; a hang-up comes a moment before that. */
  static boolean isTerminalLost() {
    for (int i = 0; i < PAUSES && hasTerminal(); i++) {
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return !hasTerminal();
      }
    }
    return !hasTerminal();
  }

  private static String field(Path folder, int field) {
    try {
      String line = Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return fields[0].equals("Z") || fields.length <= field ? "" : fields[field];
    } catch (IOException e) {
      return "";
    }
  }
}
