package io.portmapctl.path;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.Rewrite;
import io.portmapctl.route.Decider;
import io.portmapctl.route.Decision;
import io.portmapctl.route.IpsecPolicy;
import io.portmapctl.route.Link;
import io.portmapctl.route.Refusal;
import io.portmapctl.route.Routed;
import io.portmapctl.route.Routing;
import io.portmapctl.trace.Address;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** Where routes and settings turn packets to. */
record Routes(Routing routing) {

  /**
   * What comes in.
   *
   * @param own whether its destination is this host's, though it may not be known which address
   * @param moved whether it has another destination than it came with
   * @param otherwise what becomes of those of which nothing is known
   */
  List<Turn> input(
      Packet packet,
      PacketSet packets,
      boolean own,
      boolean moved,
      Function<PacketSet, List<Turn>> otherwise) {
    if (packet.destination().ip().isEmpty() && own) {
      return toOwn(packet, packets, moved, otherwise);
    }
    // of IPv6 alone: IPv4 asks whether it forwards before it knows that nothing need be forwarded
    boolean byBridge = moved && packet.family() == Family.IPV6 && shownBridge(packet, packet.in());
    List<Turn> turns = new ArrayList<>();
    for (Routed each : routing.input(packets)) {
      turns.addAll(
          byBridge
              ? fromBridge(packet, each, otherwise)
              : turns(packet, List.of(each), false, moved, otherwise));
    }
    return turns;
  }

  /**
   * What a bridge shows to rules that give it another destination: behind itself the bridge takes
   * it there, and the host does not forward it. Of all else the bridge looks for the way already;
   * the kernel then asks not the bridge whether it forwards, but the interface that it leaves by
   * (br_nf_pre_routing_finish_ipv6, ip6_rcv_core).
   */
  private List<Turn> fromBridge(
      Packet packet, Routed came, Function<PacketSet, List<Turn>> otherwise) {
    Optional<Decision.Leaves> leaves = leaving(came.decision());
    Decision decision = leaves.map(this::askedWhereItLeaves).orElse(came.decision());
    boolean across =
        decision instanceof Decision.Refused
            && leaves.map(Decision.Leaves::device).equals(packet.in().name());
    return across
        ? List.of(across(packet, came.packets()))
        : turns(packet, List.of(new Routed(came.packets(), decision)), false, true, otherwise);
  }

  /** Where it leaves, or would if it were forwarded. */
  private static Optional<Decision.Leaves> leaving(Decision decision) {
    return decision instanceof Decision.Leaves leaves
        ? Optional.of(leaves)
        : decision instanceof Decision.Refused refused && refused.why() == Refusal.NOT_FORWARDING
            ? towards(refused)
            : Optional.empty();
  }

  private Decision askedWhereItLeaves(Decision.Leaves leaves) {
    Routing.Forwards forwards = routing.forwarding(Family.IPV6, leaves.device());
    if (forwards.value().isEmpty()) {
      return new Decision.Unknown(leaves.by(), forwards.missing());
    }
    if (forwards.value().get()) {
      return leaves;
    }
    List<Decider> by = new ArrayList<>(leaves.by());
    forwards.by().forEach(setting -> by.add(new Decider.BySetting(setting)));
    return new Decision.Refused(Refusal.NOT_FORWARDING, false, by, leaves.open());
  }

  /** What goes to this host at whichever address fares as at one of the interface. */
  private List<Turn> toOwn(
      Packet packet, PacketSet packets, boolean moved, Function<PacketSet, List<Turn>> otherwise) {
    Optional<IpAddress> one =
        packet.in().name().flatMap(n -> routing.bridges().link(n).value()).stream()
            .flatMap(Optional::stream)
            .flatMap(l -> l.addresses().stream())
            .map(a -> a.address().address())
            .filter(a -> a.family() == packet.family())
            .findFirst();
    if (one.isEmpty()) {
      return List.of(Turn.here(packets));
    }
    Rewrite there =
        new Rewrite(Field.DESTINATION, Optional.of(Interval.of(Cidr.host(one.get()))), false);
    Packet to = packet.to(new Endpoint(new Address.Known(one.get()), packet.destination().port()));
    List<Turn> turns =
        input(to, packets.rewritten(List.of(there), packet.family()), true, moved, otherwise);
    boolean here = turns.stream().allMatch(t -> t.kind() == Turn.Kind.HERE);
    return here ? List.of(Turn.here(packets)) : turns;
  }

  /** Whether it is a bridge that shows rules what crosses it. */
  private boolean shownBridge(Packet packet, PacketInterface device) {
    Optional<String> name = device.name();
    return name.isPresent()
        && routing.bridges().isBridge(name.get()).value().orElse(false)
        && routing.bridges().shows(packet.family(), name.get()).shown().orElse(false);
  }

  /** Why what comes in by a bridge does not leave by it again. */
  Optional<Ending> stuck(Packet packet, PacketInterface device, boolean moved) {
    if (!moved || !packet.in().equals(device) || !shownBridge(packet, device)) {
      return Optional.empty(); // the host itself sends it, by any port
    }
    String bridge = device.name().orElseThrow();
    Optional<IpAddress> from = packet.source().ip();
    Optional<IpAddress> to = packet.destination().ip();
    if (from.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    Optional<Link> out = port(bridge, to.get());
    boolean itself = from.equals(to);
    Optional<Link> in = itself ? out : port(bridge, from.get());
    boolean same =
        itself || in.isPresent() && out.isPresent() && in.get().name().equals(out.get().name());
    if (!same) {
      return apart(bridge, in, out);
    }
    if (out.filter(Routes::isolated).isPresent()) {
      return Optional.of(stuck(bridge, out, Ending.Kind.NOT_ROUTED, Ending.Why.ISOLATED));
    }
    List<Link> candidates =
        out.isPresent()
            ? List.of(out.get())
            : routing.bridges().ports(bridge).value().orElse(List.of());
    long off = candidates.stream().filter(l -> !hairpin(l)).count();
    if (off == 0) {
      return Optional.empty();
    }
    return Optional.of(
        stuck(
            bridge,
            out,
            off == candidates.size() ? Ending.Kind.NOT_ROUTED : Ending.Kind.UNDECIDED,
            Ending.Why.NO_HAIRPIN));
  }

  /** Why what comes in by one port does not leave by another: both are isolated. */
  private Optional<Ending> apart(String bridge, Optional<Link> in, Optional<Link> out) {
    List<Link> ports = routing.bridges().ports(bridge).value().orElse(List.of());
    List<Link> from = in.isPresent() ? List.of(in.get()) : others(ports, out);
    List<Link> to = out.isPresent() ? List.of(out.get()) : others(ports, in);
    boolean never =
        !from.isEmpty()
            && !to.isEmpty()
            && from.stream().allMatch(Routes::isolated)
            && to.stream().allMatch(Routes::isolated);
    boolean perhaps =
        from.stream().anyMatch(Routes::isolated) && to.stream().anyMatch(Routes::isolated);
    return perhaps
        ? Optional.of(
            stuck(
                bridge,
                out.or(() -> to.stream().filter(Routes::isolated).findFirst()),
                never ? Ending.Kind.NOT_ROUTED : Ending.Kind.UNDECIDED,
                Ending.Why.ISOLATED))
        : Optional.empty();
  }

  private static List<Link> others(List<Link> ports, Optional<Link> but) {
    return ports.stream().filter(p -> !Optional.of(p).equals(but)).toList();
  }

  private static Ending stuck(
      String bridge, Optional<Link> port, Ending.Kind kind, Ending.Why why) {
    return Ending.there(kind, why, new DecidedBy.ByBridgePort(bridge, port.map(Link::name)));
  }

  private static boolean isolated(Link port) {
    return port.port().map(Link.Port::isolated).orElse(false);
  }

  private static boolean hairpin(Link port) {
    return port.port().map(Link.Port::hairpin).orElse(true);
  }

  private Optional<Link> port(String bridge, IpAddress address) {
    return routing
        .bridges()
        .portTowards(bridge, address)
        .value()
        .flatMap(p -> p)
        .flatMap(p -> routing.bridges().link(p).value().flatMap(l -> l));
  }

  /**
   * What the host sends.
   *
   * @param begins whether a program sends it now, from an address that must be the host's
   * @param otherwise what becomes of those of which nothing is known
   */
  List<Turn> output(
      Packet packet, PacketSet packets, boolean begins, Function<PacketSet, List<Turn>> otherwise) {
    List<Routed> routed =
        begins
            ? routing.output(packets, Optional.empty())
            : routing.rerouted(packets, Optional.empty());
    return turns(packet, routed, true, false, otherwise);
  }

  private List<Turn> turns(
      Packet packet,
      List<Routed> routed,
      boolean sent,
      boolean moved,
      Function<PacketSet, List<Turn>> otherwise) {
    List<Turn> turns = new ArrayList<>();
    for (Routed each : routed) {
      turns.addAll(
          each.decision()
              .accept(
                  new Decision.Visitor<List<Turn>>() {
                    @Override
                    public List<Turn> local(Decision.Local decision) {
                      return List.of(
                          sent
                              ? Turn.onward(each.packets(), PacketInterface.LOOPBACK)
                              : Turn.here(each.packets()));
                    }

                    @Override
                    public List<Turn> leaves(Decision.Leaves decision) {
                      return List.of(left(decision, packet, each.packets(), sent, moved));
                    }

                    @Override
                    public List<Turn> refused(Decision.Refused decision) {
                      Ending ending = ending(routing, packet, decision);
                      Optional<DecidedBy> away =
                          ending.why() == Ending.Why.LOCALNET && sent
                              ? towards(decision)
                                  .filter(leaves -> away(leaves, packet))
                                  .flatMap(leaves -> route(leaves, packet))
                              : Optional.empty();
                      return List.of(Turn.ends(each.packets(), ending, away));
                    }

                    @Override
                    public List<Turn> unknown(Decision.Unknown decision) {
                      return otherwise.apply(each.packets());
                    }
                  }));
    }
    return turns;
  }

  /** Where the route leads of what a setting keeps from leaving. */
  private static Optional<Decision.Leaves> towards(Decision.Refused decision) {
    return decision.by().stream()
        .filter(Decider.ByRoute.class::isInstance)
        .map(Decider.ByRoute.class::cast)
        .flatMap(by -> by.route().hops().stream())
        .findFirst()
        .map(h -> new Decision.Leaves(h.device(), h.via(), decision.by(), decision.open()));
  }

  private Turn left(
      Decision.Leaves decision, Packet packet, PacketSet packets, boolean sent, boolean moved) {
    Optional<IpAddress> to = packet.destination().ip();
    return Turn.onward(packets, PacketInterface.of(decision.device()))
        .by(
            route(decision, packet),
            away(decision, packet),
            decision
                .via()
                .or(() -> to)
                .filter(next -> new NextHop(routing).asks(decision.device(), next)),
            blocked(packet, decision.device(), sent, moved)
                .or(() -> lost(decision.device(), decision.via().or(() -> to))));
  }

  /** Where a policy of IPsec's keeps it from leaving, or has it leave otherwise. */
  private Optional<Ending> blocked(Packet packet, String device, boolean sent, boolean moved) {
    Optional<IpAddress> to = packet.destination().ip();
    List<IpsecPolicy> all = routing.host().policies().value().orElse(List.of());
    if (to.isEmpty() || all.isEmpty()) {
      return Optional.empty();
    }
    // a bridge turns back by itself what rules give another destination behind it: nobody is asked
    // whether to forward that, and whether it may leave only where it is given another source
    boolean back = moved && turnsBack(packet, device);
    // what is forwarded is asked about by the destination that it had before it was translated
    Optional<Policed> forwards =
        sent || back
            ? Optional.empty()
            : first(all, "fwd", packet, moved ? own(packet.family()) : List.of(to.get()), moved);
    return forwards
        .or(() -> first(all, "out", packet, List.of(to.get()), false).map(p -> p.perhaps(back)))
        .map(
            p ->
                Ending.there(
                    p.certainly() ? Ending.Kind.DROPPED : Ending.Kind.UNDECIDED,
                    Ending.Why.IPSEC,
                    new DecidedBy.ByRoute(p.policy().text(), to.get())));
  }

  /**
   * A policy that does not let a packet pass.
   *
   * @param open whether it may be for another packet, or another policy counts
   */
  private record Policed(IpsecPolicy policy, boolean open) {
    Policed perhaps(boolean more) {
      return new Policed(policy, open || more);
    }

    boolean certainly() {
      return policy.blocks() && !open;
    }
  }

  private boolean turnsBack(Packet packet, String device) {
    return packet.in().name().equals(Optional.of(device)) && shownBridge(packet, packet.in());
  }

  private List<IpAddress> own(Family family) {
    return routing.host().links().value().orElse(List.of()).stream()
        .flatMap(l -> l.addresses().stream())
        .map(a -> a.address().address())
        .filter(a -> a.family() == family)
        .toList();
  }

  /**
   * The policy that counts of a direction, where it does not let pass: of the least priority, and
   * of those the oldest, which is listed last.
   *
   * @param to where a packet goes: to one of them; none where that is not known
   * @param before whether its port is another
   */
  private static Optional<Policed> first(
      List<IpsecPolicy> all, String direction, Packet packet, List<IpAddress> to, boolean before) {
    List<IpsecPolicy> ordered = new ArrayList<>(all);
    Collections.reverse(ordered);
    ordered.sort((one, other) -> Long.compare(one.priority(), other.priority()));
    Optional<Policed> doubted = Optional.empty();
    boolean open = false;
    for (IpsecPolicy policy : ordered) {
      Optional<Boolean> counts =
          policy.direction().equals(direction)
              ? isFor(policy, packet, to, before)
              : Optional.of(false);
      boolean stops = policy.blocks() || policy.encrypts();
      if (counts.isEmpty()) {
        doubted = stops ? doubted.or(() -> Optional.of(new Policed(policy, true))) : doubted;
        open = true;
      } else if (counts.get()) {
        return doubted.isPresent() || !stops ? doubted : Optional.of(new Policed(policy, open));
      }
    }
    return doubted;
  }

  private static Optional<Boolean> isFor(
      IpsecPolicy policy, Packet packet, List<IpAddress> to, boolean before) {
    OptionalInt port = before ? OptionalInt.empty() : packet.destination().port();
    Optional<String> protocol = Optional.of(packet.protocol().toString());
    boolean every = policy.to().prefix() == 0 || to.size() == 1;
    boolean may = false;
    for (IpAddress each : to.isEmpty() ? List.of(policy.to().address()) : to) {
      Optional<Boolean> one = policy.isFor(packet.source().ip(), each, protocol, port);
      if (every && one.equals(Optional.of(true))) {
        return one;
      }
      may |= one.orElse(true);
    }
    return may ? Optional.empty() : Optional.of(false);
  }

  private static Optional<DecidedBy> route(Decision.Leaves decision, Packet packet) {
    IpAddress to = packet.destination().ip().orElse(nobody(packet.family()));
    return decision.by().stream()
        .filter(Decider.ByRoute.class::isInstance)
        .findFirst()
        .map(by -> by.accept(new By(to)));
  }

  /** A bridge itself takes it on. */
  private Turn across(Packet packet, PacketSet packets) {
    Optional<Ending> lost =
        packet.in().name().flatMap(bridge -> lost(bridge, packet.destination().ip()));
    return Turn.onward(packets, packet.in()).by(Optional.empty(), false, Optional.empty(), lost);
  }

  private Optional<Ending> lost(String device, Optional<IpAddress> next) {
    return new NextHop(routing).lost(device, next);
  }

  /** Whether a route leads out of this host: to a router, or by the interface towards one. */
  private boolean away(Decision.Leaves decision, Packet packet) {
    boolean routed = decision.via().filter(v -> !isOwn(v)).isPresent();
    boolean out = routing.leadsOut(packet.family(), decision.device());
    return routed || !isBridge(decision.device()) && (out || isBehindBridge(packet));
  }

  /** Whether a bridge has the destination's network, whichever way routes lead. */
  private boolean isBehindBridge(Packet packet) {
    Optional<IpAddress> to = packet.destination().ip();
    return to.isPresent()
        && routing.host().links().value().orElse(List.of()).stream()
            .filter(l -> l.up() && l.bridge().isPresent())
            .flatMap(l -> l.addresses().stream())
            .anyMatch(a -> a.address().network().contains(Cidr.host(to.get())));
  }

  /** Whether this host itself is the next hop, as it is to networks that other programs switch. */
  private boolean isOwn(IpAddress address) {
    return routing.host().links().value().orElse(List.of()).stream()
        .flatMap(l -> l.addresses().stream())
        .anyMatch(a -> a.address().address().equals(address));
  }

  /** Whether what is behind an interface may be on this host too. */
  private boolean isBridge(String device) {
    return routing
        .bridges()
        .link(device)
        .value()
        .flatMap(l -> l)
        .map(l -> l.bridge().isPresent() || l.kind().equals(Optional.of("openvswitch")))
        .orElse(false);
  }

  private static Ending ending(Routing routing, Packet packet, Decision.Refused decision) {
    if (decision.why() == Refusal.NOT_FORWARDING && packet.family() == Family.IPV4) {
      String key = "net/ipv4/ip_forward"; // to set it sets that of every interface
      Optional<String> off = routing.host().setting(key).value().filter("0"::equals);
      if (off.isPresent()) {
        return Ending.there(
            Ending.Kind.NOT_ROUTED, Ending.Why.NOT_FORWARDING, new DecidedBy.BySetting(key, off));
      }
    }
    Optional<IpAddress> to = packet.destination().ip();
    DecidedBy by =
        decision.by().isEmpty() || decision.why() == Refusal.NO_ROUTE
            ? nothing(decision, packet)
            : decision
                .by()
                .get(decision.by().size() - 1)
                .accept(new By(to.orElse(nobody(packet.family()))));
    return Ending.there(Ending.Kind.NOT_ROUTED, why(decision.why()), by);
  }

  private static DecidedBy nothing(Decision.Refused decision, Packet packet) {
    return decision.why() == Refusal.NO_ROUTE
        ? new DecidedBy.ByRoute("", packet.destination().ip().orElse(nobody(packet.family())))
        : DecidedBy.Nothing.NOTHING;
  }

  private static IpAddress nobody(Family family) {
    return IpAddress.parse(family == Family.IPV4 ? "0.0.0.0" : "::").orElseThrow();
  }

  private static Ending.Why why(Refusal refusal) {
    return switch (refusal) {
      case BLACKHOLE, UNREACHABLE, PROHIBIT -> Ending.Why.ROUTE;
      case NO_ROUTE -> Ending.Why.NO_ROUTE;
      case NOT_FORWARDING -> Ending.Why.NOT_FORWARDING;
      case LOOPBACK -> Ending.Why.LOCALNET;
      case REVERSE_PATH -> Ending.Why.REVERSE_PATH;
      case NO_INTERFACE, DISABLED -> Ending.Why.LINK;
      case MARTIAN_SOURCE, MARTIAN_DESTINATION, OWN_SOURCE, LINK_LOCAL_SOURCE, FOREIGN_SOURCE ->
          Ending.Why.MARTIAN;
    };
  }

  /** What decides, as a way's end names it. */
  private record By(IpAddress to) implements Decider.Visitor<DecidedBy> {
    @Override
    public DecidedBy rule(Decider.ByRule by) {
      return new DecidedBy.ByRoute(by.rule().text(), to);
    }

    @Override
    public DecidedBy route(Decider.ByRoute by) {
      return new DecidedBy.ByRoute(by.route().text(), to);
    }

    @Override
    public DecidedBy setting(Decider.BySetting by) {
      return new DecidedBy.BySetting(by.setting().key(), Optional.of(by.setting().value()));
    }

    @Override
    public DecidedBy link(Decider.ByLink by) {
      return new DecidedBy.ByLink(
          by.name(),
          switch (by.state()) {
            case ABSENT -> DecidedBy.ByLink.Fault.ABSENT;
            case DOWN -> DecidedBy.ByLink.Fault.DOWN;
            case WITHOUT_ADDRESS -> DecidedBy.ByLink.Fault.WITHOUT_ADDRESS;
          });
    }
  }
}
