package io.portmapctl.ruleset.iptables;

import io.portmapctl.ruleset.Words;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.List;

/** The words of one match or target, read from left to right. */
final class Options {
  private final List<String> words;
  private int next;

  Options(List<String> words) {
    this.words = words;
  }

  boolean hasNext() {
    return next < words.size();
  }

  /** Whether {@code !} stands next; it is taken. */
  boolean negated() {
    boolean negated = hasNext() && words.get(next).equals("!");
    next += negated ? 1 : 0;
    return negated;
  }

  /** The next word. */
  String take() throws NotUnderstood {
    if (!hasNext()) {
      throw new NotUnderstood();
    }
    return words.get(next++);
  }

  /** Takes this word, which must stand next. */
  void expect(String word) throws NotUnderstood {
    if (!take().equals(word)) {
      throw new NotUnderstood();
    }
  }

  /** There must be no more. */
  void end() throws NotUnderstood {
    if (hasNext()) {
      throw new NotUnderstood();
    }
  }

  /** Whether the program that printed them could not show what they were. */
  boolean isUnshown() {
    return hasNext() && words.get(next).equals("[unsupported");
  }

  /** All that are left, as they are. */
  List<Octets> rest() {
    List<Octets> rest = from(next);
    next = words.size();
    return rest;
  }

  /** All of them, as they are kept where they are not understood. */
  List<Octets> kept() {
    return from(0);
  }

  private List<Octets> from(int start) {
    List<Octets> kept = new ArrayList<>(words.size());
    for (int i = start; i < words.size(); i++) {
      boolean prefix = i > 0 && words.get(i - 1).endsWith("log-prefix");
      kept.add(new Octets(prefix ? Words.quote(words.get(i)) : quoted(words.get(i))));
    }
    return List.copyOf(kept);
  }

  /** A name that iptables-save prints without quotes. */
  static String bare(String name) throws NotUnderstood {
    if (!quoted(name).equals(name)) {
      throw new NotUnderstood();
    }
    return name;
  }

  /** Quoted only where a blank or a quote demands it. */
  static String quoted(String word) {
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c <= ' ' || c == '"' || c == '\\' || c == '\'') {
        return Words.quote(word);
      }
    }
    return word.isEmpty() ? "\"\"" : word;
  }
}
