package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the kernel decides of packets that programs of this host send. */
final class Output {
  private static final Cidr NOBODY = cidr("0.0.0.0/32");
  private static final Cidr LIMITED_BROADCAST = cidr("255.255.255.255/32");
  private static final Cidr LOOPBACK = cidr("127.0.0.0/8");
  private static final Cidr MULTICAST = cidr("224.0.0.0/4");

  private final HostRouting host;
  private final Settings settings;
  private final Lookup lookup;
  private final Results results;
  private final Optional<String> bound;
  private final boolean again;

  /**
   * Of a host.
   *
   * @param bound the interface that the socket is bound to, where it is
   * @param again whether it was decided before
   */
  Output(
      HostRouting host,
      Settings settings,
      Lookup lookup,
      Results results,
      Optional<String> bound,
      boolean again) {
    this.host = host;
    this.settings = settings;
    this.lookup = lookup;
    this.results = results;
    this.bound = bound;
    this.again = again;
  }

  private static Cidr cidr(String text) {
    return Cidr.parse(text).orElseThrow();
  }

  void ipv4(PacketSet packets) {
    if (packets.isEmpty()) {
      return;
    }
    PacketSpace space = packets.space();
    PacketSet left = packets;
    PacketSet strange =
        left.and(
            space
                .of(Field.SOURCE, MULTICAST)
                .or(space.of(Field.SOURCE, LIMITED_BROADCAST))
                .or(space.of(Field.SOURCE, NOBODY)));
    results.refuse(strange, Refusal.MARTIAN_SOURCE);
    left = left.minus(strange);
    if (!again) {
      left = fromHere(left);
    }
    PacketSet toAll =
        left.and(
            space.of(Field.DESTINATION, LIMITED_BROADCAST).or(space.of(Field.DESTINATION, MULTICAST)));
    toAll(toAll);
    left = left.minus(toAll);
    PacketSet toSelf = left.and(space.of(Field.DESTINATION, NOBODY));
    results.add(
        toSelf,
        new Decision.Local(Route.Type.LOCAL, Optional.of(Flow.LOOPBACK), List.of(), List.of()));
    left = left.minus(toSelf);
    for (Found found : lookup.find(left, flow(Family.IPV4))) {
      route4(found);
    }
  }

  private Flow flow(Family family) {
    Flow flow = Flow.output(family, bound);
    return again && family == Family.IPV4 ? flow.ofRoot() : flow;
  }

  /** Refuses what is sent from an address that the host does not have. */
  private PacketSet fromHere(PacketSet packets) {
    PacketSpace space = packets.space();
    Optional<List<Route>> routes = host.routes().value();
    if (routes.isEmpty()) {
      return packets;
    }
    List<PacketSet> own = new ArrayList<>();
    for (Route route : routes.get()) {
      boolean local = route.type() == Route.Type.LOCAL && route.table().equals("local");
      if (local && route.family() == Family.IPV4) {
        own.add(space.of(Field.SOURCE, route.destination()));
      }
    }
    PacketSet here =
        packets.and(
            new Tables(space, Flow.input(Family.IPV4), d -> Known.not(Missing.LINKS)).union(own));
    results.refuse(packets.minus(here), Refusal.FOREIGN_SOURCE);
    return here;
  }

  /** To all on a link or to a group: through the interface that has the source. */
  private void toAll(PacketSet packets) {
    if (packets.isEmpty()) {
      return;
    }
    if (bound.isPresent()) {
      results.add(
          packets, new Decision.Leaves(bound.get(), Optional.empty(), List.of(), List.of()));
      return;
    }
    if (host.links().value().isEmpty()) {
      results.add(packets, new Decision.Unknown(List.of(), List.of(host.links().missing())));
      return;
    }
    PacketSet left = packets;
    for (Link link : host.links().value().get()) {
      for (Link.Address address : link.addresses()) {
        if (address.address().address().family() == Family.IPV4) {
          PacketSet from =
              left.and(packets.space().of(Field.SOURCE, address.address().address()));
          results.add(
              from,
              new Decision.Leaves(link.name(), Optional.empty(), List.of(), List.of()));
          left = left.minus(from);
        }
      }
    }
    results.add(left, new Decision.Unknown(List.of(), List.of(Missing.LINKS)));
  }

  private void route4(Found found) {
    Optional<Refusal> refusal = Results.refusal(found.outcome());
    if (refusal.isPresent()) {
      results.refuse(found, refusal.get(), true);
      return;
    }
    if (found.route().isEmpty() || found.hop().isEmpty()) {
      results.add(found.packets(), new Decision.Unknown(found.by(), found.open()));
      return;
    }
    Route.Hop hop = found.hop().get();
    if (found.route().get().type() == Route.Type.LOCAL) {
      results.add(
          found.packets(),
          new Decision.Local(
              Route.Type.LOCAL, Optional.of(hop.device()), found.by(), found.open()));
      return;
    }
    PacketSpace space = found.packets().space();
    PacketSet loopback =
        hop.device().equals(Flow.LOOPBACK)
            ? space.none()
            : found.packets().and(space.of(Field.SOURCE, LOOPBACK));
    List<Missing> open = found.open();
    if (!loopback.isEmpty()) {
      Settings.Answer localnet = settings.either(hop.device(), "route_localnet");
      if (localnet.isOff()) {
        results.add(
            loopback,
            new Decision.Refused(
                Refusal.LOOPBACK, true, Results.deciders(found.by(), localnet.by()), open));
      } else {
        results.add(
            loopback,
            new Decision.Leaves(
                hop.device(), hop.via(), found.by(), Results.both(open, localnet.missing())));
      }
    }
    results.add(
        found.packets().minus(loopback),
        new Decision.Leaves(hop.device(), hop.via(), found.by(), open));
  }

  void ipv6(PacketSet packets) {
    for (Found found : lookup.find(packets, flow(Family.IPV6))) {
      Optional<Refusal> refusal = Results.refusal(found.outcome());
      if (refusal.isPresent()) {
        results.refuse(found, refusal.get(), true);
      } else if (found.route().isEmpty() || found.hop().isEmpty()) {
        results.add(found.packets(), new Decision.Unknown(found.by(), found.open()));
      } else if (takes(found.route().get())) {
        results.add(
            found.packets(),
            new Decision.Local(
                found.route().get().type(),
                found.hop().map(Route.Hop::device),
                found.by(),
                found.open()));
      } else {
        Route.Hop hop = found.hop().get();
        results.add(
            found.packets(),
            new Decision.Leaves(hop.device(), hop.via(), found.by(), found.open()));
      }
    }
  }

  private static boolean takes(Route route) {
    return route.type() == Route.Type.LOCAL || route.type() == Route.Type.ANYCAST;
  }
}
