package io.portmapctl.trace;

/** An answer of three: a question whose answer is not known is not answered by a guess. */
public enum Truth {
  /** It is so. */
  YES,
  /** It is not so. */
  NO,
  /** It may be so. */
  UNKNOWN;

  /** What is known for certain. */
  public static Truth of(boolean known) {
    return known ? YES : NO;
  }

  /** Whether both hold. */
  public Truth and(Truth other) {
    if (this == NO || other == NO) {
      return NO;
    }
    return this == YES ? other : UNKNOWN;
  }

  /** Whether one of them holds. */
  public Truth or(Truth other) {
    return not().and(other.not()).not();
  }

  /** The opposite. */
  public Truth not() {
    return switch (this) {
      case YES -> NO;
      case NO -> YES;
      case UNKNOWN -> UNKNOWN;
    };
  }

  /** The opposite where a match is negated. */
  Truth negatedIf(boolean negated) {
    return negated ? not() : this;
  }
}
