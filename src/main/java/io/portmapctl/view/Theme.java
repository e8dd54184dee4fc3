package io.portmapctl.view;

/**
 * All colours, by meaning.
 *
 * @param enabled whether colours are used
 */
public record Theme(boolean enabled) {
  private static final String RESET = "\u001b[0m";

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

  private String paint(String code, String text) {
    return enabled ? code + text + RESET : text;
  }
}
