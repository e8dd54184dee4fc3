package io.portmapctl.trace;

import io.portmapctl.ruleset.Hook;
import java.util.List;

/**
 * A packet's path through the chains of one hook.
 *
 * @param hook the hook
 * @param packet the packet as it comes in
 * @param steps every rule that it was tried on, in order
 * @param exits how the path ends: one end, or each that is possible
 */
public record HookTraversal(Hook hook, Packet packet, List<Step> steps, List<HookExit> exits) {

  /** Copies the lists. */
  public HookTraversal {
    steps = List.copyOf(steps);
    exits = List.copyOf(exits);
  }

  /** The same without the rules that did not take the packet. */
  HookTraversal taken() {
    List<Step> taken =
        steps.stream().filter(s -> s.result() != Ternary.NO).map(Step::plain).toList();
    return new HookTraversal(hook, packet, taken, exits.stream().map(HookExit::plain).toList());
  }
}
