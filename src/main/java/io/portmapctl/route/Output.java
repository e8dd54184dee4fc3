package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
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
  private final Asked asked;

  /** When it is asked. */
  enum Asked {
    /** With the source that the socket has. */
    FIRST,
    /** Where rules changed the packet. */
    AGAIN,
    /** Before the socket has a source. */
    WITHOUT_SOURCE
  }

  /**
   * Of a host.
   *
   * @param bound the interface that the socket is bound to, where it is
   * @param asked when
   */
  Output(
      HostRouting host,
      Settings settings,
      Lookup lookup,
      Results results,
      Optional<String> bound,
      Asked asked) {
    this.host = host;
    this.settings = settings;
    this.lookup = lookup;
    this.results = results;
    this.bound = bound;
    this.asked = asked;
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
    PacketSet toAll = left.and(toAll(space));
    if (asked == Asked.WITHOUT_SOURCE) {
      for (Found found : lookup.find(left, flow(Family.IPV4))) {
        route4(found);
      }
      return;
    }
    PacketSet strange =
        left.and(
            space
                .of(Field.SOURCE, MULTICAST)
                .or(space.of(Field.SOURCE, LIMITED_BROADCAST))
                .or(space.of(Field.SOURCE, NOBODY)));
    results.refuse(strange, Refusal.MARTIAN_SOURCE);
    left = left.minus(strange);
    toAll = toAll.and(left);
    boolean known = host.routes().value().isPresent();
    PacketSet checked = bound.isEmpty() && known ? toAll : space.none();
    if (known && asked == Asked.FIRST) {
      checked = left;
    }
    PacketSet here = space.none();
    for (Lookup.Own own : lookup.own(checked)) {
      here = here.or(own.packets());
      if (bound.isEmpty()) {
        sent(own.packets().and(toAll), own.device());
      }
    }
    results.refuse(checked.minus(here), Refusal.FOREIGN_SOURCE);
    left = left.minus(checked.minus(here)).minus(toAll);
    toAll = toAll.minus(checked.minus(here));
    if (bound.isPresent()) {
      sent(toAll, bound.get());
    } else if (!known) {
      results.add(toAll, new Decision.Unknown(List.of(), List.of(host.routes().missing())));
    }
    PacketSet toSelf = left.and(space.of(Field.DESTINATION, NOBODY));
    results.add(
        toSelf,
        new Decision.Local(Route.Type.LOCAL, Optional.of(Flow.LOOPBACK), List.of(), List.of()));
    left = left.minus(toSelf);
    for (Found found : lookup.find(left, flow(Family.IPV4))) {
      route4(found);
    }
  }

  private static PacketSet toAll(PacketSpace space) {
    return space
        .of(Field.DESTINATION, LIMITED_BROADCAST)
        .or(space.of(Field.DESTINATION, MULTICAST));
  }

  private Flow flow(Family family) {
    Flow flow = Flow.output(family, bound);
    return switch (asked) {
      case FIRST -> flow;
      case AGAIN -> family == Family.IPV4 ? flow.ofRoot() : flow;
      case WITHOUT_SOURCE -> flow.withoutSource();
    };
  }

  /** To all on a link or to a group. */
  private void sent(PacketSet packets, String device) {
    results.add(packets, new Decision.Leaves(device, Optional.empty(), List.of(), List.of()));
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
        hop.device().equals(Flow.LOOPBACK) || asked == Asked.WITHOUT_SOURCE
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
    PacketSet left = found.packets().minus(loopback);
    if (asked == Asked.WITHOUT_SOURCE) {
      // to all on a link no router is needed
      PacketSet toAll = left.and(toAll(space));
      results.add(toAll, new Decision.Leaves(hop.device(), Optional.empty(), found.by(), open));
      left = left.minus(toAll);
    }
    results.add(left, new Decision.Leaves(hop.device(), hop.via(), found.by(), open));
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
      } else if (found.route().get().leadsNowhere()) {
        results.refuse(found, Refusal.UNREACHABLE, false);
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
