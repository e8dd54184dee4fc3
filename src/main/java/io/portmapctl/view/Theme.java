package io.portmapctl.view;

/**
 * All colours, by meaning.
 *
 * @param enabled whether colours are used
 */
public record Theme(boolean enabled) {
  private static final String RESET = "\u001b[0m";
  private static final String REVERSE = "\u001b[7m";
  private static final String UPRIGHT = "\u001b[27m";

  /** Something new. */
  public String added(String text) {
    return paint("\u001b[32m", text);
  }

  /** Something that goes. */
  public String removed(String text) {
    return paint("\u001b[31m", text);
  }

  /** A place: a chain, a hunk. */
  public String place(String text) {
    return paint("\u001b[36m", text);
  }

  /** Whose something is. */
  public String owner(String text) {
    return paint("\u001b[35m", text);
  }

  /** A file header or a summary. */
  public String strong(String text) {
    return paint("\u001b[1m", text);
  }

  /** A warning or a conflict. */
  public String warning(String text) {
    return paint("\u001b[33m", text);
  }

  /**
   * A line in whose place another comes, or that comes in the place of another: what is otherwise
   * in it is shown in reverse, where most of it is the same.
   */
  String changed(String text, String other) {
    if (!enabled || other.isEmpty()) {
      return text;
    }
    int shorter = Math.min(text.length(), other.length());
    int start = 0;
    while (start < shorter && text.charAt(start) == other.charAt(start)) {
      start++;
    }
    int end = 0;
    while (end < shorter - start
        && text.charAt(text.length() - 1 - end) == other.charAt(other.length() - 1 - end)) {
      end++;
    }
    // whole words are marked: a port, an address
    while (start > 0 && isOfWord(text.charAt(start - 1))) {
      start--;
    }
    while (end > 0 && isOfWord(text.charAt(text.length() - end))) {
      end--;
    }
    int last = text.length() - end;
    return start >= last || 2 * (start + end) < text.length()
        ? text
        : text.substring(0, start)
            + REVERSE
            + text.substring(start, last)
            + UPRIGHT
            + text.substring(last);
  }

  private static boolean isOfWord(char c) {
    return c != ' ' && c != ',';
  }

  private String paint(String code, String text) {
    return enabled ? code + text + RESET : text;
  }
}
