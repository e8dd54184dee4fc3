package io.portmapctl.host.live;

import io.portmapctl.host.Host;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the kernel takes for its own: the local routes of {@code /proc/net/fib_trie} and {@code
 * /proc/net/ipv6_route}. They hold the addresses of interfaces that are down, and what {@code ip
 * route add local} adds, which no interface shows.
 */
final class LocalTable {
  /** A route to an address of the host itself (linux/ipv6_route.h, RTF_LOCAL). */
  private static final long LOCAL = 0x80000000L;

  private LocalTable() {}

  /**
   * The networks that are local.
   *
   * @throws IOException when the kernel does not tell
   */
  static List<Cidr> read(Host host) throws IOException {
    Set<Cidr> local = new LinkedHashSet<>();
    v4(host.lines(Path.of("/proc/net/fib_trie")), local);
    Path v6 = Path.of("/proc/net/ipv6_route");
    if (host.exists(v6)) {
      for (String line : host.lines(v6)) {
        try {
          route(line).ifPresent(local::add);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
          throw new IOException(line, e); // a snapshot may hold anything
        }
      }
    }
    return new ArrayList<>(local);
  }

  /** A leaf is an address; below it stand its prefixes, each with its scope and its kind. */
  private static void v4(List<String> lines, Set<Cidr> local) {
    String address = "";
    for (String line : lines) {
      String text = line.strip();
      if (text.startsWith("|-- ")) {
        address = text.substring(4);
      } else if (text.startsWith("/") && text.endsWith(" LOCAL")) {
        Cidr.parse(address + text.substring(0, text.indexOf(' '))).ifPresent(local::add);
      }
    }
  }

  /** Destination, its prefix in hexadecimal, six other columns, flags, the interface. */
  private static Optional<Cidr> route(String line) {
    String[] parts = line.strip().split("\\s+", -1);
    if (parts.length < 10 || (Long.parseLong(parts[8], 16) & LOCAL) == 0) {
      return Optional.empty();
    }
    IpAddress address =
        new IpAddress(
            Family.IPV6,
            Long.parseUnsignedLong(parts[0].substring(0, 16), 16),
            Long.parseUnsignedLong(parts[0].substring(16), 16));
    return Optional.of(new Cidr(address, Integer.parseInt(parts[1], 16)));
  }
}
