package io.portmapctl.trace;

/** An answer of three: a question whose answer is not known is not answered by a guess. */
public enum Ternary {
  /** It is so. */
  YES,
  /** It is not so. */
  NO,
  /** It may be so. */
  UNKNOWN;

  /** What is known for certain. */
  public static Ternary of(boolean known) {
    return known ? YES : NO;
  }

  /** Whether both hold. */
  public Ternary and(Ternary other) {
    if (this == NO || other == NO) {
      return NO;
    }
    return this == YES ? other : UNKNOWN;
  }

  /** Whether one of them holds. */
  public Ternary or(Ternary other) {
    return not().and(other.not()).not();
  }

  /** The opposite. */
  public Ternary not() {
    return switch (this) {
      case YES -> NO;
      case NO -> YES;
      case UNKNOWN -> UNKNOWN;
    };
  }

  /** The opposite where a match is negated. */
  Ternary negatedIf(boolean negated) {
    return negated ? not() : this;
  }
}
