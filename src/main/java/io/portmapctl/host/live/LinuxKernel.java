package io.portmapctl.host.live;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.host.Kernel;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.PublishedPort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The running kernel, through {@code /proc} and, for connection tracking, {@code conntrack}. */
public final class LinuxKernel implements Kernel {
  /** Flags of a route (linux/route.h). */
  private static final int GATEWAY = 2;

  private static final int REJECT = 0x200;

  private static final Path CONF = Path.of("/proc/sys/net/ipv4/conf");

  private final Exec exec;
  private final Host host;

  /** Read once, when first asked. */
  /** Those on which processes wait, by their protocol. */
  private final Map<String, Sockets> sockets = new HashMap<>();

  /**
   * A host.
   *
   * @param exec writes settings and starts {@code conntrack}
   * @param host what it is asked
   */
  public LinuxKernel(Exec exec, Host host) {
    this.exec = exec;
    this.host = host;
  }

  /** A route of table main. */
  private record Route(String device, int flags) {}

  @Override
  public Optional<String> interfaceTowards(IpAddress container) throws HostException {
    Optional<Route> route = route(container);
    boolean direct = route.isPresent() && (route.get().flags & (GATEWAY | REJECT)) == 0;
    return direct ? Optional.of(route.get().device) : Optional.empty();
  }

  @Override
  public boolean unroutable(IpAddress address) throws HostException {
    return route(address).filter(r -> (r.flags & REJECT) == 0).isEmpty();
  }

  /** The route that the kernel takes to an address, if there is one. */
  private Optional<Route> route(IpAddress address) throws HostException {
    List<String> lines;
    try {
      lines = host.lines(Path.of("/proc/net/route"));
    } catch (IOException e) {
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.NoAccess(HostFault.Thing.ROUTES, "", String.valueOf(e.getMessage())));
    }
    try {
      return best(lines, address);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      // a snapshot may hold anything
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.NoAccess(HostFault.Thing.ROUTES, "", String.valueOf(e.getMessage())));
    }
  }

  private static Optional<Route> best(List<String> lines, IpAddress address) {
    Optional<Route> best = Optional.empty();
    long bestMask = -1;
    long bestMetric = Long.MAX_VALUE;
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      String[] parts = line.trim().split("\\s+", -1);
      long destination = hex(parts[1]);
      long mask = hex(parts[7]);
      long metric = Long.parseLong(parts[6]);
      boolean better = mask > bestMask || mask == bestMask && metric < bestMetric;
      if ((address.low() & mask) == destination && better) {
        best = Optional.of(new Route(parts[0], Integer.parseInt(parts[3], 16)));
        bestMask = mask;
        bestMetric = metric;
      }
    }
    return best;
  }

  /** A number of {@code /proc/net/route}: hexadecimal in the machine's byte order. */
  private static long hex(String text) {
    int value = Integer.parseUnsignedInt(text, 16);
    boolean little = java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
    return Integer.toUnsignedLong(little ? Integer.reverseBytes(value) : value);
  }

  private static Path routeLocalnetOf(String networkInterface) {
    return CONF.resolve(networkInterface).resolve("route_localnet");
  }

  @Override
  public Optional<String> routeLocalnet(String networkInterface) throws HostException {
    try {
      return Optional.of(host.setting(routeLocalnetOf(networkInterface)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.NoAccess(
              HostFault.Thing.FILE,
              routeLocalnetOf(networkInterface).toString(),
              String.valueOf(e.getMessage())));
    }
  }

  @Override
  public void setRouteLocalnet(String networkInterface, String value) throws HostException {
    try {
      exec.write(
          routeLocalnetOf(networkInterface), (value + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.NoAccess(
              HostFault.Thing.WRITTEN_FILE,
              routeLocalnetOf(networkInterface).toString(),
              String.valueOf(e.getMessage())));
    }
  }

  @Override
  public void forgetFlows(List<Plan.Stale> stale) throws HostException {
    Optional<Path> conntrack = host.find("conntrack");
    if (conntrack.isEmpty()) {
      throw new HostException(
          HostException.Kind.MISSING,
          new HostFault.StaleFlows(new HostFault.NotInstalled("conntrack")));
    }
    for (Family family : Family.values()) {
      Map<Integer, Set<Cidr>> targets = targets(stale, family);
      if (targets.isEmpty()) {
        continue;
      }
      String[] base = {conntrack.get().toString(), "-f", family.id(), "-p", "udp"};
      try {
        for (List<String> entry : entries(base)) {
          if (isIn(targets.getOrDefault(Integer.valueOf(entry.get(3)), Set.of()), entry.get(1))) {
            delete(base, entry);
          }
        }
      } catch (IOException e) {
        throw new HostException(
            HostException.Kind.FAILED,
            new HostFault.StaleFlows(
                new HostFault.Program(
                    HostFault.Ending.FAILED_BY_NAME, base[0], 0, String.valueOf(e.getMessage()))));
      }
    }
  }

  private static boolean isIn(Set<Cidr> networks, String address) {
    return Cidr.parse(address)
        .map(a -> networks.stream().anyMatch(n -> n.contains(a)))
        .orElse(false);
  }

  /**
   * For each port, the networks whose entries are stale: the published address, or all of this
   * host's.
   */
  private Map<Integer, Set<Cidr>> targets(List<Plan.Stale> stale, Family family)
      throws HostException {
    Map<Integer, Set<Cidr>> targets = new HashMap<>();
    Set<Cidr> own = new HashSet<>(); // read once, where a port of all addresses asks for it
    for (Plan.Stale one : stale) {
      if (one.family() == family) {
        Set<Cidr> addresses = targets.computeIfAbsent(one.hostPort(), p -> new HashSet<>());
        if (one.hostIp().isPresent()) {
          addresses.add(Cidr.host(one.hostIp().get()));
        } else {
          if (own.isEmpty()) {
            links(host).forEach(l -> l.addresses().forEach(a -> own.add(Cidr.host(a.address()))));
            own.addAll(localRoutes(host));
          }
          addresses.addAll(own);
        }
      }
    }
    return targets;
  }

  /**
   * What the kernel takes for its own, beside and with the addresses of interfaces.
   *
   * @throws HostException when it cannot be read
   */
  public static List<Cidr> localRoutes(Host host) throws HostException {
    try {
      return LocalTable.read(host);
    } catch (IOException e) {
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.NoAccess(HostFault.Thing.LOCAL_ROUTES, "", String.valueOf(e.getMessage())));
    }
  }

  /**
   * The host's interfaces.
   *
   * @throws HostException when they cannot be read
   */
  public static List<HostInterface> links(Host host) throws HostException {
    try {
      return host.interfaces();
    } catch (IOException e) {
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.NoAccess(HostFault.Thing.ADDRESSES, "", String.valueOf(e.getMessage())));
    }
  }

  /**
   * Source, destination, source port and destination port of each entry, in its original direction.
   */
  private List<List<String>> entries(String[] base) throws IOException {
    List<String> command = new ArrayList<>(List.of(base));
    command.add(1, "-L");
    Exec.Result result = exec.run(command, "");
    if (result.exit() != 0) {
      throw new IOException(result.error().strip());
    }
    List<List<String>> entries = new ArrayList<>();
    for (String line : result.output().split("\n", -1)) {
      List<String> entry = new ArrayList<>();
      for (String key : List.of("src=", "dst=", "sport=", "dport=")) {
        int at = line.indexOf(" " + key);
        if (at >= 0) {
          int start = at + 1 + key.length();
          int end = line.indexOf(' ', start);
          entry.add(line.substring(start, end < 0 ? line.length() : end));
        }
      }
      if (entry.size() == 4) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private void delete(String[] base, List<String> entry) throws IOException {
    List<String> command = new ArrayList<>(List.of(base));
    command.add(1, "-D");
    command.addAll(List.of("--orig-src", entry.get(0), "--orig-dst", entry.get(1)));
    command.addAll(List.of("--sport", entry.get(2), "--dport", entry.get(3)));
    Exec.Result result = exec.run(command, "");
    if (result.exit() != 0 && !result.error().contains("0 flow entries")) {
      throw new IOException(result.error().strip());
    }
  }

  @Override
  public Optional<String> listener(PublishedPort port) {
    return sockets
        .computeIfAbsent(port.protocol(), protocol -> Sockets.read(host, protocol))
        .listener(port);
  }
}
