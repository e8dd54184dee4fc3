package io.portmapctl.trace;

import java.util.List;
import java.util.Optional;

/**
 * One way that a packet may go.
 *
 * @param passes the hooks that it goes through
 * @param exits how it leaves each
 * @param fate what becomes of it
 */
public record PacketPath(List<HookTraversal> passes, List<HookExit> exits, Disposition fate) {

  /** Copies the lists. */
  public PacketPath {
    passes = List.copyOf(passes);
    exits = List.copyOf(exits);
  }

  /** The same without the rules that did not take the packet. */
  PacketPath taken() {
    return new PacketPath(
        passes.stream().map(HookTraversal::taken).toList(),
        exits.stream().map(HookExit::plain).toList(),
        fate);
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
