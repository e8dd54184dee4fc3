package io.portmapctl.path.nft;

import io.portmapctl.packet.Effort;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.packet.TooInvolvedException;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.Part;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Station;
import io.portmapctl.ruleset.nft.NftChain;
import io.portmapctl.ruleset.nft.NftRule;
import io.portmapctl.ruleset.nft.NftTable;
import io.portmapctl.text.Octets;
import io.portmapctl.trace.OpenReason;
import io.portmapctl.trace.Ternary;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes a set of packets through a base chain and the chains that it leads to. What comes back from
 * several ways joins again, so that many rules do not make many ways.
 */
final class ChainWalk {
  /** More rules than this are not tried: jumps that fan out again and again never end. */
  private static final int MOST_STEPS = 300_000;

  /** Sets that take more nodes than this are not told apart any more. */
  private static final int MOST_NODES = 1_000_000;

  /** As often is a chain told for the same packets; then what came of it is known. */
  private static final int OFTEN_ENOUGH = 2;

  /** What a rule takes beside what its sets take. */
  private static final int A_STEP = 16;

  /** The kernel nests jumps less deep. */
  private static final int DEEPEST = 20;

  /** Packets that come to a chain. */
  private record Visit(Octets chain, PacketSet packets) {}

  /**
   * What came of a visit.
   *
   * @param times how often there was one like it
   * @param back the packets that come back
   * @param left whether some may have left
   */
  private record Outcome(int times, PacketSet back, boolean left) {}

  private final ChainSite site;
  private final NftTable table;
  private final Conditions conditions;
  private final Station.Observer observer;
  private final List<Part> parts = new ArrayList<>();
  private final Map<Visit, Outcome> visits = new HashMap<>();
  private final Deque<RuleSite> jumps = new ArrayDeque<>();
  private final Deque<Octets> chains = new ArrayDeque<>();
  private final Map<Octets, NftChain> byName = new HashMap<>();
  private Optional<RuleSite> latest = Optional.empty();
  private int steps;
  private int left;
  private int nodesBefore;

  ChainWalk(ChainSite site, NftTable table, Conditions conditions, Station.Observer observer) {
    this.site = site;
    this.table = table;
    this.conditions = conditions;
    this.observer = observer;
    table.chains().forEach(c -> byName.put(c.name(), c));
  }

  List<Part> through(NftChain base, PacketSet packets) {
    if (packets.isEmpty()) {
      return List.of();
    }
    PacketSpace space = packets.space();
    Effort effort = space.effort();
    nodesBefore = space.size();
    PacketSet back = space.none();
    effort.begin();
    try {
      back = chain(base, packets, true);
    } catch (TooInvolvedException e) {
      effort.end();
      jumps.clear();
      giveUp(packets);
    }
    effort.end();
    if (!back.isEmpty()) {
      boolean drops = base.base().map(NftChain.Base::drops).orElse(false);
      Part.Kind kind = drops ? Part.Kind.DROPPED : Part.Kind.ACCEPTED;
      add(new Part(kind, back, List.of()));
    }
    return List.copyOf(parts);
  }

  /** Through a chain; those that come back from its end. */
  private PacketSet chain(NftChain chain, PacketSet start, boolean certain) {
    PacketSet here = start;
    PacketSet returned = start.space().none();
    boolean sure = certain;
    for (int i = 0; i < chain.rules().size() && !here.isEmpty(); i++) {
      NftRule rule = chain.rules().get(i);
      if (++steps > MOST_STEPS || here.space().size() - nodesBefore > MOST_NODES) {
        giveUp(here);
        return here.space().none();
      }
      here.space().effort().spend(A_STEP + jumps.size());
      RuleRun.Result result = RuleRun.of(rule, conditions, here);
      boolean none = result.effects().isEmpty();
      boolean all = result.stopped().isEmpty();
      if (!none || observer != Station.Observer.NOBODY) {
        RuleSite place = place(chain, i, rule);
        latest = Optional.of(place);
        Ternary taken = none ? Ternary.NO : all ? Ternary.YES : Ternary.UNKNOWN;
        observer.tried(place, here, taken, sure, jumps.size());
        int before = left;
        PacketSet on = result.stopped();
        for (Effect effect : result.effects()) {
          boolean only = sure && all && result.effects().size() == 1;
          if (effect.leaves().isPresent()) {
            leave(effect, place);
            continue;
          }
          switch (effect.verdict().kind()) {
            case RETURN -> returned = returned.or(effect.packets());
            case JUMP -> on = on.or(called(chain, effect, place, only));
            case GOTO -> returned = returned.or(called(chain, effect, place, only));
            default -> on = on.or(effect.packets());
          }
        }
        here = on;
        sure = sure && left == before && returned.isEmpty();
      } else {
        here = result.stopped();
      }
    }
    return returned.or(here);
  }

  private RuleSite place(NftChain chain, int index, NftRule rule) {
    return new RuleSite(
        site.engine(),
        site.family(),
        site.table(),
        chain.name().latin1(),
        index + 1,
        rule.handle(),
        rule.text(table.family()),
        Optional.empty());
  }

  private void leave(Effect effect, RuleSite last) {
    add(
        new Part(
            effect.leaves().orElseThrow(),
            effect.packets(),
            rules(Optional.of(last)),
            effect.translation(),
            effect.open()));
  }

  private void add(Part part) {
    left++;
    parts.add(part);
  }

  private List<RuleSite> rules(Optional<RuleSite> last) {
    List<RuleSite> rules = new ArrayList<>(jumps);
    last.ifPresent(rules::add);
    return rules;
  }

  private void open(PacketSet packets, Optional<RuleSite> last, OpenReason reason) {
    add(new Part(Part.Kind.OPEN, packets, rules(last), Optional.empty(), Optional.of(reason)));
  }

  /** What becomes of packets is not looked at further, behind the latest of the rules. */
  private void giveUp(PacketSet packets) {
    open(packets, latest, OpenReason.Limit.TOO_MANY_STEPS);
  }

  /** Through a chain that a rule leads to; those that come back from its end. */
  private PacketSet called(NftChain from, Effect effect, RuleSite rule, boolean certain) {
    PacketSet packets = effect.packets();
    Octets name = new Octets(effect.verdict().chain());
    NftChain chain = byName.get(name);
    if (chain == null) {
      open(packets, Optional.of(rule), new OpenReason.UnknownTarget(effect.verdict().text()));
      return packets.space().none();
    }
    boolean circle = from.name().equals(name) || chains.contains(name);
    if (circle || jumps.size() >= DEEPEST) {
      open(
          packets, Optional.of(rule), circle ? OpenReason.Limit.CIRCLE : OpenReason.Limit.TOO_DEEP);
      return packets.space().none();
    }
    Visit visit = new Visit(name, packets);
    Outcome before = visits.getOrDefault(visit, new Outcome(0, packets.space().none(), false));
    if (before.times() >= OFTEN_ENOUGH) {
      observer.toldBefore();
      left += before.left() ? 1 : 0;
      return before.back();
    }
    int leftBefore = left;
    jumps.addLast(rule);
    chains.addLast(from.name());
    PacketSet back = chain(chain, packets, certain);
    chains.removeLast();
    jumps.removeLast();
    visits.put(visit, new Outcome(before.times() + 1, back, left > leftBefore));
    return back;
  }
}
