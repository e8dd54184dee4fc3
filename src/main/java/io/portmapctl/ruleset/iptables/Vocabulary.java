package io.portmapctl.ruleset.iptables;

import org.jspecify.annotations.Nullable;

/** Words that come again and again, each of which is made once; others push older ones out. */
final class Vocabulary implements SaveFormat.WordMaker {
  /** Longer words are seldom the same. */
  private static final int LONGEST = 20;

  /** A power of two. */
  private static final int SIZE = 1 << 8;

  private final @Nullable String[] words = new String[SIZE];

  @Override
  public String word(char[] line, int start, int length) {
    if (length > LONGEST) {
      return new String(line, start, length);
    }
    int hash = length;
    for (int i = start; i < start + length; i++) {
      hash = 31 * hash + line[i];
    }
    int slot = (hash ^ hash >>> 8) & SIZE - 1;
    String known = words[slot];
    if (known == null || !isSame(known, line, start, length)) {
      known = new String(line, start, length);
      words[slot] = known;
    }
    return known;
  }

  private static boolean isSame(String word, char[] line, int start, int length) {
    if (word.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (word.charAt(i) != line[start + i]) {
        return false;
      }
    }
    return true;
  }
}
