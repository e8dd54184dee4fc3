package io.portmapctl.model;

import java.util.List;

/**
 * A network interface of the host that is up.
 *
 * @param name its name; empty for addresses of which the interface is not told
 * @param addresses its addresses with their prefixes, in its order
 * @param broadcasts its broadcast addresses
 */
public record Link(String name, List<Cidr> addresses, List<IpAddress> broadcasts) {

  /** Copies the lists. */
  public Link {
    addresses = List.copyOf(addresses);
    broadcasts = List.copyOf(broadcasts);
  }
}
