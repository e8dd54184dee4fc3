package io.portmapctl.portmap;

/** What a chain of the layouts is for, as its name tells. */
public enum ChainRole {
  /** Shared: its entries look up whose port a packet is for. */
  ENTRIES,
  /** Shared: its entries look up whose connections from localhost are masqueraded. */
  SOURCES,
  /** Shared: marks what shall be masqueraded. */
  MARKS,
  /** Shared: masquerades what is marked. */
  MASQUERADES,
  /** A container's: translates its ports. */
  TRANSLATES,
  /** A container's: masquerades connections from localhost to it. */
  MASQUERADES_LOCALHOST,
  /** None of these: built-in, or another program's. */
  OTHER;

  /** Whether it is a container's own. */
  public boolean isContainers() {
    return this == TRANSLATES || this == MASQUERADES_LOCALHOST;
  }
}
