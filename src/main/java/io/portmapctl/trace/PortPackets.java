package io.portmapctl.trace;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Side;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The first packets of connections to a port of this host, by who sends them. */
public final class PortPackets {
  private final PacketSpace space;
  private final Family family;
  private final AddressKinds kinds;

  /** Those of this host, by side; of a host with very many addresses they are large. */
  private final Map<Side, PacketSet> local = new EnumMap<>(Side.class);

  /**
   * Of a host.
   *
   * @param space the space of the sets
   * @param host what is known of the host
   * @param family the family
   */
  public PortPackets(PacketSpace space, HostAddresses host, Family family) {
    this.space = space;
    this.family = family;
    this.kinds = new AddressKinds(space, host, family, "");
  }

  private PacketSet local(Side side) {
    return local.computeIfAbsent(side, kinds::local);
  }

  /**
   * All packets that may be sent to a port.
   *
   * @param protocol a protocol with ports
   * @param address the host's address that they go to; empty for each
   */
  public PacketSet to(IpProtocol protocol, Optional<IpAddress> address, int port) {
    PacketSet set =
        new OnePacket(space)
            .firstOfConnection(protocol)
            .and(space.of(family))
            .and(space.of(Field.DESTINATION_PORT, Interval.of(port)));
    return address.isPresent() ? set.and(space.of(Field.DESTINATION, address.get())) : set;
  }

  /** Those of a set that go to an address of this host. */
  public PacketSet local(PacketSet set) {
    return set.and(local(Side.DESTINATION));
  }

  /**
   * Those of a set that come from another machine, or from a container: neither from one of this
   * host's addresses nor from one that nobody has. Nobody means this host's loopback when he sends
   * from outside, unless that is all that is published.
   *
   * @param loopback whether the port is published on an address of loopback alone
   */
  public PacketSet fromOutside(PacketSet set, boolean loopback) {
    PacketSet outside =
        set.and(new OnePacket(space).device(Field.INPUT_INTERFACE, PacketInterface.UNKNOWN))
            .and(new OnePacket(space).device(Field.OUTPUT_INTERFACE, PacketInterface.NONE))
            .minus(local(Side.SOURCE))
            .minus(nobody(Side.SOURCE));
    return loopback ? outside : outside.minus(loopback(Side.DESTINATION));
  }

  /**
   * Those of a set that this host sends to itself: from the address that they go to, or from
   * localhost to localhost.
   *
   * @param localhost whether localhost's can come to anything: they cannot where nothing
   *     masquerades them, nor in IPv6
   */
  public PacketSet fromHost(PacketSet set, boolean localhost) {
    PacketSet sent =
        set.and(new OnePacket(space).device(Field.INPUT_INTERFACE, PacketInterface.NONE))
            .and(new OnePacket(space).device(Field.OUTPUT_INTERFACE, PacketInterface.LOOPBACK))
            .and(local(Side.SOURCE));
    PacketSet from = loopback(Side.SOURCE);
    PacketSet to = loopback(Side.DESTINATION);
    PacketSet others = sent.minus(from).minus(to);
    return localhost ? others.or(sent.and(from).and(to)) : others;
  }

  /** Those from one of some networks. */
  public PacketSet from(PacketSet set, List<Cidr> networks) {
    return set.and(kinds.networks(Side.SOURCE, networks));
  }

  /** Those that come in through one of some interfaces. */
  public PacketSet through(PacketSet set, List<String> interfaces) {
    PacketSet through = space.none();
    for (String name : interfaces) {
      through = through.or(space.of(Field.INPUT_INTERFACE, Interval.ofInterface(name)));
    }
    return set.and(through);
  }

  private PacketSet loopback(Side side) {
    return kinds.networks(side, HostAddresses.loopback(family));
  }

  /** Groups, broadcasts and the address of nobody send nothing. */
  private PacketSet nobody(Side side) {
    return kinds
        .networks(side, HostAddresses.multicast(family))
        .or(kinds.networks(side, HostAddresses.generalBroadcast(family)))
        .or(kinds.networks(side, List.of(Cidr.host(Cidr.any(family).address()))));
  }
}
