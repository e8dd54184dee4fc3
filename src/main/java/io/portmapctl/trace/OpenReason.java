package io.portmapctl.trace;

/** Why it is not known what becomes of a packet. */
public sealed interface OpenReason {

  /** Asks what kind it is. */
  <R> R accept(Visitor<R> visitor);

  /**
   * What answers for every kind.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link Limit}. */
    R limit(Limit limit);

    /** See {@link UnknownTarget}. */
    R unknownTarget(UnknownTarget target);

    /** See {@link LoopbackFromOutside}. */
    R loopbackFromOutside(LoopbackFromOutside packet);
  }

  /** Where the tracer gives up. */
  enum Limit implements OpenReason {
    /** A packet goes through more rules than are tried. */
    TOO_MANY_STEPS,
    /** A chain leads to itself. */
    CIRCLE,
    /** Jumps lead deeper than the kernel allows. */
    TOO_DEEP,
    /** There are more paths than are told apart. */
    MORE_PATHS;

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.limit(this);
    }
  }

  /**
   * A target of which the effect is not known.
   *
   * @param target its name, octets
   */
  record UnknownTarget(String target) implements OpenReason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unknownTarget(this);
    }
  }

  /**
   * A packet from outside for a loopback address, which the kernel takes only where {@code
   * route_localnet} is set on the interface that it comes in through.
   *
   * @param destination the address
   */
  record LoopbackFromOutside(Address destination) implements OpenReason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.loopbackFromOutside(this);
    }
  }
}
