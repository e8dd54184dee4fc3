package io.portmapctl.portmap;

import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Target;
import java.util.Optional;

/**
 * A port that a container's rule publishes.
 *
 * @param family the family
 * @param protocol tcp, udp or sctp
 * @param hostIp the published address, empty for any
 * @param port the published port
 */
public record PublishedPort(Family family, String protocol, Optional<IpAddress> hostIp, int port) {

  /** The port that a rule translates, if it is one. */
  public static Optional<PublishedPort> of(Family family, Rule rule) {
    if (!(rule.target() instanceof Target.Dnat)) {
      return Optional.empty();
    }
    return RulePorts.of(rule)
        .filter(d -> d.ports().size() == 1)
        .map(d -> new PublishedPort(family, d.protocol(), d.address(), d.ports().get(0).first()));
  }

  /** A text as a key: the hash of a record costs a bootstrap at start-up. */
  public String key() {
    return family.id() + "/" + protocol + "/" + port + "/" + address();
  }

  /** What an attachment's mapping publishes in a family. */
  public static PublishedPort of(Family family, PortMapping mapping) {
    return new PublishedPort(
        family,
        mapping.protocol().id(),
        mapping.hostIp().filter(ip -> !ip.isUnspecified()),
        mapping.hostPort());
  }

  private String address() {
    return hostIp.map(IpAddress::toString).orElse("");
  }

  // by hand, since a record's own cost a bootstrap at start-up

  @Override
  public boolean equals(Object other) {
    return other instanceof PublishedPort that
        && port == that.port
        && family == that.family
        && protocol.equals(that.protocol)
        && hostIp.equals(that.hostIp);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * port + protocol.hashCode()) + hostIp.hashCode())
        + family.id().hashCode();
  }

  /** For a person: {@code tcp port 8080 on 192.0.2.1}. */
  @Override
  public String toString() {
    return protocol + " port " + port + (hostIp.isPresent() ? " on " + address() : "");
  }
}
