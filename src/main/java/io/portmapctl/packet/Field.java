package io.portmapctl.packet;

import io.portmapctl.net.Family;

/**
 * What packets of a set are told apart by, in the order in which a set's diagram asks for it. Each
 * is an unsigned number of at most 128 bits. The bits of the two marks, and the questions whose
 * answer nobody knows, stand behind them ({@link PacketSpace}).
 */
public enum Field {
  /** 0 for IPv4, 1 for IPv6. */
  FAMILY(1),
  /**
   * The interface that it came in through, as {@link Interval#ofInterface}; 0 where it came through
   * none: this host sends it.
   */
  INPUT_INTERFACE(128),
  /** The interface that it leaves through; 0 where it has none (yet). */
  OUTPUT_INTERFACE(128),
  /** The port of a bridge that it came in through; 0 where it came through none. */
  INPUT_PORT_OF_BRIDGE(128),
  /** The port of a bridge that it leaves through; 0 where it leaves through none. */
  OUTPUT_PORT_OF_BRIDGE(128),
  /** 1 where it only crosses a bridge. */
  BRIDGED(1),
  /** The protocol's number (IANA). */
  PROTOCOL(8),
  /** The source address. */
  SOURCE(0),
  /** The destination address. */
  DESTINATION(0),
  /** The destination address before it was translated; counts only where {@link #ADDRESS_MOVED}. */
  ORIGINAL_DESTINATION(0),
  /** The source port. */
  SOURCE_PORT(16),
  /** The destination port. */
  DESTINATION_PORT(16),
  /** The destination port before it was translated; counts only where {@link #PORT_MOVED}. */
  ORIGINAL_DESTINATION_PORT(16),
  /** 1 where the connection's source is translated. */
  SOURCE_TRANSLATED(1),
  /** 1 where the connection's destination is translated. */
  DESTINATION_TRANSLATED(1),
  /** 1 where another destination address was given by a rule. */
  ADDRESS_MOVED(1),
  /** 1 where another destination port was given by a rule. */
  PORT_MOVED(1),
  /**
   * What the source is to the routing table, where the host's addresses are not known: the number
   * of its kind in linux/rtnetlink.h.
   */
  SOURCE_KIND(4),
  /** What the destination is to the routing table, where the host's addresses are not known. */
  DESTINATION_KIND(4),
  /**
   * The connection's state: 0 for INVALID, 1 for NEW, 2 for RELATED, 3 for ESTABLISHED, 4 for
   * UNTRACKED.
   */
  STATE(3),
  /** 1 where the packet answers. */
  REPLY(1),
  /** The type of an ICMP message. */
  ICMP_TYPE(8),
  /** The code of an ICMP message. */
  ICMP_CODE(8),
  /** TCP's flag FIN. */
  FIN(1),
  /** TCP's flag SYN. */
  SYN(1),
  /** TCP's flag RST. */
  RST(1),
  /** TCP's flag PSH. */
  PSH(1),
  /** TCP's flag ACK. */
  ACK(1),
  /** TCP's flag URG. */
  URG(1),
  /** The sender's Ethernet address. */
  MAC(48),
  /** 1 where a socket of this host sends it. */
  SOCKET(1),
  /** The user whose socket sends it. */
  UID(32),
  /** The group whose socket sends it. */
  GID(32);

  private final int bits;

  Field(int bits) {
    this.bits = bits;
  }

  /** The level of a set's diagram that asks for it. */
  @SuppressWarnings("EnumOrdinal") // the order of the constants is the order of the levels
  int level() {
    return ordinal();
  }

  /** The field at a level. */
  static Field at(int level) {
    return values()[level];
  }

  /** The field that is asked for next. */
  Field behind() {
    return at(level() + 1);
  }

  /** How many bits it has in a family. */
  int bits(Family family) {
    return bits == 0 ? family.bits() : bits;
  }
}
