package io.portmapctl.testing;

import java.util.List;
import java.util.Random;

/** Words that were written to be run, to end what they stand in, or to be seen as another. */
public final class HostileWords {
  private static final List<String> PIECES =
      List.of(
          "'",
          "\"",
          "\\",
          "$",
          "`",
          "\n",
          "\r",
          "\t",
          "\013",
          "\033[2J",
          "\033]0;x\007",
          "\007",
          "\001",
          "\177",
          "%",
          "%s",
          "%n",
          "%%",
          "\\n",
          "\\033",
          "\\\"",
          "-",
          "--",
          "-n",
          " ",
          ";",
          "&",
          "|",
          "<",
          ">",
          "<<'X'",
          "PORTMAPCTL",
          "END",
          "COMMIT",
          "\nCOMMIT\n",
          "*filter",
          "\n*filter\n:INPUT DROP [0:0]\nCOMMIT\n",
          "-A INPUT",
          "\n-A INPUT -j DROP\n",
          "-j ACCEPT",
          "\" -j ACCEPT -m comment --comment \"",
          "--to-destination",
          "! -s",
          "-t filter",
          "-F",
          "-X",
          "$(touch ran)",
          "`touch ran`",
          "; touch ran;",
          "'; touch ran; '",
          "\"; touch ran; \"",
          "\ntouch ran\n",
          "${x}",
          "*",
          "?",
          "~",
          "#",
          "!",
          "!!",
          "=",
          "{a,b}",
          "</table>",
          "<b>",
          "&amp;",
          "]",
          "}",
          "\"}",
          "\",\"applied\":true,\"",
          "\\u0022",
          "\u0080",
          "\u0081",
          "\u0088",
          "\u009b2J",
          "\u00a0",
          "\u00ad",
          // in UTF-8: a letter, C1, soft hyphen, zero width, bidirectional, line separator, BOM,
          // tag
          "\u00c3\u00bc",
          "\u00c2\u009b2J",
          "\u00c2\u0085",
          "\u00c2\u00ad",
          "\u00e2\u0080\u008b",
          "\u00e2\u0080\u00ae",
          "\u00e2\u0081\u00a6",
          "\u00e2\u0080\u00a8",
          "\u00ef\u00bb\u00bf",
          "\u00f3\u00a0\u0080\u00a1",
          "\u00ed\u00a0\u0080",
          "\u00ff",
          "a",
          "Z0",
          "web",
          "c1");

  private HostileWords() {}

  /** A word of a seeded sequence, as octets without NUL; one of twenty is long. */
  public static String word(Random random) {
    StringBuilder word = new StringBuilder();
    int pieces = random.nextInt(random.nextInt(20) == 0 ? 200 : 6);
    for (int i = 0; i < pieces; i++) {
      word.append(
          random.nextInt(4) == 0
              ? String.valueOf((char) (1 + random.nextInt(255)))
              : PIECES.get(random.nextInt(PIECES.size())));
    }
    if (random.nextInt(50) == 0) {
      word.append(String.valueOf((char) ('A' + random.nextInt(26))).repeat(random.nextInt(3_000)));
    }
    return word.toString();
  }

  /** What of octets may not reach a terminal; empty where they may. */
  public static String unsafe(String octets) {
    byte[] bytes = octets.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    String text;
    try {
      text =
          java.nio.charset.StandardCharsets.UTF_8
              .newDecoder()
              .decode(java.nio.ByteBuffer.wrap(bytes))
              .toString();
    } catch (java.nio.charset.CharacterCodingException e) {
      return "no UTF-8: " + e;
    }
    StringBuilder unsafe = new StringBuilder();
    text.codePoints()
        .filter(HostileWords::isControl)
        .forEach(c -> unsafe.append(String.format(" U+%04X", c)));
    return unsafe.toString();
  }

  private static boolean isControl(int c) {
    int type = Character.getType(c);
    return c != '\n'
        && (type == Character.CONTROL
            || type == Character.FORMAT
            || type == Character.SURROGATE
            || type == Character.LINE_SEPARATOR
            || type == Character.PARAGRAPH_SEPARATOR);
  }
}
