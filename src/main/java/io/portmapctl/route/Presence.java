package io.portmapctl.route;

import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether the interfaces are there that packets come in through. */
final class Presence {
  private Presence() {}

  /**
   * The packets that come in through an interface that is there and switched on. Of packets that
   * may come in through several no others can be; those of which every interface is missing, or
   * that name one, are refused.
   */
  static PacketSet take(Known<List<Link>> links, PacketSet packets, Results results) {
    if (links.value().isEmpty() || packets.isEmpty()) {
      return packets;
    }
    Set<String> up = new HashSet<>();
    Set<String> all = new HashSet<>();
    for (Link link : links.value().get()) {
      all.add(link.name());
      if (link.up()) {
        up.add(link.name());
      }
    }
    List<PacketSet> through = new ArrayList<>();
    for (String device : new Arrivals(links).devices(packets)) {
      if (up.contains(device)) {
        through.add(Arrivals.through(packets.space(), device));
      }
    }
    PacketSet present = packets.and(packets.space().anyOf(through));
    List<Interval> names = packets.values(Field.INPUT_INTERFACE, Family.IPV4);
    if (names.size() == 1 && names.get(0).isOne()) {
      String name = Interval.interfaceName(names.get(0).firstHigh(), names.get(0).firstLow());
      Decider.State state = all.contains(name) ? Decider.State.DOWN : Decider.State.ABSENT;
      refuse(packets.minus(present), List.of(new Decider.ByLink(name, state)), results);
    } else if (present.isEmpty()) {
      refuse(packets, List.of(), results);
    }
    return present;
  }

  private static void refuse(PacketSet packets, List<Decider> by, Results results) {
    results.add(packets, new Decision.Refused(Refusal.NO_INTERFACE, false, by, List.of()));
  }
}
