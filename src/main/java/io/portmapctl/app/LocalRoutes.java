package io.portmapctl.app;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.route.Route;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the local routes of a host say of its addresses. */
final class LocalRoutes {
  private LocalRoutes() {}

  private static boolean isLocal(Route route) {
    return route.type() == Route.Type.LOCAL
        && route.table().equals("local")
        && !route.hops().isEmpty();
  }

  /** The networks that they have for the host's own. */
  static List<Cidr> networks(List<Route> routes) {
    return routes.stream().filter(LocalRoutes::isLocal).map(Route::destination).toList();
  }

  /**
   * The host's interfaces with the addresses that it has; nothing where no local route is told,
   * which every host has.
   */
  static HostAddresses addresses(List<Route> routes) {
    Map<String, List<Cidr>> addresses = new LinkedHashMap<>();
    Map<String, List<IpAddress>> broadcasts = new LinkedHashMap<>();
    for (Route route : routes) {
      for (Route.Hop hop : route.hops()) {
        if (isLocal(route)) {
          addresses
              .computeIfAbsent(hop.device(), d -> new ArrayList<>())
              .add(network(route, hop.device(), routes));
        } else if (route.type() == Route.Type.BROADCAST) {
          broadcasts
              .computeIfAbsent(hop.device(), d -> new ArrayList<>())
              .add(route.destination().address());
        }
      }
    }
    if (addresses.isEmpty()) {
      return HostAddresses.UNKNOWN;
    }
    List<HostInterface> links = new ArrayList<>();
    addresses.forEach(
        (device, own) ->
            links.add(new HostInterface(device, own, broadcasts.getOrDefault(device, List.of()))));
    return new HostAddresses(Optional.of(List.copyOf(links)), networks(routes));
  }

  /** An address with the prefix of the network that the kernel has made of it. */
  private static Cidr network(Route local, String device, List<Route> routes) {
    IpAddress address = local.destination().address();
    for (Route route : routes) {
      boolean beside =
          route.type() == Route.Type.UNICAST
              && route.kernel()
              && route.table().equals("main")
              && route.hops().stream().anyMatch(h -> h.device().equals(device))
              && route.destination().contains(local.destination());
      if (beside) {
        return new Cidr(address, route.destination().prefix());
      }
    }
    return local.destination();
  }
}
