package io.portmapctl.view;

/**
 * Sentences in lines that a terminal need not break. What may be copied stays one line: rules and
 * commands.
 */
public final class Prose {
  private static final int HANGING = 2;

  private Prose() {}

  /** Everything but rules and commands, in lines of at most so many columns; octets. */
  public static String wrapped(String octets, int width) {
    return each(octets, width, false);
  }

  /** Warnings and conflicts alone, among other things; octets. */
  public static String notesWrapped(String octets, int width) {
    return each(octets, width, true);
  }

  private static String each(String octets, int width, boolean notesOnly) {
    StringBuilder out = new StringBuilder();
    String separator = "";
    for (String line : Terminal.decoded(octets).split("\n", -1)) {
      String plain = plain(line);
      boolean stays =
          notesOnly
              ? !plain.startsWith("warning: ") && !plain.startsWith("conflict: ")
              : isToBeCopied(plain.strip());
      out.append(separator).append(stays ? line : line(line, width));
      separator = "\n";
    }
    return Terminal.octets(out.toString());
  }

  private static boolean isToBeCopied(String line) {
    String rule = line.startsWith("+ ") || line.startsWith("- ") ? line.substring(2).strip() : line;
    return rule.startsWith("-A ") || line.startsWith("portmapctl ") || line.startsWith("sudo ");
  }

  /** One line of text, in lines of at most so many columns. */
  public static String line(String line, int width) {
    String plain = plain(line);
    if (plain.length() <= width) {
      return line;
    }
    int indent = plain.length() - plain.stripLeading().length();
    String hanging = " ".repeat(indent + HANGING);
    StringBuilder out = new StringBuilder(line.length() + hanging.length());
    int column = 0;
    boolean first = true;
    for (String word : line.strip().split(" ", -1)) {
      int length = plain(word).length();
      if (first) {
        out.append(" ".repeat(indent));
        column = indent;
      } else if (column + 1 + length > width) {
        out.append('\n').append(hanging);
        column = hanging.length();
      } else {
        out.append(' ');
        column++;
      }
      out.append(word);
      column += length;
      first = false;
    }
    return out.toString();
  }

  /** Without colours. */
  private static String plain(String line) {
    return line.indexOf('\u001b') < 0 ? line : line.replaceAll("\u001b\\[[0-9;]*m", "");
  }
}
