package io.portmapctl.explain;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Ternary;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Addresses that stand for those of which only the kind is known. They are of the networks that are
 * kept for documentation (RFC 5737, RFC 3849), or of the network that they stand for.
 */
final class ExampleAddress {
  private ExampleAddress() {}

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
  static HostAddresses host(List<IpAddress> addresses) {
    return new HostAddresses(
        Optional.of(
            List.of(
                new HostInterface("", addresses.stream().map(Cidr::host).toList(), List.of()))));
  }

  static IpAddress localhost(Family family) {
    return family == Family.IPV4 ? ip("127.0.0.1") : ip("::1");
  }

  /** Clients that stand for those who are not told apart by others' addresses, the usual first. */
  static List<IpAddress> clients(Family family) {
    return family == Family.IPV4
        ? List.of(client(family), ip("198.51.100.77"), ip("192.0.2.77"))
        : List.of(client(family), ip("2001:db8:fffe::77"));
  }

  /** A sender of a range: none of its ends, where there are others. */
  static IpAddress in(AddressRange range) {
    IpAddress first = range.first();
    boolean wide = range.last().high() != first.high();
    long others = wide ? Long.MAX_VALUE : range.last().low() - first.low();
    long step = others > 9 || others < 0 ? 9 : others > 1 ? 1 : 0;
    return new IpAddress(first.family(), first.high(), first.low() + step);
  }

  /**
   * Another container of the subnet; the container itself where the subnet has room for no other.
   *
   * @param host what is known of the host, whose addresses are nobody else's
   */
  static IpAddress sibling(Cidr subnet, IpAddress container, HostAddresses host) {
    Cidr network = subnet.network();
    for (long i = 1; i < 64; i++) {
      IpAddress other =
          new IpAddress(container.family(), container.high(), container.low() ^ (i + 1));
      boolean inside = network.contains(Cidr.host(other)) && !other.equals(network.address());
      boolean first = other.low() == network.address().low() + 1; // most often the bridge's own
      boolean last = container.family() == Family.IPV4 && isLast(network, other);
      if (inside && !first && !last && host.isLocal(other) != Ternary.YES) {
        return other;
      }
    }
    return container;
  }

  /** Whether an address is the broadcast address of a network of IPv4. */
  private static boolean isLast(Cidr network, IpAddress address) {
    long host = 0xffffffffL >>> network.prefix();
    return network.prefix() < 31 && (address.low() & host) == host;
  }
}
