package io.portmapctl.trace;

import io.portmapctl.ruleset.Rule;

/**
 * A rule where it stands.
 *
 * @param chain the chain
 * @param index its place in it, from 1
 * @param rule the rule
 */
public record RulePlace(String chain, int index, Rule rule) {

  /** Whether both are the same place of a table. */
  public boolean isAt(RulePlace other) {
    return index == other.index && chain.equals(other.chain);
  }
}
