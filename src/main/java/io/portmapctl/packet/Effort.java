package io.portmapctl.packet;

/**
 * How much may be done to follow packets through the rules of one table. It is counted in runs of
 * nodes that are looked at and not in time, so that the same question ends the same way on every
 * machine. Sets of a hostile ruleset may double with every rule; whoever follows them stops then,
 * and says that it is not known.
 */
public final class Effort {
  /** No single question may take more than this part of all. */
  private static final int PARTS = 4;

  private final long most;
  private long spent;
  private long until;

  /**
   * As much.
   *
   * @param most how much all questions together may take; what is made of their answers, as much
   *     again
   */
  public Effort(long most) {
    this.most = most;
    this.until = 2 * most;
  }

  /** Without a bound: for sets that nobody else's rules make. */
  static Effort endless() {
    return new Effort(Long.MAX_VALUE / 2);
  }

  /** A question begins, which may take a part of what is left. */
  public void begin() {
    until = Math.min(spent + most / PARTS, most);
  }

  /** The question is answered, or given up. */
  public void end() {
    until = 2 * most;
  }

  /**
   * Does as much.
   *
   * @throws TooInvolvedException where that is more than may be done
   */
  public void spend(int work) {
    spent += work;
    if (spent > until) {
      throw new TooInvolvedException();
    }
  }
}
