package io.portmapctl.route;

import io.portmapctl.net.Family;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether sources are reached through the interfaces that packets come in through, as nft's fib
 * asks.
 *
 * @param host what is known of the host
 * @param lookup its tables
 * @param marked whether marks count
 */
record ReachedBack(HostRouting host, Lookup lookup, boolean marked) {
  /** The words of the question where it is not known. */
  private static final String QUESTION = "fib-saddr-iif";

  PacketSet of(PacketSet packets) {
    PacketSpace space = packets.space();
    List<PacketSet> reached = new ArrayList<>();
    for (String device : new Arrivals(host.links()).devices(packets)) {
      PacketSet in =
          device.equals(Arrivals.SOME) ? packets : packets.and(Arrivals.through(space, device));
      for (Family family : Family.values()) {
        of(device, in.and(space.of(family)), family, reached);
      }
    }
    return space.anyOf(reached);
  }

  private void of(String device, PacketSet packets, Family family, List<PacketSet> reached) {
    if (packets.isEmpty()) {
      return;
    }
    if (device.equals(Flow.LOOPBACK)) {
      reached.add(packets);
      return;
    }
    Optional<String> asked = family == Family.IPV6 ? Optional.of(device) : Optional.empty();
    Flow flow = Flow.fib(family, asked, marked);
    for (Found found : lookup.find(packets, flow)) {
      boolean through =
          found.route().map(r -> r.type() == Route.Type.UNICAST && r.through(device)).orElse(false);
      boolean open = found.outcome() == Found.Outcome.UNKNOWN && found.route().isEmpty();
      if (open || !found.open().isEmpty() && !through || device.equals(Arrivals.SOME)) {
        reached.add(found.packets().and(packets.space().ofQuestion(QUESTION)));
      } else if (through) {
        reached.add(found.packets());
      }
    }
  }
}
