package io.portmapctl.trace;

import io.portmapctl.packet.PacketSet;
import java.util.List;
import java.util.Optional;

/**
 * An end of a packet's path through the chains of a hook.
 *
 * @param kind how it ends
 * @param packet the packet as it goes on
 * @param packets the same as a set; empty where it is not kept
 * @param rules those that took it, the jumps first; without any it is the chain's policy
 * @param open why it is not known how it ends, where it is not
 */
public record HookExit(
    Kind kind,
    Packet packet,
    Optional<PacketSet> packets,
    List<Step> rules,
    Optional<OpenReason> open) {

  /** How it ends. */
  public enum Kind {
    /** It goes on as it is. */
    ACCEPTED,
    /** It goes on rewritten. */
    REWRITTEN,
    /** It does not go on. */
    DROPPED,
    /** It does not go on, and its sender is told. */
    REJECTED,
    /** What becomes of it is not known. */
    OPEN
  }

  /** Copies the list. */
  public HookExit {
    rules = List.copyOf(rules);
  }

  /** The same without its set. */
  HookExit plain() {
    return new HookExit(
        kind, packet, Optional.empty(), rules.stream().map(Step::plain).toList(), open);
  }

  /** Whether both ends have the same effect on the packet. */
  boolean sameEffect(HookExit other) {
    boolean both = kind == other.kind && open.equals(other.open);
    return both && packet.equals(other.packet);
  }
}
