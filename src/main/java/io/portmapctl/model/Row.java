package io.portmapctl.model;

/**
 * A rule as it stands in a chain.
 *
 * @param rule its meaning
 * @param text its spelling where it stands, without {@code -A CHAIN}
 * @param counters {@code [packets:bytes]} as printed before it, or empty
 */
public record Row(Rule rule, Octets text, String counters) {

  /** A rule that is not in any kernel yet. */
  public static Row of(Rule rule) {
    return new Row(rule, rule.text(), "");
  }
}
