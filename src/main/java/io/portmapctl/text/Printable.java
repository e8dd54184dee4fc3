package io.portmapctl.text;

/** Values of an input in a message: quoted, cut, and with control characters as escapes. */
public final class Printable {
  private static final int LONGEST = 80;

  private Printable() {}

  /** In double quotes, cut after 80 characters. */
  public static String quoted(String value) {
    String cut = value.length() > LONGEST ? value.substring(0, LONGEST) + "..." : value;
    return '"' + escaped(cut).replace("\"", "\\\"") + '"';
  }

  /** Control characters and lone surrogates as escapes; nothing else is changed. */
  public static String escaped(String value) {
    StringBuilder out = new StringBuilder(value.length());
    value.codePoints().forEach(c -> append(out, c));
    return out.toString();
  }

  private static void append(StringBuilder out, int c) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (isShown(c)) {
          out.appendCodePoint(c);
        } else {
          out.append(c < 256 ? String.format("\\x%02x", c) : String.format("\\u%04x", c));
        }
      }
    }
  }

  /**
   * Whether a character is there to be seen. A terminal obeys controls, the ones of ISO 6429 that
   * begin at 128 included; format characters turn the direction of others or hide; half a character
   * is none.
   */
  public static boolean isShown(int c) {
    int type = Character.getType(c);
    return type != Character.CONTROL
        && type != Character.FORMAT
        && type != Character.SURROGATE
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR;
  }
}
