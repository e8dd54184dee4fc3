package io.portmapctl.ruleset;

import io.portmapctl.text.Octets;
import java.util.List;

/** How iptables-save writes a value. */
public final class Words {
  private Words() {}

  /**
   * Quotes a value as iptables-save does: bare when every byte is a letter, a digit, {@code _} or
   * {@code -}; else in double quotes with a backslash before {@code "}, {@code \} and {@code '}.
   */
  public static String quote(String value) {
    boolean bare = !value.isEmpty();
    for (int i = 0; i < value.length() && bare; i++) {
      char c = value.charAt(i);
      bare = c == '_' || c == '-' || isAlphanumeric(c);
    }
    if (bare) {
      return value;
    }
    StringBuilder out = new StringBuilder(value.length() + 8).append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\' || c == '\'') {
        out.append('\\');
      }
      out.append(c);
    }
    return out.append('"').toString();
  }

  /**
   * Whether options are {@code [unsupported revision]}: so iptables-save prints an extension that
   * was made by a newer iptables.
   */
  static boolean areUnshown(List<Octets> options) {
    return options.size() == 2
        && options.get(0).latin1().equals("[unsupported")
        && options.get(1).latin1().equals("revision]");
  }

  private static boolean isAlphanumeric(char c) {
    return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }
}
