package io.portmapctl.path;

import io.portmapctl.ruleset.Hook;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Ternary;
import java.util.List;

/**
 * A packet's path through a base chain and those that it leads to.
 *
 * @param site the base chain
 * @param packet the packet as it comes in
 * @param steps every rule that it was tried on, in order
 * @param exits how the path ends: one end, or each that is possible
 */
public record HookTraversal(ChainSite site, Packet packet, List<Step> steps, List<HookExit> exits) {

  /** Copies the lists. */
  public HookTraversal {
    steps = List.copyOf(steps);
    exits = List.copyOf(exits);
  }

  /** The hook. */
  public Hook hook() {
    return site.hook();
  }

  /** The same without the rules that did not take the packet. */
  HookTraversal taken() {
    List<Step> taken =
        steps.stream().filter(s -> s.result() != Ternary.NO).map(Step::plain).toList();
    return new HookTraversal(site, packet, taken, exits.stream().map(HookExit::plain).toList());
  }
}
