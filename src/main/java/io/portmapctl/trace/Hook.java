package io.portmapctl.trace;

/** Where the kernel takes packets through table nat; each has a built-in chain of that name. */
public enum Hook {
  /** What comes in, before it is decided where it goes. */
  PREROUTING,
  /** What this host takes in itself. */
  INPUT,
  /** What this host sends. */
  OUTPUT,
  /** What leaves. */
  POSTROUTING;

  /** Whether sources are rewritten here, and not destinations. */
  public boolean rewritesSource() {
    return this == INPUT || this == POSTROUTING;
  }
}
