package io.portmapctl.trace;

import java.util.List;
import java.util.Optional;

/**
 * One path that a packet may take.
 *
 * @param traversals the hooks that it goes through
 * @param exits how it leaves each
 * @param disposition what becomes of it
 */
public record PacketPath(
    List<HookTraversal> traversals, List<HookExit> exits, Disposition disposition) {

  /** Copies the lists. */
  public PacketPath {
    traversals = List.copyOf(traversals);
    exits = List.copyOf(exits);
  }

  /** The same without the rules that did not take the packet. */
  PacketPath taken() {
    return new PacketPath(
        traversals.stream().map(HookTraversal::taken).toList(),
        exits.stream().map(HookExit::plain).toList(),
        disposition);
  }

  /** The packet at the end. */
  public Packet after() {
    return exits.get(exits.size() - 1).packet();
  }

  /** Where its destination is rewritten, if it is. */
  public Optional<HookExit> redirection() {
    return exits.stream().limit(1).filter(e -> e.kind() == HookExit.Kind.REWRITTEN).findFirst();
  }

  /** Where its source is rewritten, if it is. */
  public Optional<HookExit> masquerade() {
    return exits.stream().skip(1).filter(e -> e.kind() == HookExit.Kind.REWRITTEN).findFirst();
  }
}
