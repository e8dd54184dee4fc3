package io.portmapctl.model;

import java.nio.charset.StandardCharsets;

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

  /** Octets as text; bytes that are no UTF-8 become U+FFFD. */
  public static String decoded(String octets) {
    return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static boolean isAlphanumeric(char c) {
    return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }
}
