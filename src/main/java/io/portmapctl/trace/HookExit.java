package io.portmapctl.trace;

import io.portmapctl.packet.PacketSet;
import java.util.List;
import java.util.Optional;

/**
 * An end of a packet's way through the chains of a hook.
 *
 * @param kind how it ends
 * @param packet the packet as it goes on
 * @param packets the same as a set; empty where it is not kept
 * @param way the rules that took it, the jumps first; without any it is the chain's policy
 * @param note what a reader should know of it; empty where there is nothing
 */
public record HookExit(
    Kind kind, Packet packet, Optional<PacketSet> packets, List<Step> way, String note) {

  /** How it ends. */
  public enum Kind {
    /** It goes on as it is. */
    ACCEPTED,
    /** It goes on rewritten. */
    REWRITTEN,
    /** It does not go on. */
    DROPPED,
    /** What becomes of it is not known. */
    OPEN
  }

  /** Copies the list. */
  public HookExit {
    way = List.copyOf(way);
  }

  /** The same without its set. */
  HookExit plain() {
    return new HookExit(
        kind, packet, Optional.empty(), way.stream().map(Step::plain).toList(), note);
  }

  /** Whether both ends have the same effect on the packet. */
  boolean sameEffect(HookExit other) {
    boolean both = kind == other.kind && note.equals(other.note);
    return both && packet.equals(other.packet);
  }
}
