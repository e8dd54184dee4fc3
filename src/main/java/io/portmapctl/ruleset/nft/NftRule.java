package io.portmapctl.ruleset.nft;

import io.portmapctl.text.Octets;
import java.util.List;
import java.util.OptionalLong;

/**
 * A rule.
 *
 * @param handle its number in its table, where it is told
 * @param statements its parts, in order
 * @param comment its comment; empty where it has none
 */
public record NftRule(OptionalLong handle, List<Statement> statements, Octets comment) {
  /** Copies the list. */
  public NftRule {
    statements = List.copyOf(statements);
  }

  /**
   * The rule in nft's own words, as {@code nft -s list ruleset} prints it.
   *
   * @param family the family of its table
   */
  public Octets text(String family) {
    return new NftWords(family).rule(this);
  }
}
