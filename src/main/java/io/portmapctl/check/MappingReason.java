package io.portmapctl.check;

/** Why a mapping in a ruleset is not as it should be. */
public enum MappingReason {
  /** It is. */
  NONE,
  /** Its container is none that lives on the host. */
  NOT_ALIVE,
  /** The iptables that wrote the ruleset could not show its rule. */
  UNSHOWN,
  /** No entry leads to its chain. */
  NO_ENTRY,
  /** No entry leads to its chain, and no rule of that translates. */
  NO_ENTRY_NO_RULE,
  /** No rule of its chain translates. */
  NO_RULE,
  /** No entry names the port, so that its packets do not come to its chain. */
  PORT_NOT_NAMED,
  /** An entry names the port, and no rule translates it. */
  PORT_NOT_TRANSLATED,
  /** No rule of PREROUTING leads to its entries. */
  NO_JUMP,
  /** No packet from outside is led to its entries. */
  NOTHING_LED,
  /** Not every packet from outside is led to its entries. */
  NOT_ALL_LED,
  /** Another container claims the port too. */
  ALSO_CLAIMED,
  /** Another container's entry stands first and takes the packets. */
  LOST,
  /** Another container's entry stands first and takes some of the packets. */
  LOST_IN_PART,
  /** The container's mappings give the port twice, and an earlier rule of its chain takes all. */
  GIVEN_TWICE,
  /** A rule of nobody's mapping takes the packets first; the mapping names it. */
  TAKEN,
  /** Another nat table of the kernel is asked first, and takes the packets. */
  TAKEN_ELSEWHERE,
  /**
   * Another nat table of the kernel takes the packets if it is asked first, which nobody tells: one
   * of the two gets nothing.
   */
  CLAIMED_ELSEWHERE
}
