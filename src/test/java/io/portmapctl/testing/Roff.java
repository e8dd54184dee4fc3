package io.portmapctl.testing;

import java.util.List;
import java.util.regex.Pattern;

/** Text as the macros of man pages take it. */
public final class Roff {
  private static final Pattern WORD = Pattern.compile("[A-Z][A-Z0-9]*|[a-z][a-z0-9-]*");

  private static final int WIDTH = 76;

  private Roff() {}

  /** Text as it is: every dash can be copied, nothing is taken for a request. */
  public static String text(String text) {
    String escaped =
        text.replace("\\", "\\e")
            .replace("-", "\\-")
            .replace("~", "\\(ti")
            .replace("^", "\\(ha")
            .replace("`", "\\(ga");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }

  /** Sentences, each on lines of its own. */
  public static String sentences(String... texts) {
    String all = String.join(" ", texts).replace("%n", " ").replace("%%", "%");
    return List.of(all.split("(?<=[.]) +(?=[A-Z])")).stream()
        .map(sentence -> text(sentence).replaceAll("(.{1," + WIDTH + "})( |$)", "$1\n").strip())
        .reduce((a, b) -> a + "\n" + b)
        .orElse("");
  }

  /** In bold. */
  public static String bold(String text) {
    return "\\fB" + text(text) + "\\fR";
  }

  /** What stands for a value in italics, what is written as it is in bold. */
  public static String label(String label) {
    return WORD.matcher(text(label).replace("\\-", "-"))
        .replaceAll(
            word ->
                Character.isUpperCase(word.group().charAt(0))
                    ? "\\\\fI" + word.group() + "\\\\fR"
                    : "\\\\fB" + word.group().replace("-", "\\\\-") + "\\\\fR");
  }
}
