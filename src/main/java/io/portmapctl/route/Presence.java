package io.portmapctl.route;

import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Whether the interfaces are there that packets come in through. */
final class Presence {
  private Presence() {}

  /** Refuses what comes in through none that is there and switched on; the rest. */
  static PacketSet take(Known<List<Link>> links, PacketSet packets, Results results) {
    if (links.value().isEmpty() || packets.isEmpty()) {
      return packets;
    }
    Map<String, Link> byName =
        links.value().get().stream()
            .collect(Collectors.toMap(Link::name, Function.identity(), (one, other) -> one));
    List<PacketSet> up = new ArrayList<>();
    PacketSet left = packets;
    for (String device : new Arrivals(links).devices(packets)) {
      PacketSet through = Arrivals.through(packets.space(), device);
      Link link = byName.get(device);
      if (link != null && link.up()) {
        up.add(through);
      } else {
        refuse(left.and(through), device, Decider.State.DOWN, results);
        left = left.minus(through);
      }
    }
    PacketSet present =
        left.and(
            new Tables(
                    packets.space(),
                    Flow.input(Family.IPV4),
                    d -> Known.not(Missing.LINKS))
                .union(up));
    PacketSet absent = left.minus(present);
    List<Interval> names = absent.values(Field.INPUT_INTERFACE, Family.IPV4);
    boolean one = names.size() == 1 && names.get(0).isOne();
    String name =
        one
            ? Interval.interfaceName(names.get(0).firstHigh(), names.get(0).firstLow())
            : Arrivals.SOME;
    refuse(absent, name, Decider.State.ABSENT, results);
    return present;
  }

  private static void refuse(
      PacketSet packets, String device, Decider.State state, Results results) {
    results.add(
        packets,
        new Decision.Refused(
            Refusal.NO_INTERFACE,
            false,
            List.of(new Decider.ByLink(device, state)),
            List.of()));
  }
}
