package io.portmapctl.explain;

import io.portmapctl.model.Cidr;
import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Link;
import io.portmapctl.trace.Host;
import io.portmapctl.trace.Truth;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Addresses that stand for those of which only the kind is known. They are of the networks that are
 * kept for documentation (RFC 5737, RFC 3849), or of the network that they stand for.
 */
final class Standin {
  private Standin() {}

  private static IpAddress ip(String text) {
    return IpAddress.parse(text).orElseThrow();
  }

  /** A client that is neither of the host nor beside it. */
  static IpAddress client(Family family) {
    return family == Family.IPV4 ? ip("203.0.113.77") : ip("2001:db8:ffff::77");
  }

  /** An address of the host that no rule names. */
  static IpAddress host(Family family, Set<IpAddress> named) {
    IpAddress address = family == Family.IPV4 ? ip("192.0.2.1") : ip("2001:db8::1");
    while (named.contains(address)) {
      address = new IpAddress(family, address.high(), address.low() + 1);
    }
    return address;
  }

  /** A host that has these addresses. */
  static Host host(List<IpAddress> addresses) {
    return new Host(
        Optional.of(List.of(new Link("", addresses.stream().map(Cidr::host).toList(), List.of()))));
  }

  static IpAddress localhost(Family family) {
    return family == Family.IPV4 ? ip("127.0.0.1") : ip("::1");
  }

  /** A sender in a network. */
  static IpAddress in(Cidr network) {
    IpAddress first = network.network().address();
    boolean one = network.prefix() == network.address().family().bits();
    return one ? first : new IpAddress(first.family(), first.high(), first.low() + 9);
  }

  /** Another container of the subnet. */
  static IpAddress sibling(Cidr subnet, IpAddress container, Host host) {
    for (int i = 1; i < 64; i++) {
      IpAddress other =
          new IpAddress(container.family(), container.high(), container.low() ^ (i + 1));
      boolean inside = subnet.contains(Cidr.host(other)) && !other.equals(subnet.address());
      if (inside && host.isLocal(other) != Truth.YES && other.low() != subnet.address().low() + 1) {
        return other;
      }
    }
    return container;
  }
}
