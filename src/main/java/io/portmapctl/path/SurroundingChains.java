package io.portmapctl.path;

import io.portmapctl.packet.Effort;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.Detail;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.OnePacket;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.SetTracer;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The base chains of a family around a nat table, for sets of first packets of connections: what
 * they end, and what goes on. They are the same stations, in the same order, that single packets
 * are followed through.
 */
public final class SurroundingChains {
  /** Connection tracking stands there. */
  private static final int TRACKING = -200;

  private final PacketSpace space;
  private final List<Station> stations = new ArrayList<>();

  /**
   * Around a nat table.
   *
   * @param tables the other tables of iptables, of both variants
   * @param written what nft wrote itself
   * @param host what is known of the host
   */
  public SurroundingChains(List<Table> tables, Rules.Written written, HostAddresses host) {
    this.space = new PacketSpace(new Effort(Rules.effort(tables, host)));
    for (Table table : tables) {
      SetTracer tracer = new SetTracer(new RuleIndex(table), host, space);
      TableStation.of(table, tracer, Detail.EFFECTIVE, ExcludedRules.NOTHING).stream()
          .filter(s -> !BaseChains.isEmpty(table, s.site()))
          .forEach(stations::add);
    }
    stations.addAll(written.of(space, host, ""));
    stations.sort(BaseChains::inOrder);
  }

  /** Where base chains of a hook stand, as to the place where the kernel translates. */
  public enum Place {
    /** Before it. */
    BEFORE,
    /** Behind it. */
    BEHIND;

    private boolean has(ChainSite site) {
      int translation = site.hook().rewritesSource() ? 100 : -100;
      return !site.translates() && (site.place() < translation) == (this == BEFORE);
    }
  }

  /**
   * A base chain that ends the way of packets, or leads them elsewhere.
   *
   * @param site the base chain
   * @param kind what it does
   * @param packets which packets, as they leave it
   * @param rules the rules that do it, the jumps first; none where it is the chain's policy
   * @param translation what translates them, where something does
   */
  public record Stop(
      ChainSite site,
      Kind kind,
      PacketSet packets,
      List<RuleSite> rules,
      Optional<Target> translation) {

    /** Copies the list. */
    public Stop {
      rules = List.copyOf(rules);
    }

    /** What a base chain does with packets that do not come to the nat table, or to a container. */
    public enum Kind {
      /** It drops them. */
      DROPPED,
      /** It drops them and tells their sender. */
      REJECTED,
      /** It has connection tracking pass over them, and then nothing translates them. */
      UNTRACKED,
      /** It translates them itself. */
      TRANSLATED
    }

    /** What decides: a rule, or else the chain's policy. */
    public DecidedBy by() {
      return rules.isEmpty()
          ? new DecidedBy.ByPolicy(site)
          : new DecidedBy.ByRule(rules.get(rules.size() - 1));
    }
  }

  /**
   * What came of packets.
   *
   * @param passed those that go on, or may
   * @param stops what ended the way of others, or may have
   */
  public record Crossing(PacketSet passed, List<Stop> stops) {

    /** Copies the list. */
    public Crossing {
      stops = List.copyOf(stops);
    }
  }

  /** The space of its sets. */
  public PacketSpace space() {
    return space;
  }

  /** Whether there is none at all. */
  public boolean isEmpty() {
    return stations.isEmpty();
  }

  /**
   * Takes packets through the base chains of a hook.
   *
   * @param packets the first packets of connections; before connection tracking they are of none
   */
  public Crossing through(Hook hook, Place place, PacketSet packets) {
    List<Station> called =
        stations.stream().filter(s -> s.site().hook() == hook && place.has(s.site())).toList();
    if (called.isEmpty()) {
      return new Crossing(packets, List.of());
    }
    boolean tracks = place == Place.BEFORE && (hook == Hook.PREROUTING || hook == Hook.OUTPUT);
    List<Stop> stops = new ArrayList<>();
    PacketSet on = tracks ? packets.with(Field.STATE, 0) : packets;
    for (Station station : called) {
      boolean before = station.site().place() < TRACKING;
      if (tracks && !before) {
        on = on.with(Field.STATE, OnePacket.NEW);
        tracks = false;
      }
      PacketSet passed = through(station, on, stops);
      on = tracks ? tracked(station, on, passed, stops) : passed;
    }
    return new Crossing(tracks ? on.with(Field.STATE, OnePacket.NEW) : on, stops);
  }

  /**
   * Takes packets through the base chains of a hook that translate, each by itself, in their order.
   * What is not known of a rule that would translate is told as if it did.
   */
  public List<Crossing> translating(Hook hook, PacketSet packets) {
    List<Crossing> all = new ArrayList<>();
    for (Station station : stations) {
      if (station.site().hook() == hook && station.site().translates()) {
        List<Stop> stops = new ArrayList<>();
        PacketSet passed = through(station, packets, stops);
        station.through(packets, Station.Observer.NOBODY).stream()
            .filter(p -> p.kind() == Part.Kind.OPEN && mayTranslate(p))
            .forEach(p -> stops.add(stop(station, Stop.Kind.TRANSLATED, p)));
        if (!stops.isEmpty()) {
          all.add(new Crossing(passed, stops));
        }
      }
    }
    return List.copyOf(all);
  }

  private static boolean mayTranslate(Part part) {
    String words = part.last().map(r -> r.text().latin1()).orElse("");
    return words.contains("dnat") || words.contains("redirect");
  }

  private PacketSet through(Station station, PacketSet packets, List<Stop> stops) {
    PacketSet passed = space.none();
    for (Part part : station.through(packets, Station.Observer.NOBODY)) {
      switch (part.kind()) {
        case ACCEPTED, OPEN -> passed = passed.or(part.packets());
        case DROPPED -> stops.add(stop(station, Stop.Kind.DROPPED, part));
        case REJECTED -> stops.add(stop(station, Stop.Kind.REJECTED, part));
        case TRANSLATED -> stops.add(stop(station, Stop.Kind.TRANSLATED, part));
      }
    }
    return passed;
  }

  private static Stop stop(Station station, Stop.Kind kind, Part part) {
    return new Stop(station.site(), kind, part.packets(), part.rules(), part.translation());
  }

  /** What a chain does not take away from connection tracking. */
  private PacketSet tracked(
      Station station, PacketSet packets, PacketSet passed, List<Stop> stops) {
    PacketSet without = passed.and(space.of(Field.STATE, Interval.of(OnePacket.UNTRACKED)));
    if (without.isEmpty()) {
      return passed;
    }
    List<RuleSite> rules = new ArrayList<>();
    station.through(packets, new Untracking(rules));
    stops.add(
        new Stop(
            station.site(),
            Stop.Kind.UNTRACKED,
            without,
            rules.stream().limit(1).toList(),
            Optional.empty()));
    return passed.minus(without);
  }

  /** Writes down the rules that have connection tracking pass over packets. */
  private record Untracking(List<RuleSite> rules) implements Station.Observer {
    @Override
    public void tried(RuleSite rule, PacketSet here, Ternary result, boolean certain, int depth) {
      boolean untracks =
          rule.rule()
              .map(r -> r.target() instanceof Target.Ct ct && ct.untracked())
              .orElseGet(() -> rule.text().latin1().endsWith("notrack"));
      if (untracks && result != Ternary.NO) {
        rules.add(rule);
      }
    }

    @Override
    public void toldBefore() {
      // the rules were told then
    }
  }
}
