package io.portmapctl.route;

/** What decides where a packet goes. */
public sealed interface Decider {

  /** Asks what kind it is. */
  <R> R accept(Visitor<R> visitor);

  /**
   * What answers for every kind.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link ByRule}. */
    R rule(ByRule by);

    /** See {@link ByRoute}. */
    R route(ByRoute by);

    /** See {@link BySetting}. */
    R setting(BySetting by);

    /** See {@link ByLink}. */
    R link(ByLink by);
  }

  /** A policy rule. */
  record ByRule(PolicyRule rule) implements Decider {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.rule(this);
    }
  }

  /** A route. */
  record ByRoute(Route route) implements Decider {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.route(this);
    }
  }

  /** A setting of the kernel's. */
  record BySetting(Setting setting) implements Decider {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.setting(this);
    }
  }

  /**
   * An interface.
   *
   * @param name its name
   * @param state what is the matter with it
   */
  record ByLink(String name, State state) implements Decider {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.link(this);
    }
  }

  /** What may be the matter with an interface. */
  enum State {
    /** There is none of that name. */
    ABSENT,
    /** It is switched off. */
    DOWN,
    /** It has no address of the family. */
    WITHOUT_ADDRESS
  }
}
