package io.portmapctl.path;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.OnePacket;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Rewriting;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How a packet passes a base chain: the rules that it is tried on, and as what it leaves. */
final class ChainPassage {
  private final OnePacket one;
  private final Rewriting rewriting;

  ChainPassage(Tracer tracer) {
    this.one = tracer.one();
    this.rewriting = new Rewriting(tracer.ground().host());
  }

  /** Through a base chain. */
  HookTraversal through(Station station, At at) {
    Hook hook = station.site().hook();
    Map<PacketSet, Packet> looks = new HashMap<>();
    List<Step> steps = new ArrayList<>();
    Station.Observer observer =
        new Station.Observer() {
          @Override
          public void tried(
              RuleSite rule, PacketSet here, Ternary result, boolean certain, int depth) {
            steps.add(
                new Step(
                    hook,
                    rule,
                    look(looks, at.packet(), here),
                    Optional.of(here),
                    result,
                    certain,
                    depth,
                    false));
          }

          @Override
          public void toldBefore() {
            steps.set(steps.size() - 1, steps.get(steps.size() - 1).toldBefore());
          }
        };
    List<HookExit> exits = new ArrayList<>();
    for (Part part : station.through(at.packets(), observer)) {
      leave(part, look(looks, at.packet(), part.packets()), hook, exits);
    }
    return new HookTraversal(station.site(), at.packet(), steps, exits);
  }

  private static Packet look(Map<PacketSet, Packet> looks, Packet packet, PacketSet here) {
    return looks.computeIfAbsent(
        here,
        h -> {
          long[] mark = h.knownMark();
          return packet.withMark(new Mark(mark[0], mark[1]));
        });
  }

  private void leave(Part part, Packet look, Hook hook, List<HookExit> exits) {
    Packet packet = look;
    PacketSet on = part.packets();
    if (part.translation().isPresent()) {
      packet = rewriting.rewritten(packet, part.translation().get(), hook);
      on = rewriting.rewritten(on, part.translation().get(), packet.family(), hook);
      PacketSet told = one.addresses(packet);
      on = on.meets(told) ? on.and(told) : on;
    }
    part.packets().space().effort().spend(exits.size());
    HookExit exit = new HookExit(part.kind(), packet, Optional.of(on), part.rules(), part.open());
    for (int i = 0; i < exits.size(); i++) {
      if (exit.sameEffect(exits.get(i))) {
        HookExit first = exits.get(i);
        exits.set(
            i,
            new HookExit(
                first.kind(),
                first.packet(),
                first.packets().map(on::or),
                first.rules(),
                first.open()));
        return;
      }
    }
    exits.add(exit);
  }
}
