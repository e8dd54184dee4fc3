package io.portmapctl.ruleset;

import io.portmapctl.text.Octets;

/**
 * A rule as it stands in a chain.
 *
 * @param rule its meaning
 * @param text its spelling where it stands, without {@code -A CHAIN}
 * @param counters {@code [packets:bytes]} as printed before it, or empty
 */
public record RuleEntry(Rule rule, Octets text, String counters) {

  /** A rule that is not in any kernel yet. */
  public static RuleEntry of(Rule rule) {
    return new RuleEntry(rule, rule.text(), "");
  }
}
