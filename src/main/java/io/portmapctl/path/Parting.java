package io.portmapctl.path;

import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.route.Decision;
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
      if (each.decision() instanceof Decision.Leaves leaves && !leaves.device().equals("lo")) {
        PacketSet sources = space().none();
        for (Interval run : each.packets().values(Field.DESTINATION, family)) {
          sources = sources.or(space().of(Field.SOURCE, family, run));
        }
        PacketSet through =
            space().of(Field.INPUT_INTERFACE, Interval.ofInterface(leaves.device()));
        boolean bridge = routing.get().bridges().isBridge(leaves.device()).value().orElse(false);
        (bridge ? bridges : arrivals).merge(leaves.device(), sources.and(through), PacketSet::or);
      }
    }
    arrivals.putAll(bridges);
    return arrivals;
  }
}
