package io.portmapctl.text;

/**
 * Words for a POSIX shell: what it makes of them is the word again, whatever bytes it is of (IEEE
 * 1003.1, Shell Command Language 2.2 and 2.6.3). NUL cannot be in a word.
 */
public final class ShellWord {
  private static final String BARE = "./:,=@%+_-";

  private ShellWord() {}

  /**
   * A word in quotes, where it needs any; octets. Control characters stand as escapes of {@code
   * printf}, so that a line can be pasted into a terminal; but for a word that ends in a line
   * break, which a substitution would cut off: it stands in plain quotes.
   */
  public static String quoted(String word) {
    boolean bare = !word.isEmpty();
    boolean control = false;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      bare = bare && (isAlphanumeric(c) || BARE.indexOf(c) >= 0);
      control |= isControl(c);
    }
    if (bare) {
      return word;
    }
    return control && !word.endsWith("\n")
        ? "\"$(printf '" + escaped(word) + "')\""
        : "'" + word.replace("'", "'\\''") + "'";
  }

  private static boolean isAlphanumeric(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }

  private static boolean isControl(char c) {
    return c < ' ' || c == 127;
  }

  /** As printf's format, in single quotes. */
  private static String escaped(String word) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (isControl(c) || c == '\'' || c == '!') { // an interactive shell expands what follows !
        out.append('\\').append((char) ('0' + (c >> 6))).append((char) ('0' + (c >> 3 & 7)));
        out.append((char) ('0' + (c & 7)));
      } else if (c == '\\' || c == '%') {
        out.append(c).append(c);
      } else {
        out.append(c);
      }
    }
    // a format that begins with a dash would be taken for an option
    return out.charAt(0) == '-' ? "\\055" + out.substring(1) : out.toString();
  }
}
