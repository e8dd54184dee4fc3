package io.portmapctl.ruleset;

import java.util.List;

/**
 * A chain and its rules in order.
 *
 * @param name at most 28 characters
 * @param policy {@code ACCEPT} or {@code DROP} for a built-in chain, {@code -} for a user's
 * @param counters {@code [packets:bytes]} as printed, or empty
 * @param rows the rules
 */
public record Chain(String name, String policy, String counters, List<RuleEntry> rows) {

  /** Copies the list. */
  public Chain {
    rows = RuleEntry.copied(rows);
  }

  /** A user's chain. */
  public static Chain user(String name, List<RuleEntry> rows) {
    return new Chain(name, "-", "", rows);
  }

  /** Whether the kernel made it; it cannot be removed. */
  public boolean builtIn() {
    return !policy.equals("-");
  }
}
