package io.portmapctl.host;

import io.portmapctl.net.IpAddress;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.PublishedPort;
import java.util.List;
import java.util.Optional;

/** What a change needs of the host besides its rules. */
public interface Kernel {

  /**
   * The interface of the route to a container, where that route has no gateway: the bridge that the
   * container is on. Empty where only a gateway leads there, or nothing.
   */
  Optional<String> interfaceTowards(IpAddress container) throws HostException;

  /** Whether no route at all leads to an IPv4 address. */
  boolean unroutable(IpAddress address) throws HostException;

  /**
   * The value of {@code net.ipv4.conf.IF.route_localnet}; empty where there is no such interface.
   */
  Optional<String> routeLocalnet(String networkInterface) throws HostException;

  /** Sets {@code net.ipv4.conf.IF.route_localnet}. */
  void setRouteLocalnet(String networkInterface, String value) throws HostException;

  /**
   * The process of this host that listens on a port, for a person, as {@code nginx (process 123)};
   * none where nobody does, or only who holds the port for a container.
   */
  Optional<String> listener(PublishedPort port);

  /**
   * Deletes the connection-tracking entries of these UDP ports towards the published address, or
   * towards the host's own addresses; never those of traffic that merely passes through.
   *
   * @throws HostException where they could not be deleted
   */
  void forgetFlows(List<Plan.Stale> stale) throws HostException;
}
