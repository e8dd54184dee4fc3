package io.portmapctl.route;

import io.portmapctl.net.IpAddress;
import java.util.Optional;

/**
 * What a host knows of a neighbour.
 *
 * @param address the neighbour's address
 * @param device the interface
 * @param hardware its Ethernet address, where it is known
 * @param state PERMANENT, REACHABLE, STALE, FAILED and the like, as ip prints it; empty for none
 */
public record Neighbour(IpAddress address, String device, Optional<String> hardware, String state) {

  /** Whether the last search for it was in vain; a packet makes the kernel look again. */
  public boolean failed() {
    return state.equals("FAILED");
  }

  /** Whether it was written down by hand, and stays. */
  public boolean permanent() {
    return state.equals("PERMANENT") || state.equals("NOARP");
  }
}
