package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the policy rules and the tables that they ask say of packets. */
final class Lookup {
  /** Of these the kernel takes a route of IPv6 only through the interface that is asked for. */
  private static final List<Cidr> ONE_LINK =
      List.of(Cidr.parse("fe80::/10").orElseThrow(), Cidr.parse("ff00::/8").orElseThrow());

  private static final Cidr SELF = Cidr.parse("::1/128").orElseThrow();

  private final HostRouting host;
  private final Settings settings;
  private final Map<String, List<Route>> tables = new HashMap<>();
  private final List<Route> localAndMain = new ArrayList<>();
  private Optional<Boolean> mergingMatters = Optional.empty();
  private boolean sorted;

  Lookup(HostRouting host, Settings settings) {
    this.host = host;
    this.settings = settings;
  }

  /** What comes of packets of one family, each in one part. */
  List<Found> find(PacketSet packets, Flow flow) {
    if (packets.isEmpty()) {
      return List.of();
    }
    Known<List<Route>> routes = host.routes();
    if (routes.value().isEmpty()) {
      return List.of(unknown(packets, Optional.empty(), Optional.empty(), routes.missing()));
    }
    sort(routes.value().get());
    if (flow.family() == Family.IPV4) {
      return new Search(packets.space(), flow).through(packets);
    }
    PacketSpace space = packets.space();
    PacketSet strict = space.none();
    for (Cidr network : ONE_LINK) {
      strict = strict.or(space.of(flow.destination(), network));
    }
    if (flow.in().isPresent()) {
      strict = strict.or(space.of(flow.destination(), SELF));
    }
    List<Found> found = new ArrayList<>();
    found.addAll(new Search(space, flow).through(packets.minus(strict)));
    found.addAll(new Search(space, flow.strictly()).through(packets.and(strict)));
    return found;
  }

  private void sort(List<Route> routes) {
    if (!sorted) {
      for (Route route : routes) {
        tables
            .computeIfAbsent(key(route.family(), route.table()), k -> new ArrayList<>())
            .add(route);
      }
      localAndMain.addAll(table(Family.IPV4, "local"));
      localAndMain.addAll(table(Family.IPV4, "main"));
      sorted = true;
    }
  }

  private static String key(Family family, String table) {
    return family.id() + " " + table;
  }

  private List<Route> table(Family family, String name) {
    return tables.getOrDefault(key(family, name), List.of());
  }

  /** The policy rules that are asked; the kernel's own where they are not known. */
  private List<PolicyRule> rules(Family family) {
    return host.rules(family).value().orElseGet(() -> PolicyRule.standard(family));
  }

  /** Whether a default route of whichever table leads through an interface. */
  boolean leadsOut(Family family, String device) {
    return host.routes().value().orElse(List.of()).stream()
        .anyMatch(
            r ->
                r.family() == family
                    && r.destination().prefix() == 0
                    && r.type() == Route.Type.UNICAST
                    && r.through(device));
  }

  /** Whether a policy rule looks at marks. */
  boolean usesMarks(Family family) {
    return rules(family).stream().anyMatch(r -> r.mask() != 0);
  }

  /** Whether the policy rules are others than those that a kernel begins with. */
  boolean hasCustomRules() {
    return !isStandard(rules(Family.IPV4));
  }

  private static boolean isStandard(List<PolicyRule> rules) {
    List<PolicyRule> standard = PolicyRule.standard(Family.IPV4);
    boolean same = rules.size() == standard.size();
    for (int i = 0; same && i < rules.size(); i++) {
      same = rules.get(i).equals(standard.get(i));
    }
    return same;
  }

  /** Whether local and main are one to the kernel; as it says, where that makes a difference. */
  private Known<Boolean> oneTable() {
    List<PolicyRule> rules = rules(Family.IPV4);
    return isStandard(rules) && mergingMatters() ? host.merged() : Known.of(false, Missing.TRIE);
  }

  private boolean mergingMatters() {
    boolean matters = mergingMatters.isPresent() ? mergingMatters.get() : differsMerged();
    mergingMatters = Optional.of(matters);
    return matters;
  }

  /** Whether it makes a difference that local and main are one table. */
  private boolean differsMerged() {
    boolean refuses = false;
    for (Route route : table(Family.IPV4, "main")) {
      if (route.type() == Route.Type.LOCAL) {
        return true;
      }
      refuses |= outcome(route) != Found.Outcome.ROUTE;
    }
    if (refuses && !table(Family.IPV4, "default").isEmpty()) {
      return true;
    }
    for (Route wide : table(Family.IPV4, "local")) {
      if (wide.destination().prefix() < Family.IPV4.bits()) {
        for (Route narrow : table(Family.IPV4, "main")) {
          if (narrow.destination().prefix() > wide.destination().prefix()
              && wide.destination().contains(narrow.destination())) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /**
   * Packets from an address of this host.
   *
   * @param device the interface that has the address
   */
  record Own(PacketSet packets, String device) {}

  /**
   * The packets of IPv4 from an address of an interface, or one that table local has for this
   * host's.
   */
  List<Own> own(PacketSet packets) {
    PacketSpace space = packets.space();
    List<Own> own = new ArrayList<>();
    PacketSet left = packets;
    for (Link link : host.links().value().orElse(List.of())) {
      for (Link.Address address : link.addresses()) {
        if (address.address().address().family() == Family.IPV4) {
          PacketSet from = left.and(space.of(Field.SOURCE, address.address().address()));
          if (!from.isEmpty()) {
            own.add(new Own(from, link.name()));
            left = left.minus(from);
          }
        }
      }
    }
    sort(host.routes().value().orElse(List.of()));
    Tables asked =
        new Tables(
            space, Flow.back(Flow.LOOPBACK, false), d -> settings.ignoresLinkDown(Family.IPV4, d));
    boolean merged = oneTable().value().orElse(true);
    for (Tables.Taken taken :
        asked.taken(merged ? localAndMain : table(Family.IPV4, "local"), left)) {
      if (taken.route().type() == Route.Type.LOCAL && taken.hop().isPresent()) {
        own.add(new Own(taken.packets(), taken.hop().get().device()));
      }
    }
    return own;
  }

  private static Found unknown(
      PacketSet packets, Optional<PolicyRule> rule, Optional<Route> route, Missing missing) {
    return new Found(
        packets, rule, route, Optional.empty(), Found.Outcome.UNKNOWN, List.of(missing));
  }

  /** One search, of packets of one family. */
  private final class Search {
    private final PacketSpace space;
    private final Flow flow;
    private final Tables asked;
    private final List<Found> found = new ArrayList<>();
    private final List<Missing> open = new ArrayList<>();

    Search(PacketSpace space, Flow flow) {
      this.space = space;
      this.flow = flow;
      this.asked = new Tables(space, flow, d -> settings.ignoresLinkDown(flow.family(), d));
    }

    List<Found> through(PacketSet packets) {
      if (packets.isEmpty()) {
        return found;
      }
      List<PolicyRule> rules = rules(flow.family());
      Known<List<PolicyRule>> known = host.rules(flow.family());
      if (known.value().isEmpty()) {
        open.add(known.missing());
      }
      if (flow.family() == Family.IPV4) {
        Known<Boolean> merged = oneTable();
        if (merged.value().isEmpty()) {
          open.add(merged.missing());
        }
        if (merged.value().orElse(true)) {
          return merged(packets, rules);
        }
      }
      return inOrder(packets, rules);
    }

    /** Adds what was found of packets, of which other kernels may find something else. */
    private void unsure(Found one, PacketSet packets) {
      List<Missing> missing = Results.both(one.open(), List.of(Missing.KERNEL));
      found.add(new Found(packets, one.rule(), one.route(), one.hop(), one.outcome(), missing));
    }

    /** Local and main are one, and what they have nothing for is looked for in table default. */
    private List<Found> merged(PacketSet packets, List<PolicyRule> rules) {
      PacketSet left = packets;
      List<Found> refused = new ArrayList<>();
      for (Tables.Taken taken : asked.taken(localAndMain, packets)) {
        boolean local = taken.route().table().equals("local");
        Found one = of(taken, rules.get(local ? 0 : 1));
        if (one.outcome() == Found.Outcome.ROUTE || one.outcome() == Found.Outcome.UNKNOWN) {
          found.add(one);
          left = left.minus(taken.packets());
        } else {
          refused.add(one);
        }
      }
      PacketSet firmly = space.none();
      for (Found one : refused) {
        boolean thrown = one.route().map(r -> r.type() == Route.Type.THROW).orElse(false);
        firmly = thrown ? firmly : firmly.or(one.packets());
      }
      PacketSet answered = space.none();
      for (Tables.Taken taken : asked.taken(table(Family.IPV4, "default"), left)) {
        if (taken.route().type() != Route.Type.THROW) {
          answered = answered.or(taken.packets());
          Found one = of(taken, rules.get(2));
          found.add(one.with(taken.packets().minus(firmly)));
          left = left.minus(taken.packets().minus(firmly));
        }
      }
      for (Found one : refused) {
        PacketSet part = left.and(firmly).and(one.packets());
        // older kernels look on into table default
        unsure(one, part.and(answered));
        found.add(one.with(part.minus(answered)));
        left = left.minus(part);
      }
      found.removeIf(f -> f.packets().isEmpty());
      nothing(left);
      return found;
    }

    private List<Found> inOrder(PacketSet packets, List<PolicyRule> rules) {
      PacketSet[] arriving = new PacketSet[rules.size()];
      Arrays.fill(arriving, space.none());
      PolicyMatch matches = new PolicyMatch(space, flow);
      PacketSet here = packets;
      for (int i = 0; i < rules.size(); i++) {
        here = here.or(arriving[i]);
        PolicyRule rule = rules.get(i);
        PacketSet matched = here.isEmpty() ? here : here.and(matches.of(rule));
        if (matched.isEmpty()) {
          continue;
        }
        here = here.minus(matched);
        switch (rule.action()) {
          case LOOKUP -> here = here.or(lookUp(rule, matched));
          case GOTO -> {
            int target = rule.target().isPresent() ? index(rules, rule.target().getAsLong()) : -1;
            if (target > i) {
              arriving[target] = arriving[target].or(matched);
            } else {
              here = here.or(matched);
            }
          }
          case NOP -> here = here.or(matched);
          case BLACKHOLE -> refuse(matched, rule, Found.Outcome.BLACKHOLE);
          case UNREACHABLE -> refuse(matched, rule, Found.Outcome.UNREACHABLE);
          case PROHIBIT -> refuse(matched, rule, Found.Outcome.PROHIBIT);
          case UNKNOWN ->
              found.add(
                  unknown(
                      matched,
                      Optional.of(rule),
                      Optional.empty(),
                      new Missing(Missing.Kind.CONDITION, rule.text())));
        }
      }
      nothing(here);
      return found;
    }

    private static int index(List<PolicyRule> rules, long priority) {
      for (int i = 0; i < rules.size(); i++) {
        if (rules.get(i).priority() == priority) {
          return i;
        }
      }
      return -1;
    }

    private void refuse(PacketSet packets, PolicyRule rule, Found.Outcome outcome) {
      found.add(
          new Found(packets, Optional.of(rule), Optional.empty(), Optional.empty(), outcome, open));
    }

    private void nothing(PacketSet packets) {
      if (!packets.isEmpty()) {
        found.add(
            new Found(
                packets,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Found.Outcome.NO_ROUTE,
                open));
      }
    }

    /** Asks the table of a rule; what it has nothing for. */
    private PacketSet lookUp(PolicyRule rule, PacketSet packets) {
      if (rule.vrf()) {
        Known<Boolean> vrf = vrf();
        if (vrf.value().isEmpty() || vrf.value().get()) {
          found.add(
              unknown(
                  packets,
                  Optional.of(rule),
                  Optional.empty(),
                  vrf.value().isEmpty()
                      ? vrf.missing()
                      : new Missing(Missing.Kind.CONDITION, rule.text())));
          return space.none();
        }
        return packets;
      }
      PacketSet left = packets;
      for (Tables.Taken taken : asked.taken(table(flow.family(), rule.table()), packets)) {
        if (taken.route().type() == Route.Type.THROW || suppressed(rule, taken)) {
          continue;
        }
        found.add(of(taken, rule));
        left = left.minus(taken.packets());
      }
      return left;
    }

    /** Whether an interface is a VRF. */
    private Known<Boolean> vrf() {
      Known<List<Link>> links = host.links();
      boolean told = links.value().map(l -> l.stream().allMatch(Link::detailed)).orElse(false);
      return told
          ? links.map(l -> l.stream().anyMatch(k -> k.kind().equals(Optional.of("vrf"))))
          : Known.not(links.missing());
    }

    private boolean suppressed(PolicyRule rule, Tables.Taken taken) {
      if (outcome(taken.route()) != Found.Outcome.ROUTE) {
        return false;
      }
      if (rule.suppressPrefix().isPresent()
          && taken.route().destination().prefix() <= rule.suppressPrefix().getAsInt()) {
        return true;
      }
      return rule.suppressGroup().isPresent()
          && taken.hop().isPresent()
          && host.links().value().orElse(List.of()).stream()
              .anyMatch(
                  l ->
                      l.name().equals(taken.hop().get().device())
                          && l.group().equals(rule.suppressGroup().get()));
    }

    /** Behind loopback there is no router, whatever the route says. */
    private static Route.Hop reached(Route.Hop hop) {
      return hop.device().equals(Flow.LOOPBACK)
          ? new Route.Hop(Optional.empty(), hop.device(), hop.dead(), hop.linkDown())
          : hop;
    }

    private Found of(Tables.Taken taken, PolicyRule rule) {
      Found.Outcome outcome = outcome(taken.route());
      List<Missing> missing = new ArrayList<>(open);
      missing.addAll(taken.open());
      if (taken.several()) {
        missing.add(new Missing(Missing.Kind.NEXT_HOP, taken.route().text()));
      }
      return new Found(
          taken.packets(),
          Optional.of(rule),
          Optional.of(taken.route()),
          taken.hop().map(Search::reached),
          outcome == Found.Outcome.ROUTE && taken.several() ? Found.Outcome.UNKNOWN : outcome,
          missing);
    }
  }

  /** What a route alone says; a throw says that there is none. */
  private static Found.Outcome outcome(Route route) {
    return switch (route.type()) {
      case UNICAST, LOCAL, BROADCAST, ANYCAST, MULTICAST -> Found.Outcome.ROUTE;
      case BLACKHOLE -> Found.Outcome.BLACKHOLE;
      case UNREACHABLE -> Found.Outcome.UNREACHABLE;
      case PROHIBIT -> Found.Outcome.PROHIBIT;
      case THROW -> Found.Outcome.NO_ROUTE;
      case UNKNOWN -> Found.Outcome.UNKNOWN;
    };
  }
}
