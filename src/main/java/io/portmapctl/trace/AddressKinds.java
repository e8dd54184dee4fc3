package io.portmapctl.trace;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import java.util.ArrayList;
import java.util.List;

/**
 * What addresses are to the routing table ({@code -m addrtype}, iptables-extensions(8)). IPv4 asks
 * the local table alone; IPv6 tells the scope by the address. Where the host's addresses are not
 * known, what an address is is a dimension of its own, but for those that are the same on every
 * host.
 *
 * @param space the space of the sets
 * @param host what is known of the host
 * @param family the family
 * @param place what tells the questions of one hook from another's
 */
record AddressKinds(PacketSpace space, HostAddresses host, Family family, String place) {

  /** The packets of which an address is of one of these kinds. */
  PacketSet of(Side side, List<Match.AddressKind> kinds) {
    if (family == Family.IPV6 && kinds.size() > 1) {
      // whether one or all must hold depends on the kinds
      return space.ofQuestion(place + side + " " + kinds);
    }
    PacketSet set = space.none();
    for (Match.AddressKind kind : kinds) {
      set = set.or(of(side, kind));
    }
    return set;
  }

  /** The packets to, or from, an address of this host. */
  PacketSet local(Side side) {
    return of(side, Match.AddressKind.LOCAL);
  }

  private PacketSet of(Side side, Match.AddressKind kind) {
    boolean v6 = family == Family.IPV6;
    return switch (kind) {
      case LOCAL -> isLocal(side);
      case MULTICAST -> networks(side, HostAddresses.multicast(family));
      case BROADCAST -> v6 ? unknown(side, kind) : broadcast(side);
      case UNICAST ->
          v6
              ? networks(side, HostAddresses.multicast(family))
                  .or(networks(side, List.of(Cidr.host(new IpAddress(family, 0, 0)))))
                  .complement()
                  .and(space.of(family))
              : space
                  .of(family)
                  .minus(isLocal(side))
                  .minus(broadcast(side))
                  .minus(networks(side, HostAddresses.multicast(family)));
      default -> unknown(side, kind);
    };
  }

  /** The packets of which an address is in one of these networks. */
  PacketSet networks(Side side, List<Cidr> networks) {
    Field field = side == Side.SOURCE ? Field.SOURCE : Field.DESTINATION;
    List<PacketSet> sets = new ArrayList<>(networks.size());
    for (Cidr network : networks) {
      sets.add(space.of(field, network));
    }
    return space.anyOf(sets);
  }

  /** Not known by any address: asked by the kind. */
  private PacketSet unknown(Side side, Match.AddressKind kind) {
    return space.of(
        side == Side.SOURCE ? Field.SOURCE_KIND : Field.DESTINATION_KIND,
        Interval.of(kind.number()));
  }

  private PacketSet isLocal(Side side) {
    PacketSet nobody = networks(side, HostAddresses.generalBroadcast(family));
    if (host.links().isPresent()) {
      PacketSet wholly =
          networks(side, host.wholly(family)).minus(networks(side, host.broadcasts()));
      return wholly.or(networks(side, host.local(family))).minus(nobody);
    }
    PacketSet always = networks(side, HostAddresses.loopback(family)).minus(nobody);
    List<Cidr> never = new ArrayList<>(HostAddresses.multicast(family));
    never.addAll(HostAddresses.generalBroadcast(family));
    return always.or(unknown(side, Match.AddressKind.LOCAL).minus(networks(side, never)));
  }

  /** Some are so on every host; those of its networks where they are known. */
  private PacketSet broadcast(Side side) {
    PacketSet always = networks(side, HostAddresses.generalBroadcast(family));
    if (host.links().isEmpty()) {
      List<Cidr> never = new ArrayList<>(HostAddresses.multicast(family));
      never.addAll(HostAddresses.loopback(family));
      return always.or(unknown(side, Match.AddressKind.BROADCAST).minus(networks(side, never)));
    }
    PacketSet known = always.or(networks(side, host.broadcasts()));
    // kernels before 5.14 took a network's own address for a broadcast too
    PacketSet perhaps =
        networks(side, host.perhapsBroadcasts())
            .and(unknown(side, Match.AddressKind.BROADCAST))
            .minus(networks(side, HostAddresses.multicast(family)));
    return known.or(perhaps).minus(isLocal(side));
  }
}
