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
public record Way(List<Pass> passes, List<Exit> exits, Fate fate) {

  /** Copies the lists. */
  public Way {
    passes = List.copyOf(passes);
    exits = List.copyOf(exits);
  }

  /** The same without the rules that did not take the packet. */
  Way taken() {
    return new Way(
        passes.stream().map(Pass::taken).toList(), exits.stream().map(Exit::plain).toList(), fate);
  }

  /** The packet at the end. */
  public Packet after() {
    return exits.get(exits.size() - 1).packet();
  }

  /** Where its destination is rewritten, if it is. */
  public Optional<Exit> redirection() {
    return exits.stream().limit(1).filter(e -> e.kind() == Exit.Kind.REWRITTEN).findFirst();
  }

  /** Where its source is rewritten, if it is. */
  public Optional<Exit> masquerade() {
    return exits.stream().skip(1).filter(e -> e.kind() == Exit.Kind.REWRITTEN).findFirst();
  }
}
