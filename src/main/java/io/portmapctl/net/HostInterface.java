package io.portmapctl.net;

import java.util.List;

/**
 * A network interface of the host.
 *
 * @param name its name; empty for addresses of which the interface is not told
 * @param addresses its addresses with their prefixes, in its order
 * @param broadcasts its broadcast addresses
 * @param up whether it is up; the addresses of one that is not are the host's all the same
 */
public record HostInterface(
    String name, List<Cidr> addresses, List<IpAddress> broadcasts, boolean up) {

  /** One that is up. */
  public HostInterface(String name, List<Cidr> addresses, List<IpAddress> broadcasts) {
    this(name, addresses, broadcasts, true);
  }

  /** Copies the lists. */
  public HostInterface {
    addresses = List.copyOf(addresses);
    broadcasts = List.copyOf(broadcasts);
  }
}
