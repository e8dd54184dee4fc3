package io.portmapctl.ruleset;

/** Where the kernel takes packets through tables; each has a built-in chain of that name. */
public enum Hook {
  /** What comes in, before it is decided where it goes. */
  PREROUTING,
  /** What this host takes in itself. */
  INPUT,
  /** What goes through this host. */
  FORWARD,
  /** What this host sends. */
  OUTPUT,
  /** What leaves. */
  POSTROUTING;

  /** Whether table nat rewrites sources here, and not destinations. */
  public boolean rewritesSource() {
    return this == INPUT || this == POSTROUTING;
  }
}
