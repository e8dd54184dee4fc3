package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Routes of one table, asked for a set of packets: the longest prefix that has a route which can be
 * used, and of several for one prefix the one that the kernel takes.
 *
 * @param space the space of the sets
 * @param flow what is asked with
 * @param passedOver which interfaces' routes are passed over while their links are down
 */
record Tables(PacketSpace space, Flow flow, Ignoring passedOver) {

  /** Which interfaces' routes are passed over while their links are down. */
  interface Ignoring {
    Known<Boolean> linkDown(String device);
  }

  /**
   * Packets that a route takes.
   *
   * @param hop where it leads; empty where it leads nowhere, or to one of several places
   * @param several whether it leads to one of several places
   */
  record Taken(
      PacketSet packets,
      Route route,
      Optional<Route.Hop> hop,
      boolean several,
      List<Missing> open) {}

  /**
   * A route that may be taken.
   *
   * @param when by which packets; all where that is empty
   */
  private record Candidate(
      Route route,
      Optional<Route.Hop> hop,
      boolean several,
      List<Missing> open,
      Optional<PacketSet> when) {}

  /** What routes of one table take of packets; the rest finds none in it. */
  List<Taken> taken(List<Route> routes, PacketSet packets) {
    List<Interval> asked = packets.values(flow.destination(), flow.family());
    Map<Cidr, List<Route>> byPrefix = new LinkedHashMap<>();
    for (Route route : routes) {
      Interval network = Interval.of(route.destination());
      if (route.family() == flow.family() && overlaps(network, asked)) {
        byPrefix.computeIfAbsent(route.destination().network(), k -> new ArrayList<>()).add(route);
      }
    }
    Map<Cidr, List<Candidate>> candidates = new LinkedHashMap<>();
    boolean conditional = false;
    for (Map.Entry<Cidr, List<Route>> entry : byPrefix.entrySet()) {
      List<Candidate> all =
          flow.family() == Family.IPV4 ? ipv4(entry.getValue()) : ipv6(entry.getValue());
      if (!all.isEmpty()) {
        candidates.put(entry.getKey(), all);
        conditional |= all.get(0).when().isPresent();
      }
    }
    return conditional ? oneByOne(candidates, packets) : nested(candidates, packets);
  }

  /** Whether an interval overlaps one of some that are in order and apart. */
  static boolean overlaps(Interval network, List<Interval> asked) {
    int low = 0;
    int high = asked.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Interval run = asked.get(middle);
      if (run.overlaps(network)) {
        return true;
      }
      if (run.isBelow(network)) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return false;
  }

  /** Where the first route of every prefix takes all: each has what no longer prefix has. */
  private List<Taken> nested(Map<Cidr, List<Candidate>> candidates, PacketSet packets) {
    List<Cidr> prefixes = new ArrayList<>(candidates.keySet());
    prefixes.sort(Comparator.comparing(Cidr::address).thenComparing(Cidr::prefix));
    Map<Cidr, List<PacketSet>> within = new LinkedHashMap<>();
    Deque<Cidr> around = new ArrayDeque<>();
    for (Cidr prefix : prefixes) {
      while (!around.isEmpty() && !around.getLast().contains(prefix)) {
        around.removeLast();
      }
      within.put(prefix, new ArrayList<>());
      if (!around.isEmpty()) {
        within
            .getOrDefault(around.getLast(), new ArrayList<>())
            .add(space.of(flow.destination(), prefix));
      }
      around.addLast(prefix);
    }
    List<Own> owns = new ArrayList<>();
    for (Map.Entry<Cidr, List<PacketSet>> entry : within.entrySet()) {
      Candidate first = candidates.getOrDefault(entry.getKey(), List.of()).get(0);
      PacketSet whole = space.of(flow.destination(), entry.getKey());
      owns.add(new Own(whole.minus(space.anyOf(entry.getValue())), first));
    }
    List<Taken> taken = new ArrayList<>();
    share(owns, packets, taken);
    return taken;
  }

  /** What a route takes that no longer prefix does. */
  private record Own(PacketSet packets, Candidate candidate) {}

  /** Shares packets out in halves: sets with many interfaces are looked at by few routes each. */
  private void share(List<Own> owns, PacketSet packets, List<Taken> taken) {
    if (packets.isEmpty() || owns.isEmpty()) {
      return;
    }
    PacketSet part = packets.and(space.anyOf(owns.stream().map(Own::packets).toList()));
    if (owns.size() == 1) {
      if (!part.isEmpty()) {
        taken.add(taken(owns.get(0).candidate(), part));
      }
      return;
    }
    int half = owns.size() / 2;
    share(owns.subList(0, half), part, taken);
    share(owns.subList(half, owns.size()), part, taken);
  }

  /** Where some routes are for some packets alone: the longest prefix first. */
  private List<Taken> oneByOne(Map<Cidr, List<Candidate>> candidates, PacketSet packets) {
    List<Cidr> prefixes = new ArrayList<>(candidates.keySet());
    prefixes.sort(Comparator.comparing(Cidr::prefix).reversed());
    List<Taken> taken = new ArrayList<>();
    PacketSet left = packets;
    for (Cidr prefix : prefixes) {
      PacketSet here = left.and(space.of(flow.destination(), prefix));
      for (Candidate candidate : candidates.getOrDefault(prefix, List.of())) {
        PacketSet part = candidate.when().isPresent() ? here.and(candidate.when().get()) : here;
        if (!part.isEmpty()) {
          taken.add(taken(candidate, part));
          here = here.minus(part);
          left = left.minus(part);
        }
      }
    }
    return taken;
  }

  private static Taken taken(Candidate candidate, PacketSet packets) {
    return new Taken(
        packets, candidate.route(), candidate.hop(), candidate.several(), candidate.open());
  }

  /** A route without regard to which packets it is for; empty where it cannot be used. */
  private Optional<Candidate> usable(Route route) {
    if (route.hops().isEmpty()) {
      return Optional.of(
          new Candidate(route, Optional.empty(), false, List.of(), Optional.empty()));
    }
    List<Route.Hop> usable = new ArrayList<>();
    List<Missing> open = new ArrayList<>();
    boolean sends = route.family() == Family.IPV4 || flow.strict();
    for (Route.Hop hop : route.hops()) {
      boolean elsewhere = sends && flow.out().isPresent() && !flow.out().get().equals(hop.device());
      if (hop.dead() || elsewhere) {
        continue;
      }
      if (hop.linkDown() && !flow.anyLink()) {
        Known<Boolean> ignored = passedOver.linkDown(hop.device());
        if (ignored.value().isEmpty()) {
          open.add(ignored.missing());
        } else if (ignored.value().get()) {
          continue;
        }
      }
      usable.add(hop);
    }
    if (usable.isEmpty()) {
      return Optional.empty();
    }
    boolean several = usable.size() > 1;
    return Optional.of(
        new Candidate(
            route,
            several ? Optional.empty() : Optional.of(usable.get(0)),
            several,
            open,
            Optional.empty()));
  }

  /**
   * Of one prefix: table local before main, where they are one; those for a type of service first,
   * then by metric.
   */
  private List<Candidate> ipv4(List<Route> routes) {
    List<Route> sorted = new ArrayList<>(routes);
    sorted.sort(
        Comparator.comparing((Route r) -> r.table().equals("local") ? 0 : 1)
            .thenComparing(Comparator.comparing(Route::tos).reversed())
            .thenComparing(Route::metric));
    List<Candidate> candidates = new ArrayList<>();
    for (Route route : sorted) {
      Optional<Candidate> usable = refuses(route) ? Optional.of(plain(route)) : usable(route);
      if (usable.isEmpty()) {
        continue;
      }
      if (route.tos() == 0) {
        candidates.add(usable.get());
        break; // takes all that is left
      }
      candidates.add(
          when(
              usable.get(),
              space.ofQuestion(
                  String.join(" ", "route", "tos", Integer.toHexString(route.tos())))));
    }
    return candidates;
  }

  private static boolean refuses(Route route) {
    return switch (route.type()) {
      case BLACKHOLE, UNREACHABLE, PROHIBIT, THROW -> true;
      default -> false;
    };
  }

  private static Candidate plain(Route route) {
    return new Candidate(route, Optional.empty(), false, List.of(), Optional.empty());
  }

  private static Candidate when(Candidate candidate, PacketSet packets) {
    return new Candidate(
        candidate.route(),
        candidate.hop(),
        candidate.several(),
        candidate.open(),
        Optional.of(candidate.when().map(w -> w.and(packets)).orElse(packets)));
  }

  /**
   * Of one prefix: those for the narrowest sources first, then by metric; of one metric by the
   * router's preference, then those through the interface that is asked for.
   */
  private List<Candidate> ipv6(List<Route> routes) {
    List<Route> sorted = new ArrayList<>(routes);
    sorted.sort(
        Comparator.comparing((Route r) -> r.from().prefix())
            .reversed()
            .thenComparing(Route::metric)
            .thenComparing(Comparator.comparing(Route::preference).reversed()));
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < sorted.size(); ) {
      int end = i + 1;
      while (end < sorted.size() && sameRank(sorted.get(i), sorted.get(end))) {
        end++;
      }
      List<Candidate> group = new ArrayList<>();
      for (Route route : sorted.subList(i, end)) {
        usable(route).ifPresent(group::add);
      }
      List<Candidate> ranked = throughAsked(group);
      Cidr from = sorted.get(i).from();
      for (Candidate candidate : ranked) {
        candidates.add(
            from.prefix() == 0 ? candidate : when(candidate, space.of(flow.source(), from)));
      }
      boolean all =
          from.prefix() == 0 && !ranked.isEmpty() && ranked.get(ranked.size() - 1).when().isEmpty();
      if (all) {
        break;
      }
      i = end;
    }
    return candidates;
  }

  private static boolean sameRank(Route one, Route other) {
    return one.metric() == other.metric()
        && one.preference() == other.preference()
        && one.from().equals(other.from());
  }

  /** Routes of one rank; those through the interface that is asked for go first. */
  private List<Candidate> throughAsked(List<Candidate> group) {
    if (flow.in().isPresent()) {
      List<Candidate> sorted = new ArrayList<>(group);
      sorted.sort(
          Comparator.comparing(
              c -> flow.out().isPresent() && c.route().through(flow.out().get()) ? 0 : 1));
      return sorted.isEmpty() ? sorted : sorted.subList(0, 1);
    }
    if (group.size() == 1 && !flow.strict()) {
      return group;
    }
    List<Candidate> candidates = new ArrayList<>();
    for (Candidate candidate : group) {
      PacketSet in = space.none();
      for (Route.Hop hop : candidate.route().hops()) {
        in = in.or(space.of(Field.INPUT_INTERFACE, Interval.ofInterface(hop.device())));
      }
      candidates.add(when(candidate, in));
    }
    if (!flow.strict() && !group.isEmpty()) {
      candidates.add(group.get(0));
    }
    return candidates;
  }
}
