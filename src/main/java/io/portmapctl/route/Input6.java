package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.List;
import java.util.Optional;

/** What IPv6 decides of packets that come in. */
final class Input6 {
  private static final Cidr NOBODY = cidr("::/128");
  private static final Cidr LOOPBACK = cidr("::1/128");
  private static final Cidr MULTICAST = cidr("ff00::/8");
  private static final Cidr LINK_LOCAL = cidr("fe80::/10");
  private static final Cidr ALL_NODES = cidr("ff02::1/128");

  private final HostRouting host;
  private final Settings settings;
  private final Lookup lookup;
  private final Results results;
  private final Arrivals arrivals;

  Input6(HostRouting host, Settings settings, Lookup lookup, Results results) {
    this.host = host;
    this.settings = settings;
    this.lookup = lookup;
    this.results = results;
    this.arrivals = new Arrivals(host.links());
  }

  private static Cidr cidr(String text) {
    return Cidr.parse(text).orElseThrow();
  }

  void decide(PacketSet packets) {
    PacketSpace space = packets.space();
    PacketSet left = enabled(Presence.take(host.links(), packets, results));
    PacketSet group = left.and(space.of(Field.SOURCE, MULTICAST));
    results.refuse(group, Refusal.MARTIAN_SOURCE);
    left = left.minus(group);
    PacketSet loopback =
        left.and(space.of(Field.SOURCE, LOOPBACK).or(space.of(Field.DESTINATION, LOOPBACK)))
            .minus(Arrivals.through(space, Flow.LOOPBACK));
    results.refuse(loopback, Refusal.LOOPBACK);
    left = left.minus(loopback);
    PacketSet nowhere = left.and(tooNear(space));
    results.refuse(nowhere, Refusal.MARTIAN_DESTINATION);
    for (Found found : lookup.find(left.minus(nowhere), Flow.input(Family.IPV6))) {
      route(found);
    }
  }

  /** Groups of no scope, and of an interface's own: ff?0::/16 and ff?1::/16. */
  private static PacketSet tooNear(PacketSpace space) {
    PacketSet near = space.none();
    for (int flags = 0; flags < 16; flags++) {
      String start = "ff" + Integer.toHexString(flags);
      near = near.or(space.of(Field.DESTINATION, cidr(start + "0::/16")));
      near =
          near.or(
              space
                  .of(Field.DESTINATION, cidr(start + "1::/16"))
                  .minus(Arrivals.through(space, Flow.LOOPBACK)));
    }
    return near;
  }

  /** Refuses what comes in where IPv6 is switched off. */
  private PacketSet enabled(PacketSet packets) {
    if (packets.isEmpty()) {
      return packets;
    }
    Arrivals.Split split =
        Arrivals.split(
            packets,
            arrivals.devices(packets),
            d -> settings.of(Family.IPV6, d, "disable_ipv6"),
            a -> !a.isOn());
    for (Arrivals.Part part : split.others()) {
      results.refuse(part.packets(), Refusal.DISABLED, part.answer().by(), List.of());
    }
    return split.fine();
  }

  private void route(Found found) {
    Optional<Refusal> refusal = Results.refusal(found.outcome());
    if (refusal.isPresent()) {
      results.refuse(found, refusal.get(), refusal.get() != Refusal.BLACKHOLE);
      return;
    }
    if (found.route().isEmpty()) {
      results.add(found.packets(), new Decision.Unknown(found.by(), found.open()));
      return;
    }
    Route route = found.route().get();
    Optional<String> device = found.hop().map(Route.Hop::device);
    PacketSpace space = found.packets().space();
    switch (route.type()) {
      case LOCAL, ANYCAST ->
          results.add(
              found.packets(), new Decision.Local(route.type(), device, found.by(), found.open()));
      case MULTICAST -> {
        PacketSet all = found.packets().and(space.of(Field.DESTINATION, ALL_NODES));
        results.add(all, new Decision.Local(route.type(), device, found.by(), found.open()));
        results.add(
            found.packets().minus(all),
            new Decision.Local(
                route.type(),
                device,
                found.by(),
                Results.both(found.open(), List.of(Missing.GROUPS))));
      }
      case UNICAST -> {
        if (route.leadsNowhere()) {
          results.refuse(found, Refusal.UNREACHABLE, true);
        } else {
          forward(found);
        }
      }
      default -> results.add(found.packets(), new Decision.Unknown(found.by(), found.open()));
    }
  }

  private void forward(Found found) {
    Arrivals.Split split =
        Arrivals.split(
            found.packets(),
            arrivals.devices(found.packets()),
            d -> settings.forwards(Family.IPV6, d),
            Settings.Answer::isOn);
    leave(found.with(split.fine()), found.open());
    for (Arrivals.Part part : split.others()) {
      if (part.answer().isOff()) {
        results.add(
            part.packets(),
            new Decision.Refused(
                Refusal.NOT_FORWARDING,
                false,
                Results.deciders(found.by(), part.answer().by()),
                found.open()));
      } else {
        leave(found.with(part.packets()), Results.both(found.open(), part.answer().missing()));
      }
    }
  }

  /** What goes back where it came from may be of one link; all else may not. */
  private void leave(Found found, List<Missing> open) {
    if (found.packets().isEmpty()) {
      return;
    }
    if (found.hop().isEmpty()) {
      results.add(found.packets(), new Decision.Unknown(found.by(), open));
      return;
    }
    Route.Hop hop = found.hop().get();
    PacketSpace space = found.packets().space();
    PacketSet onward = found.packets().minus(Arrivals.through(space, hop.device()));
    PacketSet nobody = onward.and(space.of(Field.SOURCE, NOBODY));
    PacketSet near = onward.and(space.of(Field.SOURCE, LINK_LOCAL));
    results.add(nobody, new Decision.Refused(Refusal.MARTIAN_SOURCE, false, found.by(), open));
    results.add(near, new Decision.Refused(Refusal.LINK_LOCAL_SOURCE, true, found.by(), open));
    results.add(
        found.packets().minus(nobody).minus(near),
        new Decision.Leaves(hop.device(), hop.via(), found.by(), open));
  }
}
