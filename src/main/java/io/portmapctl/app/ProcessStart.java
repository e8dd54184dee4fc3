package io.portmapctl.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** When a process started, which tells it from another that has its number later (proc(5)). */
final class ProcessStart {
  /** Of the fields behind the name of the program. */
  private static final int FIELD = 19;

  private ProcessStart() {}

  /**
   * In ticks since the machine started; empty text where there is no such process any more.
   *
   * @param folder its folder of {@code /proc}
   */
  static String of(Path folder) {
    try {
      String line = Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return fields[0].equals("Z") || fields.length <= FIELD ? "" : fields[FIELD];
    } catch (IOException e) {
      return "";
    }
  }
}
