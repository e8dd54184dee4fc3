package io.portmapctl.path;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.route.Decider;
import io.portmapctl.route.Decision;
import io.portmapctl.route.Link;
import io.portmapctl.route.Routed;
import io.portmapctl.route.Routing;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.OnePacket;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.Rewriting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parts the senders of packets by what becomes of them on their way in: all are led at once through
 * PREROUTING, the routes and FORWARD.
 */
public final class Parting {
  /** Connection tracking stands there. */
  private static final int TRACKING = -200;

  private final BaseChains chains;
  private final Ground ground;
  private final OnePacket one;
  private final Family family;

  /** Through all rules. */
  public Parting(Rules rules, Ground ground) {
    this.chains = new BaseChains(rules, ground.host(), false);
    this.ground = ground;
    this.one = new OnePacket(chains.space());
    this.family = rules.first().table().family();
  }

  /** The space of its sets. */
  public PacketSpace space() {
    return chains.space();
  }

  /** Packets that fare alike so far. */
  private record Flow(PacketSet packets, String effect, boolean goesOn, boolean translated) {}

  /**
   * The senders by what becomes of what they send: for each effect the sources and interfaces,
   * whatever else the packets are; some may be of several, where that is not known.
   *
   * @param packets the first packets of connections, as they come in
   */
  public Map<String, PacketSet> effects(PacketSet packets) {
    List<Flow> parts =
        hook(List.of(new Flow(packets.with(Field.STATE, 0), "", true, false)), Hook.PREROUTING);
    List<Flow> turned = new ArrayList<>();
    for (Flow part : parts) {
      if (part.goesOn()) {
        turned.addAll(turned(part));
      } else {
        turned.add(part);
      }
    }
    Map<String, PacketSet> effects = new LinkedHashMap<>();
    for (Flow part : hook(turned, Hook.FORWARD)) {
      effects.merge(part.effect(), heads(part.packets()), PacketSet::or);
    }
    return effects;
  }

  /** Whatever has the source and the interface of one of these. */
  public static PacketSet heads(PacketSet packets) {
    PacketSet heads = packets.withoutQuestions().withoutMarks();
    for (Field field : Field.values()) {
      boolean kept =
          field == Field.SOURCE || field == Field.INPUT_INTERFACE || field == Field.FAMILY;
      heads = kept ? heads : heads.without(field);
    }
    return heads;
  }

  private List<Flow> hook(List<Flow> before, Hook hook) {
    List<Flow> parts = before;
    boolean asks = hook == Hook.PREROUTING;
    for (Station station : chains.at(hook, false, ExcludedRules.NOTHING)) {
      if (asks && station.site().place() >= TRACKING) {
        parts = tracked(parts);
        asks = false;
      }
      List<Flow> next = new ArrayList<>();
      for (Flow part : parts) {
        boolean passes =
            part.goesOn()
                && !part.effect().endsWith("-> here")
                && !(station.site().translates() && part.translated());
        if (passes) {
          through(station, part, next);
        } else {
          next.add(part);
        }
      }
      parts = next;
    }
    return asks ? tracked(parts) : parts;
  }

  private List<Flow> tracked(List<Flow> parts) {
    PacketSet untracked = space().of(Field.STATE, Interval.of(OnePacket.UNTRACKED));
    List<Flow> tracked = new ArrayList<>();
    for (Flow part : parts) {
      PacketSet others = part.packets().minus(untracked);
      PacketSet without = part.packets().and(untracked);
      if (!others.isEmpty()) {
        PacketSet opening = others.with(Field.STATE, OnePacket.NEW);
        tracked.add(new Flow(opening, part.effect(), part.goesOn(), false));
      }
      if (!without.isEmpty()) {
        tracked.add(new Flow(without, part.effect() + " untracked", part.goesOn(), true));
      }
    }
    return tracked;
  }

  private void through(Station station, Flow part, List<Flow> next) {
    for (Part each : station.through(part.packets(), Station.Observer.NOBODY)) {
      if (each.kind() == Part.Kind.ACCEPTED) {
        next.add(new Flow(each.packets(), part.effect(), true, part.translated()));
      } else if (each.kind() == Part.Kind.TRANSLATED) {
        PacketSet moved =
            new Rewriting(ground.host())
                .rewritten(
                    each.packets(),
                    each.translation().orElseThrow(),
                    family,
                    station.site().hook());
        String effect =
            part.effect()
                + " "
                + each.last().map(RuleSite::chain).orElse("")
                + " "
                + each.translation().orElseThrow().text().latin1();
        next.add(new Flow(moved, effect, true, true));
      } else {
        String site =
            each.last().map(r -> r.table() + " " + r.chain() + " " + r.number()).orElse("policy");
        next.add(
            new Flow(
                each.packets(),
                part.effect() + " " + each.kind() + " " + site,
                false,
                part.translated()));
      }
    }
  }

  /** Where they turn to, as far as routes tell; else all alike. */
  private List<Flow> turned(Flow part) {
    Optional<Routing> routing = ground.settings().routing().apply(family);
    if (routing.isEmpty()) {
      List<Interval> to = part.packets().values(Field.DESTINATION, family);
      boolean one = to.size() == 1 && to.get(0).isOne();
      PacketInterface out =
          one
              ? ground.host().deviceTowards(to.get(0).addresses(family).first())
              : PacketInterface.UNKNOWN;
      return List.of(leaving(part, part.packets(), out));
    }
    List<Flow> turned = new ArrayList<>();
    for (Routed each : routing.get().input(part.packets())) {
      if (each.decision() instanceof Decision.Leaves leaves) {
        turned.add(leaving(part, each.packets(), PacketInterface.of(leaves.device())));
      } else {
        boolean here = each.decision() instanceof Decision.Local;
        boolean refused = each.decision() instanceof Decision.Refused;
        String where =
            here
                ? " -> here"
                : refused ? " " + ((Decision.Refused) each.decision()).why() : " unknown";
        turned.add(new Flow(each.packets(), part.effect() + where, here, part.translated()));
      }
    }
    return turned;
  }

  private Flow leaving(Flow part, PacketSet packets, PacketInterface out) {
    String effect = part.effect() + " -> " + out.name().orElse("");
    return new Flow(one.leaving(packets, out), effect, true, part.translated());
  }

  /**
   * Who may send from outside so that the kernel's answers go back by the interface that the packet
   * came in by: for each interface its senders, those of bridges last. Empty where routes are not
   * known.
   */
  public Map<String, PacketSet> arrivals() {
    Map<String, PacketSet> arrivals = new LinkedHashMap<>();
    Map<String, PacketSet> bridges = new LinkedHashMap<>();
    Optional<Routing> routing = ground.settings().routing().apply(family);
    if (routing.isEmpty()) {
      return arrivals;
    }
    PacketSet back = space().of(family).and(space().of(Field.INPUT_INTERFACE, Interval.of(0)));
    for (Routed each :
        routing.get().rerouted(back.and(space().ofMark(0, 0xffffffffL)), Optional.empty())) {
      if (each.decision() instanceof Decision.Leaves leaves
          && !leaves.device().equals("lo")
          && !isBroadcast(leaves)) {
        PacketSet sources = senders(each.packets());
        PacketSet through = through(leaves.device());
        boolean bridge = routing.get().bridges().isBridge(leaves.device()).value().orElse(false);
        (bridge ? bridges : arrivals).merge(leaves.device(), sources.and(through), PacketSet::or);
      }
    }
    arrivals.putAll(bridges);
    return arrivals;
  }

  /**
   * Who may send from the network of an interface, though the answers do not go back by it: for
   * each interface its senders. Empty where routes are not known.
   *
   * @param inside the networks from which the answers come
   */
  public Map<String, PacketSet> astray(List<Cidr> inside) {
    Map<String, PacketSet> astray = new LinkedHashMap<>();
    Optional<Routing> routing = ground.settings().routing().apply(family);
    if (routing.isEmpty() || inside.isEmpty()) {
      return astray;
    }
    PacketSet from = space().none();
    for (Cidr network : inside) {
      from = from.or(space().of(Field.SOURCE, family, Interval.of(network)));
    }
    PacketSet back = from.and(space().of(Field.INPUT_INTERFACE, Interval.of(0)));
    List<Routed> answers =
        routing.get().rerouted(back.and(space().ofMark(0, 0xffffffffL)), Optional.empty());
    for (Link link : routing.get().host().links().value().orElse(List.of())) {
      boolean out = link.up() && link.port().isEmpty() && link.bridge().isEmpty();
      for (Link.Address own : out ? link.addresses() : List.<Link.Address>of()) {
        Cidr network = own.address().network();
        if (own.scope() == 0
            && network.address().family() == family
            && network.prefix() < family.bits()) {
          astray(answers, link.name(), network)
              .ifPresent(set -> astray.merge(link.name(), set, PacketSet::or));
        }
      }
    }
    return astray;
  }

  private Optional<PacketSet> astray(List<Routed> answers, String device, Cidr network) {
    PacketSet astray = space().none();
    for (Routed each : answers) {
      boolean back =
          each.decision() instanceof Decision.Leaves leaves
              && (leaves.device().equals(device) || isBroadcast(leaves) || isOfOne(leaves));
      if (!back && !(each.decision() instanceof Decision.Local)) {
        astray = astray.or(senders(each.packets()));
      }
    }
    PacketSet all = space().of(Field.SOURCE, family, Interval.of(network)).and(through(device));
    return Optional.of(astray.and(all)).filter(s -> !s.isEmpty());
  }

  /** Whether it is the route of one sender, who is behind the interface then. */
  private boolean isOfOne(Decision.Leaves leaves) {
    return leaves.via().isEmpty()
        && leaves.by().stream()
            .anyMatch(
                b ->
                    b instanceof Decider.ByRoute r
                        && r.route().destination().prefix() == family.bits());
  }

  private static boolean isBroadcast(Decision.Leaves leaves) {
    return leaves.by().stream()
        .anyMatch(b -> b instanceof Decider.ByRoute r && r.route().text().startsWith("broadcast "));
  }

  private PacketSet through(String device) {
    return space().of(Field.INPUT_INTERFACE, Interval.ofInterface(device));
  }

  /** Those to whom these are sent, as who sends. */
  private PacketSet senders(PacketSet answers) {
    PacketSet senders = space().none();
    for (Interval run : answers.values(Field.DESTINATION, family)) {
      senders = senders.or(space().of(Field.SOURCE, family, run));
    }
    return senders;
  }
}
