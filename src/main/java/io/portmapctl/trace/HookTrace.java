package io.portmapctl.trace;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes down what becomes of one packet in the chains of a hook. */
final class HookTrace implements Traversal.Observer<Step> {
  private final Hook hook;
  private final Packet start;
  private final Rewriting rewriting;
  private final OnePacket one;
  private final List<Step> steps = new ArrayList<>();
  private final List<HookExit> exits = new ArrayList<>();

  /** How the packet looks where it has the marks of a set. */
  private final Map<PacketSet, Packet> looks = new HashMap<>();

  private HookTrace(Hook hook, Packet start, HostAddresses host, OnePacket one) {
    this.hook = hook;
    this.start = start;
    this.rewriting = new Rewriting(host);
    this.one = one;
  }

  /**
   * Takes a packet through the chains of a hook.
   *
   * @param packets the packet as a set
   * @param detail which rules are tried
   * @param leftOut the rules that are passed over
   */
  static HookTraversal through(
      ChainSets sets,
      Hook hook,
      Packet packet,
      PacketSet packets,
      HostAddresses host,
      Traversal.Detail detail,
      ExcludedRules leftOut) {
    HookTrace trace = new HookTrace(hook, packet, host, sets.one());
    new Traversal<>(sets, hook, trace, detail, leftOut).through(packets);
    return new HookTraversal(hook, packet, trace.steps, trace.exits);
  }

  private Packet look(PacketSet here) {
    return looks.computeIfAbsent(
        here,
        h -> {
          long[] mark = h.knownMark();
          return start.withMark(new Mark(mark[0], mark[1]));
        });
  }

  @Override
  public Step step(
      String chain,
      int index,
      Rule rule,
      PacketSet here,
      Ternary result,
      boolean certain,
      int depth) {
    Step step =
        new Step(
            hook, chain, index, rule, look(here), Optional.of(here), result, certain, depth, false);
    steps.add(step);
    return step;
  }

  @Override
  public void toldBefore() {
    steps.set(steps.size() - 1, steps.get(steps.size() - 1).toldBefore());
  }

  @Override
  public void leave(
      HookExit.Kind kind,
      PacketSet packets,
      List<Step> rules,
      Optional<Target> target,
      Optional<OpenReason> open) {
    Packet packet = look(packets);
    PacketSet on = packets;
    if (target.isPresent()) {
      packet = rewriting.rewritten(packet, target.get(), hook);
      on = rewriting.rewritten(packets, target.get(), start.family(), hook);
      PacketSet told = one.addresses(packet);
      on = on.meets(told) ? on.and(told) : on;
    }
    packets.space().effort().spend(exits.size());
    HookExit exit = new HookExit(kind, packet, Optional.of(on), rules, open);
    for (int i = 0; i < exits.size(); i++) {
      if (exit.sameEffect(exits.get(i))) {
        HookExit first = exits.get(i);
        exits.set(
            i,
            new HookExit(kind, first.packet(), first.packets().map(on::or), first.rules(), open));
        return;
      }
    }
    exits.add(exit);
  }
}
