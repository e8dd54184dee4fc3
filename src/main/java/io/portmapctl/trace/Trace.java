package io.portmapctl.trace;

import java.util.List;

/**
 * What becomes of a packet.
 *
 * @param packet the packet as it starts
 * @param host what was known of the host
 * @param ways the one way that it goes, or each that is possible
 */
public record Trace(Packet packet, Host host, List<Way> ways) {

  /** Copies the list. */
  public Trace {
    ways = List.copyOf(ways);
  }

  /** Whether it is known what becomes of it. */
  public boolean isCertain() {
    return ways.size() == 1 && ways.get(0).fate() != Fate.OPEN;
  }

  /** The same without the rules that did not take the packet, of which there may be many. */
  public Trace taken() {
    return new Trace(packet, host, ways.stream().map(Way::taken).toList());
  }

  /** Why a rule took the packet, or did not, or may have. */
  public String why(Step step) {
    return new Matching(host).why(step.rule(), step.packet());
  }

  /**
   * Addresses to which packets are redirected, and which are taken to be none of this host's
   * because nothing tells.
   */
  public List<Address> takenForOthers() {
    return ways.stream()
        .flatMap(w -> w.redirection().stream())
        .map(e -> e.packet().destination().address())
        .filter(a -> host.delivers(a) == Truth.UNKNOWN)
        .distinct()
        .toList();
  }
}
