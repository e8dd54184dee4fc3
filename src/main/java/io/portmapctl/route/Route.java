package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * A route (ip-route(8)).
 *
 * @param family its family
 * @param type what it does
 * @param destination the network that it is for
 * @param from the sources that it is for, in IPv6 alone; all where it does not say
 * @param table its table's name or number, as ip prints it
 * @param hops where it leads; one for a plain route, several where the kernel chooses, none where
 *     nothing is sent
 * @param source the source address that it suggests
 * @param scope how far its destination is: 0 anywhere, 253 on the link, 254 on the host
 * @param metric the lowest goes first
 * @param tos the type of service that it is for; 0 for any
 * @param preference of a router in IPv6: 1 high, 0 medium, -1 low
 * @param kernel whether the kernel made it itself
 * @param text the route as {@code ip route} prints it
 */
public record Route(
    Family family,
    Type type,
    Cidr destination,
    Cidr from,
    String table,
    List<Hop> hops,
    Optional<IpAddress> source,
    int scope,
    long metric,
    int tos,
    int preference,
    boolean kernel,
    String text) {

  /** {@code ::1}. */
  private static final Cidr ITSELF = Cidr.parse("::1/128").orElseThrow();

  /** What a route does. */
  public enum Type {
    /** Leads on. */
    UNICAST,
    /** To this host. */
    LOCAL,
    /** To all on a link. */
    BROADCAST,
    /** To the nearest of several hosts, this one among them. */
    ANYCAST,
    /** To a group. */
    MULTICAST,
    /** Drops without a word. */
    BLACKHOLE,
    /** Drops, and says that the destination cannot be reached. */
    UNREACHABLE,
    /** Drops, and says that this is forbidden. */
    PROHIBIT,
    /** As if the table had no route. */
    THROW,
    /** Not known. */
    UNKNOWN
  }

  /**
   * A next hop.
   *
   * @param via the router, which may be of the other family; empty where the destination is on the
   *     link
   * @param device the interface
   * @param dead whether the kernel passes over it
   * @param linkDown whether its link is down
   */
  public record Hop(Optional<IpAddress> via, String device, boolean dead, boolean linkDown) {}

  /** Copies the list. */
  public Route {
    hops = List.copyOf(hops);
  }

  /**
   * Whether the kernel discards what it is for: IPv6 takes a route over loopback for one that leads
   * nowhere, whatever {@code ip route get} says.
   */
  boolean leadsNowhere() {
    boolean loopback = hops.stream().anyMatch(h -> h.device().equals(Flow.LOOPBACK));
    return family == Family.IPV6 && type == Type.UNICAST && loopback && !destination.equals(ITSELF);
  }

  /** Whether it leads through an interface. */
  boolean through(String device) {
    return hops.stream().anyMatch(h -> h.device().equals(device));
  }
}
