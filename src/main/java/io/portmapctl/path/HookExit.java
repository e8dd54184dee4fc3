package io.portmapctl.path;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.trace.OpenReason;
import io.portmapctl.trace.Packet;
import java.util.List;
import java.util.Optional;

/**
 * An end of a packet's path through a base chain.
 *
 * @param kind how it ends
 * @param packet the packet as it goes on
 * @param packets the same as a set; empty where it is not kept
 * @param rules those that took it, the jumps first; without any it is the chain's policy
 * @param open why it is not known how it ends, where it is not
 */
public record HookExit(
    Part.Kind kind,
    Packet packet,
    Optional<PacketSet> packets,
    List<RuleSite> rules,
    Optional<OpenReason> open) {

  /** Copies the list. */
  public HookExit {
    rules = List.copyOf(rules);
  }

  /** Whether the packet goes on. */
  public boolean goesOn() {
    return kind == Part.Kind.ACCEPTED || kind == Part.Kind.TRANSLATED;
  }

  /** The rule that decides; empty where the chain's policy does. */
  public Optional<RuleSite> last() {
    return rules.isEmpty() ? Optional.empty() : Optional.of(rules.get(rules.size() - 1));
  }

  /** The same without its set. */
  HookExit plain() {
    return new HookExit(kind, packet, Optional.empty(), rules, open);
  }

  /** Whether both ends have the same effect on the packet. */
  boolean sameEffect(HookExit other) {
    boolean both = kind == other.kind && open.equals(other.open);
    return both && packet.equals(other.packet);
  }
}
