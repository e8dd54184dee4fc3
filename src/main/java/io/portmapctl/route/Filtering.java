package io.portmapctl.route;

import io.portmapctl.packet.PacketSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Packets whose sources are filtered alike, whichever of some interfaces they come in through: one
 * way back is asked for all of them, however many interfaces a host has.
 *
 * @param kind how they are filtered
 * @param packets the packets
 * @param filters what filters those of each interface
 */
record Filtering(Kind kind, PacketSet packets, Map<String, List<Setting>> filters) {
  /** Of more interfaces it is not told which setting of which refuses a packet. */
  private static final int MOST_TOLD_APART = 16;

  /**
   * How sources are filtered.
   *
   * @param filter rp_filter; empty where it is not known
   * @param filterMissing what is not known of it
   * @param accepts accept_local; empty where it is not known
   * @param acceptsMissing what is not known of it
   * @param marked whether marks count on the way back
   * @param open what is not known of that
   * @param addressed whether the interface has an address, where that is known
   * @param loopback whether it is loopback
   */
  record Kind(
      OptionalInt filter,
      List<Missing> filterMissing,
      OptionalInt accepts,
      List<Missing> acceptsMissing,
      boolean marked,
      List<Missing> open,
      Optional<Boolean> addressed,
      boolean loopback) {

    /** Copies the lists. */
    Kind {
      filterMissing = List.copyOf(filterMissing);
      acceptsMissing = List.copyOf(acceptsMissing);
      open = List.copyOf(open);
    }

    /** Whether nothing is filtered. */
    boolean isOff() {
      return filter.isPresent() && filter.getAsInt() == 0;
    }

    /** Whether a source must be reached through the interface that it comes in through. */
    boolean isStrict() {
      return filter.isPresent() && filter.getAsInt() == 1;
    }

    /** Whether it is known to take nothing from an address of this host. */
    boolean acceptsNoneOfItsOwn() {
      return accepts.isPresent() && accepts.getAsInt() == 0;
    }
  }

  /** What is asked of an interface. */
  interface Asks {
    Kind of(String device, Settings.Answer filter);
  }

  /** Copies the map. */
  Filtering {
    filters = new LinkedHashMap<>(filters);
  }

  /** Packets of interfaces by how they are filtered. */
  static List<Filtering> of(List<Arrivals.Part> parts, Asks asks) {
    Map<Kind, Map<String, List<Setting>>> alike = new LinkedHashMap<>();
    Map<Kind, List<PacketSet>> sets = new LinkedHashMap<>();
    for (Arrivals.Part part : parts) {
      Map<Kind, List<String>> here = new LinkedHashMap<>();
      for (String device : part.devices()) {
        Kind kind = asks.of(device, part.answer());
        here.computeIfAbsent(kind, k -> new ArrayList<>()).add(device);
        alike.computeIfAbsent(kind, k -> new LinkedHashMap<>()).put(device, part.answer().by());
      }
      here.forEach(
          (kind, devices) ->
              sets.computeIfAbsent(kind, k -> new ArrayList<>())
                  .add(
                      devices.size() == part.devices().size()
                          ? part.packets()
                          : part.packets().and(Arrivals.through(part.packets().space(), devices))));
    }
    List<Filtering> all = new ArrayList<>();
    sets.forEach(
        (kind, packets) -> {
          PacketSet joined = packets.get(0).space().anyOf(packets);
          if (!joined.isEmpty()) {
            all.add(new Filtering(kind, joined, alike.getOrDefault(kind, Map.of())));
          }
        });
    return all;
  }

  /** Whether a route leads through the first of the interfaces. */
  boolean beginsThrough(Route route) {
    return route.through(filters.keySet().iterator().next());
  }

  /** Those of some packets that come in through an interface that a route leads through. */
  PacketSet through(PacketSet some, Route route) {
    List<String> devices = new ArrayList<>();
    for (Route.Hop hop : route.hops()) {
      if (filters.containsKey(hop.device())) {
        devices.add(hop.device());
      }
    }
    return devices.isEmpty()
        ? some.space().none()
        : some.and(Arrivals.through(some.space(), devices));
  }

  /**
   * Some packets by what refuses them beside the route: the settings, and the interface where it
   * has no address.
   */
  Map<List<Decider>, PacketSet> deciders(PacketSet some, boolean unaddressed) {
    Map<List<Decider>, List<String>> devices = new LinkedHashMap<>();
    filters.forEach(
        (device, settings) -> {
          List<Decider> by = new ArrayList<>();
          if (unaddressed) {
            by.add(new Decider.ByLink(device, Decider.State.WITHOUT_ADDRESS));
          }
          by.addAll(Results.settings(settings));
          devices.computeIfAbsent(by, b -> new ArrayList<>()).add(device);
        });
    Map<List<Decider>, PacketSet> parts = new LinkedHashMap<>();
    if (devices.size() == 1) {
      parts.put(devices.keySet().iterator().next(), some);
    } else if (devices.size() > MOST_TOLD_APART) {
      List<Decider> common = new ArrayList<>(devices.keySet().iterator().next());
      devices.keySet().forEach(common::retainAll);
      parts.put(common, some);
    } else {
      devices.forEach(
          (by, names) -> parts.put(by, some.and(Arrivals.through(some.space(), names))));
    }
    return parts;
  }
}
