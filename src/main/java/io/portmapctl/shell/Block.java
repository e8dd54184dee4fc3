package io.portmapctl.shell;

import io.portmapctl.cli.ShellWords;
import java.util.ArrayList;
import java.util.List;

/** What was pasted at once. */
final class Block {
  private Block() {}

  /**
   * Its lines, none of them blank. As in a system's shell one that ends in a backslash goes on in
   * the next, and so does one in which a quote is open.
   */
  static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String next : text.replace("\r\n", "\n").replace('\r', '\n').split("\n", -1)) {
      line.append(next);
      if (endsInBackslash(next)) {
        line.setLength(line.length() - 1);
      } else if (ShellWords.ofCommandLine(line.toString()).open()) {
        line.append('\n');
      } else {
        add(lines, line);
      }
    }
    add(lines, line);
    return lines;
  }

  private static void add(List<String> lines, StringBuilder line) {
    String whole = line.toString().strip();
    if (!whole.isEmpty()) {
      lines.add(whole);
    }
    line.setLength(0);
  }

  /** Whether the last character is a backslash that no other stands before. */
  private static boolean endsInBackslash(String line) {
    int count = 0;
    while (count < line.length() && line.charAt(line.length() - 1 - count) == '\\') {
      count++;
    }
    return count % 2 == 1;
  }
}
