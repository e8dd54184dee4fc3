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
   * Packets that come in through interfaces of which the same is known.
   *
   * @param devices their names; {@link #SOME} alone where it is not known through which
   * @param answer what was asked of each
   */
  record Part(PacketSet packets, List<String> devices, Settings.Answer answer) {

    /** Copies the list. */
    Part {
      devices = List.copyOf(devices);
    }
  }

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

  /** The packets that come in through one of some interfaces. */
  static PacketSet through(PacketSpace space, List<String> devices) {
    List<PacketSet> sets = new ArrayList<>();
    for (String device : devices) {
      sets.add(device.equals(SOME) ? space.all() : through(space, device));
    }
    return space.anyOf(sets);
  }

  /**
   * Asks something of the interfaces that packets come in through; those that are alike at once.
   */
  static Split split(
      PacketSet packets,
      List<String> devices,
      Function<String, Settings.Answer> asks,
      Predicate<Settings.Answer> fine) {
    Map<Settings.Answer, List<String>> alike = new LinkedHashMap<>();
    List<Part> unknown = new ArrayList<>();
    for (String device : devices) {
      Settings.Answer answer = asks.apply(device);
      if (!fine.test(answer)) {
        if (device.equals(SOME)) {
          unknown.add(new Part(packets, List.of(SOME), answer));
        } else {
          alike.computeIfAbsent(answer, a -> new ArrayList<>()).add(device);
        }
      }
    }
    PacketSet rest = packets;
    List<Part> others = new ArrayList<>();
    for (Map.Entry<Settings.Answer, List<String>> each : alike.entrySet()) {
      PacketSet part = rest.and(through(packets.space(), each.getValue()));
      if (!part.isEmpty()) {
        others.add(new Part(part, each.getValue(), each.getKey()));
        rest = rest.minus(part);
      }
    }
    for (Part last : unknown) {
      if (!rest.isEmpty()) {
        others.add(new Part(rest, last.devices(), last.answer()));
        rest = packets.space().none();
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
        if (Tables.overlaps(Interval.ofInterface(link.name()), runs)) {
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
