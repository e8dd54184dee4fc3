package io.portmapctl.trace;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Target;
import java.util.List;
import java.util.Optional;

/**
 * A part of a set of packets that leaves the chains of a hook.
 *
 * @param kind how it leaves
 * @param packets the packets, as they come to the rule that ends their way
 * @param way the rules that took them, the jumps first; without any it is the chain's policy
 * @param target what rewrites them, where something does
 */
public record Leaving(
    HookExit.Kind kind, PacketSet packets, List<RulePlace> way, Optional<Target> target) {

  /** Copies the list. */
  public Leaving {
    way = List.copyOf(way);
  }

  /** The rule that ended their way, where one did. */
  public Optional<RulePlace> last() {
    return way.isEmpty() ? Optional.empty() : Optional.of(way.get(way.size() - 1));
  }
}
