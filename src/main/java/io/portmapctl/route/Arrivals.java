package io.portmapctl.route;

import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Tells packets apart by the interface that they come in through, where a setting of it decides.
 *
 * @param links the interfaces
 */
record Arrivals(Known<List<Link>> links) {

  /** An interface of which nothing is known but that there is one. */
  static final String SOME = "*";

  /**
   * Packets that come in through one interface.
   *
   * @param device its name; {@link #SOME} where it is not known
   * @param answer what was asked of it
   */
  record Part(PacketSet packets, String device, Settings.Answer answer) {}

  /**
   * Packets by what was asked of their interfaces.
   *
   * @param fine those of which it is as it should be
   * @param others the rest
   */
  record Split(PacketSet fine, List<Part> others) {}

  /** The packets that come in through an interface. */
  static PacketSet through(PacketSpace space, String device) {
    return space.of(Field.INPUT_INTERFACE, Interval.ofInterface(device));
  }

  /** Asks something of the interfaces that packets come in through. */
  static Split split(
      PacketSet packets,
      List<String> devices,
      Function<String, Settings.Answer> asks,
      Predicate<Settings.Answer> fine) {
    PacketSet rest = packets;
    List<Part> others = new ArrayList<>();
    for (String device : devices) {
      Settings.Answer answer = asks.apply(device);
      if (!fine.test(answer)) {
        PacketSet part = device.equals(SOME) ? rest : rest.and(through(packets.space(), device));
        if (!part.isEmpty()) {
          others.add(new Part(part, device, answer));
          rest = rest.minus(part);
        }
      }
    }
    return new Split(rest, others);
  }

  /**
   * The interfaces that packets may come in through, in order; the unknown one last, where some may
   * come in through one that is not known.
   */
  List<String> devices(PacketSet packets) {
    List<Interval> runs = packets.values(Field.INPUT_INTERFACE, Family.IPV4);
    Map<String, Boolean> names = new LinkedHashMap<>();
    if (links.value().isPresent()) {
      for (Link link : links.value().get()) {
        Interval name = Interval.ofInterface(link.name());
        if (runs.stream().anyMatch(r -> r.overlaps(name))) {
          names.put(link.name(), true);
        }
      }
      return new ArrayList<>(names.keySet());
    }
    boolean more = false;
    for (Interval run : runs) {
      if (run.isOne()) {
        names.put(Interval.interfaceName(run.firstHigh(), run.firstLow()), true);
      } else {
        more = true;
      }
    }
    List<String> all = new ArrayList<>(names.keySet());
    all.remove("");
    if (more) {
      all.add(SOME);
    }
    return all;
  }
}
