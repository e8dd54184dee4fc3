package io.portmapctl.fault;

import io.portmapctl.net.Family;

/** What was asked cannot be. */
public sealed interface UsageFault extends Fault {

  @Override
  default <T> T accept(Fault.Visitor<T> visitor) {
    return visitor.usage(this);
  }

  /** Calls the method for its kind. */
  <T> T visit(Visitor<T> visitor);

  /** The command line's own words: only it knows how it was asked. */
  record Words(String words) implements UsageFault {
    @Override
    public String code() {
      return "usage";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.words(this);
    }
  }

  /** An output of one family is asked for, and both change. */
  record SeveralFamilies() implements UsageFault {
    @Override
    public String code() {
      return "usage";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.severalFamilies(this);
    }
  }

  /** What is asked is about a family that is left out. */
  record FamilyLeftOut(Family family) implements UsageFault {
    @Override
    public String code() {
      return "usage";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.familyLeftOut(this);
    }
  }

  /** A packet of the host's own is said to come in through an interface. */
  record ComesInNowhere(String networkInterface) implements UsageFault {
    @Override
    public String code() {
      return "usage";
    }

    @Override
    public <T> T visit(Visitor<T> visitor) {
      return visitor.comesInNowhere(this);
    }
  }

  /**
   * Answers for every kind.
   *
   * @param <T> the answer
   */
  interface Visitor<T> {
    /** In words. */
    T words(Words fault);

    /** Both change. */
    T severalFamilies(SeveralFamilies fault);

    /** Left out. */
    T familyLeftOut(FamilyLeftOut fault);

    /** Starts here. */
    T comesInNowhere(ComesInNowhere fault);
  }
}
