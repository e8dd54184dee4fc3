package io.portmapctl.ruleset.nft;

/**
 * What a rule says of a packet.
 *
 * @param kind which
 * @param chain the chain of a jump or goto; empty for the others
 */
public record Verdict(Kind kind, String chain) {

  /** Which verdict. */
  public enum Kind {
    /** It ends this base chain. */
    ACCEPT("accept"),
    /** It ends everything. */
    DROP("drop"),
    /** The next rule is asked. */
    CONTINUE("continue"),
    /** Back to where the chain was jumped to from. */
    RETURN("return"),
    /** Through another chain, and back behind this rule. */
    JUMP("jump"),
    /** Through another chain, and back to where this one was jumped to from. */
    GOTO("goto");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The word in nft and in its JSON. */
    public String word() {
      return word;
    }
  }

  /** As nft writes it. */
  public String text() {
    return chain.isEmpty() ? kind.word() : kind.word() + " " + chain;
  }
}
