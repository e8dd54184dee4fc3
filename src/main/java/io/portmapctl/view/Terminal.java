package io.portmapctl.view;

import io.portmapctl.text.Octets;
import io.portmapctl.text.Printable;
import java.nio.charset.StandardCharsets;

/** Text that may go to a terminal. */
public final class Terminal {
  private Terminal() {}

  /** Octets as a terminal may show them: line by line, control characters as escapes. */
  public static String safe(String octets) {
    StringBuilder out = new StringBuilder();
    for (String line : decoded(octets).split("\n", -1)) {
      out.append(out.length() == 0 ? "" : "\n").append(Printable.escaped(line));
    }
    return octets(out.toString());
  }

  /** Octets as text; bytes that are no UTF-8 become U+FFFD. */
  public static String decoded(String octets) {
    return new Octets(octets).decoded();
  }

  /** Text as octets. */
  public static String octets(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
