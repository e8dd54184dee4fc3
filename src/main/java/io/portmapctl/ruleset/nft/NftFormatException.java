package io.portmapctl.ruleset.nft;

/** What should be nft's JSON is none. */
public final class NftFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong with it. */
  public enum Kind {
    /** It is no JSON; the place is the line. */
    NO_JSON,
    /** It is nested deeper than is read; the place is the line. */
    TOO_DEEP,
    /** It is JSON without {@code nftables}; the place is empty. */
    NO_RULESET,
    /** An object lacks what it must have; the place is a JSON path. */
    INCOMPLETE
  }

  private final Kind kind;
  private final String place;

  NftFormatException(Kind kind, String place) {
    super(kind + " " + place);
    this.kind = kind;
    this.place = place;
  }

  /** What is wrong. */
  public Kind kind() {
    return kind;
  }

  /** Where: a line, or a path as {@code $.nftables[4].rule}. */
  public String place() {
    return place;
  }
}
