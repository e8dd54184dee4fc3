package io.portmapctl.text;

/**
 * Words for a POSIX shell: what it makes of them is the word again, whatever bytes it is of (IEEE
 * 1003.1, Shell Command Language 2.2 and 2.6.3). NUL cannot be in a word.
 */
public final class ShellWord {
  private static final String BARE = "./:,=@%+_-";

  private ShellWord() {}

  /** As {@link #quoted}, of a text and as one. */
  public static String quotedText(String word) {
    return new Octets(quoted(Octets.utf8(word).latin1())).decoded();
  }

  /**
   * A word in quotes, where it needs any; octets. What cannot be seen, or is no UTF-8, stands as
   * escapes of {@code printf}, so that a line can be pasted into a terminal; but for a word that
   * ends in a line break, which a substitution would cut off: it stands in plain quotes.
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
    boolean hidden = !isSeen(word);
    return (control || hidden) && !word.endsWith("\n")
        ? "\"$(printf '" + escaped(word, hidden) + "')\""
        : "'" + word.replace("'", "'\\''") + "'";
  }

  /** Whether what is not ASCII is UTF-8, and there to be seen. */
  private static boolean isSeen(String word) {
    if (word.chars().allMatch(c -> c < 128)) {
      return true;
    }
    Octets octets = new Octets(word);
    String text = octets.decoded();
    return Octets.utf8(text).equals(octets)
        && text.codePoints().allMatch(c -> c < 128 || Printable.isShown(c));
  }

  private static boolean isAlphanumeric(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }

  private static boolean isControl(char c) {
    return c < ' ' || c == 127;
  }

  /**
   * As printf's format, in single quotes.
   *
   * @param all whether every byte that is no ASCII is escaped
   */
  private static String escaped(String word, boolean all) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (isControl(c)
          || c == '\''
          || c == '!'
          || all && c > 127) { // an interactive shell expands what follows !
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
