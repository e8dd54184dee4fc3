package io.portmapctl.trace;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.PortRange;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A fact about a packet by which a rule takes it, or does not. Two are equal exactly where a reader
 * is told the same.
 */
public sealed interface Reason {

  /** Asks what kind it is. */
  <R> R accept(Visitor<R> visitor);

  /**
   * What answers for every kind.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link Plain}. */
    R plain(Plain plain);

    /** See {@link Undecided}. */
    R undecided(Undecided match);

    /** See {@link Holds}. */
    R holds(Holds match);

    /** See {@link AddressUnknown}. */
    R addressUnknown(AddressUnknown address);

    /** See {@link AddressIs}. */
    R addressIs(AddressIs address);

    /** See {@link AddressIn}. */
    R addressIn(AddressIn address);

    /** See {@link AddressInRange}. */
    R addressInRange(AddressInRange address);

    /** See {@link AddressOfKind}. */
    R addressOfKind(AddressOfKind address);

    /** See {@link InterfaceUnknown}. */
    R interfaceUnknown(InterfaceUnknown networkInterface);

    /** See {@link InterfaceIs}. */
    R interfaceIs(InterfaceIs networkInterface);

    /** See {@link ProtocolIs}. */
    R protocolIs(ProtocolIs protocol);

    /** See {@link PortUnknown}. */
    R portUnknown(PortUnknown port);

    /** See {@link PortIs}. */
    R portIs(PortIs port);

    /** See {@link PortsAre}. */
    R portsAre(PortsAre ports);

    /** See {@link OnlySynIsSet}. */
    R onlySynIsSet(OnlySynIsSet flags);

    /** See {@link MarkIs}. */
    R markIs(MarkIs mark);

    /** See {@link ConnectionIs}. */
    R connectionIs(ConnectionIs connection);
  }

  /** Facts that need no more to be told. */
  enum Plain implements Reason {
    /** The rule has no match that a packet could fail. */
    EVERY_PACKET,
    /** Each match may hold, but not all of them together. */
    MATCHES_EXCLUDE_EACH_OTHER,
    /** The addresses of one interface alone decide. */
    ADDRESSES_OF_THAT_INTERFACE,
    /** The connection's mark is the one that is asked for. */
    CONNMARK_AS_ASKED,
    /** The connection's mark is another. */
    CONNMARK_ANOTHER,
    /** The connection is as it is asked for. */
    CONNECTION_AS_ASKED,
    /** The connection is another. */
    CONNECTION_ANOTHER,
    /** To note an address lets every packet pass. */
    NOTING_LETS_PASS,
    /** To note an address, negated, lets none pass. */
    NOTING_LETS_NONE_PASS,
    /** No process of this host sends it. */
    NO_PROCESS;

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.plain(this);
    }
  }

  /**
   * What a match decides is not known.
   *
   * @param match its words
   */
  record Undecided(Octets match) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.undecided(this);
    }
  }

  /**
   * A match holds, or does not, of which nothing more is to be told.
   *
   * @param match its words
   * @param is whether it holds
   */
  record Holds(Octets match, boolean is) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.holds(this);
    }
  }

  /**
   * Which address it is, is not known.
   *
   * @param side the end of the packet's path
   * @param address what is known of it; empty where a range is asked for
   */
  record AddressUnknown(Side side, Optional<Address> address) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.addressUnknown(this);
    }
  }

  /**
   * An address, where one address is asked for.
   *
   * @param side the end of the packet's path
   * @param address the packet's
   * @param not the one that is asked for, where it is another
   */
  record AddressIs(Side side, IpAddress address, Optional<IpAddress> not) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.addressIs(this);
    }
  }

  /**
   * An address, where a network is asked for.
   *
   * @param side the end of the packet's path
   * @param address the packet's
   * @param network the network
   * @param inside whether the address is in it
   */
  record AddressIn(Side side, IpAddress address, Cidr network, boolean inside) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.addressIn(this);
    }
  }

  /**
   * An address, where a range is asked for.
   *
   * @param side the end of the packet's path
   * @param address the packet's
   * @param range the range
   * @param inside whether the address is in it
   */
  record AddressInRange(Side side, IpAddress address, AddressRange range, boolean inside)
      implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.addressInRange(this);
    }
  }

  /**
   * An address, where a kind is asked for.
   *
   * @param side the end of the packet's path
   * @param address the packet's
   * @param kinds the kinds
   * @param is whether it is of them
   */
  record AddressOfKind(Side side, Address address, List<Match.AddressKind> kinds, Ternary is)
      implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.addressOfKind(this);
    }
  }

  /**
   * Through which interface it passes is not known.
   *
   * @param side {@code SOURCE} where it comes in
   * @param asked the interface that is asked for, octets
   */
  record InterfaceUnknown(Side side, String asked) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.interfaceUnknown(this);
    }
  }

  /**
   * Through which interface it passes.
   *
   * @param side {@code SOURCE} where it comes in
   * @param networkInterface the packet's; not known where it is only known to be another
   * @param not the one that is asked for, octets, where it is another
   */
  record InterfaceIs(Side side, PacketInterface networkInterface, Optional<String> not)
      implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.interfaceIs(this);
    }
  }

  /**
   * The protocol.
   *
   * @param protocol the packet's
   * @param not the one that is asked for, where it is another
   */
  record ProtocolIs(IpProtocol protocol, Optional<String> not) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.protocolIs(this);
    }
  }

  /**
   * Which port it is, is not known.
   *
   * @param side the end of the packet's path
   */
  record PortUnknown(Side side) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.portUnknown(this);
    }
  }

  /**
   * A port.
   *
   * @param side the end of the packet's path
   * @param port the packet's, 0 to 65535
   * @param not those that are asked for, where it is none of them; else none
   */
  record PortIs(Side side, int port, List<PortRange> not) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.portIs(this);
    }
  }

  /**
   * The ports, where either may be meant.
   *
   * @param source the source port, where it is known
   * @param destination the destination port, where it is known
   */
  record PortsAre(OptionalInt source, OptionalInt destination) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.portsAre(this);
    }
  }

  /**
   * Of the flags SYN alone is set, since the packet is a connection's first.
   *
   * @param not the flags that are asked for, where they are others
   */
  record OnlySynIsSet(Optional<List<Match.TcpFlag>> not) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.onlySynIsSet(this);
    }
  }

  /**
   * The mark.
   *
   * @param mark the packet's
   * @param not the one that is asked for, where it is another
   */
  record MarkIs(Mark mark, Optional<MaskedMark> not) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.markIs(this);
    }
  }

  /**
   * A mark that is asked for.
   *
   * @param value its bits
   * @param mask the bits of the 32 that are compared
   */
  record MaskedMark(long value, long mask) {}

  /**
   * What connection tracking takes the packet for.
   *
   * @param state NEW for the first of a connection, ESTABLISHED for those that follow and for
   *     answers, INVALID where it has not looked yet
   * @param not the states that are asked for, where they are others; else none
   */
  record ConnectionIs(Match.ConnState state, List<Match.ConnState> not) implements Reason {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.connectionIs(this);
    }
  }
}
