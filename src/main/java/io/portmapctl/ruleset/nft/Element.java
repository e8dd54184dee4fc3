package io.portmapctl.ruleset.nft;

import java.util.Optional;

/**
 * An element of a set or a map.
 *
 * @param key its key; {@code *} for all that no other element has
 * @param data what a map has for it; empty in a set
 * @param expires whether it goes away by itself
 * @param comment its comment, octets; empty where it has none
 */
public record Element(Expression key, Optional<Expression> data, boolean expires, String comment) {
  private static final String ANY = "*";

  /** Whether it is for all that no other element has. */
  public boolean isCatchAll() {
    return key instanceof Expression.Constant constant && constant.value().equals(ANY);
  }
}
