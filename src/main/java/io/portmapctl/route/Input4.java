package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What IPv4 decides of packets that come in. */
final class Input4 {
  private static final Cidr NOBODY = cidr("0.0.0.0/32");
  private static final Cidr LIMITED_BROADCAST = cidr("255.255.255.255/32");
  private static final Cidr LOOPBACK = cidr("127.0.0.0/8");
  private static final Cidr MULTICAST = cidr("224.0.0.0/4");
  private static final Cidr MULTICAST_ON_LINK = cidr("224.0.0.0/24");
  private static final Cidr ALL_HOSTS = cidr("224.0.0.1/32");

  private final HostRouting host;
  private final Settings settings;
  private final Lookup lookup;
  private final Results results;
  private final Arrivals arrivals;
  private Optional<Set<String>> addressed = Optional.empty();

  Input4(HostRouting host, Settings settings, Lookup lookup, Results results) {
    this.host = host;
    this.settings = settings;
    this.lookup = lookup;
    this.results = results;
    this.arrivals = new Arrivals(host.links());
  }

  private static Cidr cidr(String text) {
    return Cidr.parse(text).orElseThrow();
  }

  /** What is in store for packets whose source is as it should be. */
  private interface Onward {
    void go(PacketSet packets, List<Missing> open);
  }

  void decide(PacketSet packets) {
    PacketSpace space = packets.space();
    PacketSet left = Presence.take(host.links(), packets, results);
    PacketSet group = left.and(space.of(Field.DESTINATION, MULTICAST));
    multicast(group);
    left = left.minus(group);
    PacketSet nobody = space.of(Field.SOURCE, NOBODY);
    PacketSet toNobody = space.of(Field.DESTINATION, NOBODY);
    PacketSet strange =
        left.and(space.of(Field.SOURCE, MULTICAST).or(space.of(Field.SOURCE, LIMITED_BROADCAST)));
    results.refuse(strange, Refusal.MARTIAN_SOURCE);
    left = left.minus(strange);
    PacketSet toAll =
        left.and(space.of(Field.DESTINATION, LIMITED_BROADCAST).or(nobody.and(toNobody)));
    broadcast(toAll, List.of(), List.of());
    left = left.minus(toAll);
    results.refuse(left.and(nobody), Refusal.MARTIAN_SOURCE);
    left = left.minus(nobody);
    results.refuse(left.and(toNobody), Refusal.MARTIAN_DESTINATION);
    left = left.minus(toNobody);
    PacketSet loopback =
        left.and(space.of(Field.DESTINATION, LOOPBACK).or(space.of(Field.SOURCE, LOOPBACK)));
    routed(left.minus(loopback), List.of());
    localnet(loopback, this::routed);
  }

  /** Loopback addresses come in only where a setting has it. */
  private void localnet(PacketSet loopback, Onward onward) {
    if (loopback.isEmpty()) {
      return;
    }
    Arrivals.Split split =
        Arrivals.split(
            loopback,
            arrivals.devices(loopback),
            d -> settings.either(d, "route_localnet"),
            Settings.Answer::isOn);
    onward.go(split.fine(), List.of());
    for (Arrivals.Part part : split.others()) {
      if (part.answer().isOff()) {
        results.refuse(part.packets(), Refusal.LOOPBACK, part.answer().by(), List.of());
      } else {
        onward.go(part.packets(), part.answer().missing());
      }
    }
  }

  /** To a group: the host takes it in where it has joined. */
  private void multicast(PacketSet packets) {
    if (packets.isEmpty()) {
      return;
    }
    PacketSpace space = packets.space();
    PacketSet strange =
        packets.and(
            space.of(Field.SOURCE, MULTICAST).or(space.of(Field.SOURCE, LIMITED_BROADCAST)));
    PacketSet nobody = packets.and(space.of(Field.SOURCE, NOBODY));
    PacketSet beyond = nobody.minus(space.of(Field.DESTINATION, MULTICAST_ON_LINK));
    results.refuse(strange.or(beyond), Refusal.MARTIAN_SOURCE);
    PacketSet left = packets.minus(strange).minus(nobody);
    joined(nobody.minus(beyond), List.of());
    PacketSet loopback = left.and(space.of(Field.SOURCE, LOOPBACK));
    validate(left.minus(loopback), Optional.empty(), true, List.of(), this::joined);
    localnet(loopback, (p, open) -> validate(p, Optional.empty(), true, open, this::joined));
  }

  private void joined(PacketSet packets, List<Missing> open) {
    PacketSet all = packets.and(packets.space().of(Field.DESTINATION, ALL_HOSTS));
    taken(all, Route.Type.MULTICAST, Optional.empty(), List.of(), open);
    taken(
        packets.minus(all),
        Route.Type.MULTICAST,
        Optional.empty(),
        List.of(),
        Results.both(open, List.of(Missing.GROUPS)));
  }

  private void taken(
      PacketSet packets,
      Route.Type type,
      Optional<String> device,
      List<Decider> by,
      List<Missing> open) {
    results.add(packets, new Decision.Local(type, device, by, open));
  }

  private void broadcast(PacketSet packets, List<Decider> by, List<Missing> open) {
    PacketSet nobody = packets.and(packets.space().of(Field.SOURCE, NOBODY));
    taken(nobody, Route.Type.BROADCAST, Optional.empty(), by, open);
    validate(
        packets.minus(nobody),
        Optional.empty(),
        true,
        open,
        (p, o) -> taken(p, Route.Type.BROADCAST, Optional.empty(), by, o));
  }

  /** What the tables say. */
  private void routed(PacketSet packets, List<Missing> open) {
    for (Found found : lookup.find(packets, Flow.input(Family.IPV4))) {
      route(
          new Found(
              found.packets(),
              found.rule(),
              found.route(),
              found.hop(),
              found.outcome(),
              Results.both(open, found.open())));
    }
  }

  private void route(Found found) {
    Optional<Refusal> refusal = Results.refusal(found.outcome());
    if (refusal.isPresent()) {
      refuse(found, refusal.get());
      return;
    }
    if (found.route().isEmpty()) {
      results.add(found.packets(), new Decision.Unknown(found.by(), found.open()));
      return;
    }
    Route route = found.route().get();
    Optional<String> device = found.hop().map(Route.Hop::device);
    switch (route.type()) {
      case BROADCAST -> broadcast(found.packets(), found.by(), found.open());
      case LOCAL ->
          validate(
              found.packets(),
              Optional.empty(),
              false,
              found.open(),
              (p, o) -> taken(p, Route.Type.LOCAL, device, found.by(), o));
      case UNICAST -> forward(found);
      case UNKNOWN -> results.add(found.packets(), new Decision.Unknown(found.by(), found.open()));
      default -> forwarded(found, f -> results.refuse(f, Refusal.MARTIAN_DESTINATION, false));
    }
  }

  /** The sender is told where the host forwards what comes in there, and never of a blackhole. */
  private void refuse(Found found, Refusal why) {
    if (why == Refusal.BLACKHOLE) {
      results.refuse(found, why, false);
      return;
    }
    Arrivals.Split split =
        Arrivals.split(
            found.packets(),
            arrivals.devices(found.packets()),
            d -> settings.forwards(Family.IPV4, d),
            a -> !a.isOff());
    results.refuse(found.with(split.fine()), why, true);
    for (Arrivals.Part part : split.others()) {
      results.refuse(found.with(part.packets()), why, false);
    }
  }

  private interface Forwarding {
    void go(Found found);
  }

  /** Goes on with what comes in by interfaces that forward. */
  private void forwarded(Found found, Forwarding onward) {
    Arrivals.Split split =
        Arrivals.split(
            found.packets(),
            arrivals.devices(found.packets()),
            d -> settings.forwards(Family.IPV4, d),
            Settings.Answer::isOn);
    onward.go(found.with(split.fine()));
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
        onward.go(
            new Found(
                part.packets(),
                found.rule(),
                found.route(),
                found.hop(),
                found.outcome(),
                Results.both(found.open(), part.answer().missing())));
      }
    }
  }

  private void forward(Found all) {
    forwarded(
        all,
        found -> {
          if (found.hop().isEmpty()) {
            results.add(found.packets(), new Decision.Unknown(found.by(), found.open()));
            return;
          }
          Route.Hop hop = found.hop().get();
          validate(
              found.packets(),
              Optional.of(hop.device()),
              false,
              found.open(),
              (p, o) ->
                  results.add(p, new Decision.Leaves(hop.device(), hop.via(), found.by(), o)));
        });
  }

  /**
   * Whether a source may be where it comes from.
   *
   * @param out the interface that the packets leave through
   * @param alone whether the way back is asked for without the address that it comes from
   */
  private void validate(
      PacketSet packets, Optional<String> out, boolean alone, List<Missing> open, Onward onward) {
    if (packets.isEmpty()) {
      return;
    }
    PacketSpace space = packets.space();
    Arrivals.Split filters =
        Arrivals.split(
            packets,
            arrivals.devices(packets),
            d -> settings.greatest(d, "rp_filter"),
            Settings.Answer::isOff);
    PacketSet free = filters.fine();
    if (out.isPresent()) {
      // where it would tell the sender of a better way, it looks more closely
      PacketSet back = free.and(Arrivals.through(space, out.get()));
      boolean redirects = !back.isEmpty() && !settings.either(out.get(), "send_redirects").isOff();
      if (redirects) {
        Arrivals.Part again = new Arrivals.Part(back, List.of(out.get()), Settings.Answer.of(0));
        full(List.of(again), new Check(out, alone, open, onward));
        free = free.minus(back);
      }
    }
    unfiltered(free, new Check(out, alone, open, onward));
    full(filters.others(), new Check(out, alone, open, onward));
  }

  /** What a check of sources is for. */
  private record Check(Optional<String> out, boolean alone, List<Missing> open, Onward onward) {

    void passes(PacketSet packets, List<Missing> more) {
      if (!packets.isEmpty()) {
        onward.go(packets, Results.both(open, more));
      }
    }
  }

  /**
   * Without rp_filter the host's own addresses alone are refused, each where it is not accepted.
   */
  private void unfiltered(PacketSet packets, Check check) {
    if (packets.isEmpty()) {
      return;
    }
    if (asksTables()) {
      Arrivals.Split accepts = accepts(packets);
      check.passes(accepts.fine(), List.of());
      List<Arrivals.Part> parts = new ArrayList<>();
      for (Arrivals.Part part : accepts.others()) {
        parts.add(new Arrivals.Part(part.packets(), part.devices(), Settings.Answer.of(0)));
      }
      full(parts, check);
      return;
    }
    PacketSet own = packets.and(own(packets.space()));
    check.passes(packets.minus(own), unknownAddresses());
    ownSource(own, List.of(), check);
  }

  private Arrivals.Split accepts(PacketSet packets) {
    return Arrivals.split(
        packets,
        arrivals.devices(packets),
        d -> settings.either(d, "accept_local"),
        Settings.Answer::isOn);
  }

  /** Whether the kernel asks its tables for the source, since they are not as they were made. */
  private boolean asksTables() {
    boolean local =
        host.routes().value().orElse(List.of()).stream()
            .anyMatch(
                r -> r.family() == Family.IPV4 && r.type() == Route.Type.LOCAL && !r.kernel());
    return local || lookup.hasCustomRules();
  }

  private List<Missing> unknownAddresses() {
    boolean known = host.links().value().isPresent() || host.routes().value().isPresent();
    return known ? List.of() : List.of(Missing.LINKS);
  }

  /** The packets from an address of this host. */
  private PacketSet own(PacketSpace space) {
    List<PacketSet> sets = new ArrayList<>();
    if (host.links().value().isPresent()) {
      for (Link link : host.links().value().get()) {
        for (Link.Address address : link.addresses()) {
          IpAddress ip = address.address().address();
          if (ip.family() == Family.IPV4) {
            sets.add(space.of(Field.SOURCE, ip));
          }
        }
      }
    } else {
      for (Route route : host.routes().value().orElse(List.of())) {
        boolean one = route.destination().prefix() == Family.IPV4.bits();
        if (one && route.family() == Family.IPV4 && route.type() == Route.Type.LOCAL) {
          sets.add(space.of(Field.SOURCE, route.destination()));
        }
      }
    }
    return space.anyOf(sets);
  }

  /** Packets from this host's own addresses are refused where they are not accepted. */
  private void ownSource(PacketSet packets, List<Decider> by, Check check) {
    if (packets.isEmpty()) {
      return;
    }
    Arrivals.Split accepts = accepts(packets);
    check.passes(accepts.fine(), List.of());
    for (Arrivals.Part part : accepts.others()) {
      if (part.answer().isOff()) {
        results.add(
            part.packets(),
            new Decision.Refused(
                Refusal.OWN_SOURCE, false, Results.deciders(by, part.answer().by()), check.open()));
      } else {
        check.passes(part.packets(), part.answer().missing());
      }
    }
  }

  /** Looks for the way back to the source; from interfaces that are alike at once. */
  private void full(List<Arrivals.Part> parts, Check check) {
    for (Filtering from : Filtering.of(parts, this::filtering)) {
      Flow flow = Flow.back(check.out().orElse(Flow.LOOPBACK), from.kind().marked());
      List<Missing> open = from.kind().open();
      Flow asked = check.alone() ? flow.withoutSource() : flow;
      for (Found found : lookup.find(from.packets(), asked)) {
        back(found, from, check, Results.both(open, found.open()));
      }
    }
  }

  /** How sources are filtered that come in through an interface. */
  private Filtering.Kind filtering(String device, Settings.Answer filter) {
    Settings.Answer valid =
        lookup.usesMarks(Family.IPV4)
            ? settings.either(device, "src_valid_mark")
            : Settings.Answer.of(0);
    Settings.Answer accepts = settings.either(device, "accept_local");
    return new Filtering.Kind(
        filter.value(),
        filter.missing(),
        accepts.value(),
        accepts.missing(),
        valid.isOn(),
        valid.value().isEmpty() ? valid.missing() : List.of(),
        addressed().map(a -> a.contains(device)),
        device.equals(Flow.LOOPBACK));
  }

  private void back(Found found, Filtering from, Check check, List<Missing> open) {
    if (Results.refusal(found.outcome()).isPresent()) {
      filtered(found, from, false, check, open);
      return;
    }
    if (found.route().isEmpty()) {
      check.passes(found.packets(), open);
      return;
    }
    Route route = found.route().get();
    if (route.type() != Route.Type.UNICAST && route.type() != Route.Type.LOCAL) {
      results.add(
          found.packets(),
          new Decision.Refused(
              Refusal.MARTIAN_SOURCE, false, found.by(), Results.both(check.open(), open)));
      return;
    }
    Check next =
        new Check(check.out(), check.alone(), Results.both(check.open(), open), check.onward());
    boolean loopback = from.kind().loopback();
    if (route.type() == Route.Type.LOCAL && !loopback) {
      if (from.kind().acceptsNoneOfItsOwn()) {
        ownSource(found.packets(), found.by(), next);
        return;
      }
      next =
          new Check(
              check.out(),
              check.alone(),
              Results.both(next.open(), from.kind().acceptsMissing()),
              check.onward());
    }
    boolean here = route.type() == Route.Type.LOCAL && loopback;
    if (here || from.kind().isOff()) {
      next.passes(found.packets(), List.of());
      return;
    }
    PacketSet through = from.through(found.packets(), route);
    Found astray = found.with(found.packets().minus(through));
    // as if each interface were asked by itself, in order
    if (from.beginsThrough(route)) {
      next.passes(through, List.of());
      astray(astray, from, next);
    } else {
      astray(astray, from, next);
      next.passes(through, List.of());
    }
  }

  /** Packets whose way back leads through another interface. */
  private void astray(Found found, Filtering from, Check check) {
    if (found.packets().isEmpty()) {
      return;
    }
    Optional<Boolean> addressed = from.kind().addressed();
    if (addressed.isPresent() && !addressed.get()) {
      filtered(found, from, true, check, List.of());
    } else if (from.kind().isStrict()) {
      filtered(found, from, false, check, List.of());
    } else {
      List<Missing> unsure = new ArrayList<>(from.kind().filterMissing());
      if (addressed.isEmpty()) {
        unsure.add(Missing.LINKS);
      }
      check.passes(found.packets(), unsure);
    }
  }

  /** The interfaces that have an address of IPv4. */
  private Optional<Set<String>> addressed() {
    if (addressed.isEmpty()) {
      addressed =
          host.links()
              .value()
              .map(
                  links -> {
                    Set<String> names = new HashSet<>();
                    for (Link link : links) {
                      for (Link.Address address : link.addresses()) {
                        if (address.address().address().family() == Family.IPV4) {
                          names.add(link.name());
                        }
                      }
                    }
                    return names;
                  });
    }
    return addressed;
  }

  /** Refuses what the filter of sources does not let in. */
  private void filtered(
      Found found, Filtering from, boolean unaddressed, Check check, List<Missing> open) {
    if (from.kind().isOff()) {
      check.passes(found.packets(), open);
      return;
    }
    if (from.kind().filter().isEmpty()) {
      check.passes(found.packets(), Results.both(open, from.kind().filterMissing()));
      return;
    }
    from.deciders(found.packets(), unaddressed)
        .forEach(
            (deciders, packets) -> {
              List<Decider> by = new ArrayList<>(found.by());
              by.addAll(deciders);
              results.add(
                  packets,
                  new Decision.Refused(
                      Refusal.REVERSE_PATH, false, by, Results.both(check.open(), open)));
            });
  }
}
