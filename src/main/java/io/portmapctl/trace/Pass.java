package io.portmapctl.trace;

import io.portmapctl.model.Hook;
import java.util.List;

/**
 * A packet's way through the chains of one hook.
 *
 * @param hook the hook
 * @param packet the packet as it comes in
 * @param steps every rule that it was tried on, in order
 * @param exits how the way ends: one end, or each that is possible
 */
public record Pass(Hook hook, Packet packet, List<Step> steps, List<Exit> exits) {

  /** Copies the lists. */
  public Pass {
    steps = List.copyOf(steps);
    exits = List.copyOf(exits);
  }

  /** The same without the rules that did not take the packet. */
  Pass taken() {
    List<Step> taken = steps.stream().filter(s -> s.result() != Truth.NO).map(Step::plain).toList();
    return new Pass(hook, packet, taken, exits.stream().map(Exit::plain).toList());
  }
}
