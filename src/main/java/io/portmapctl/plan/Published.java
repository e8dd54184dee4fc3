package io.portmapctl.plan;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Target;
import io.portmapctl.netconf.PortMapping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A port that a container's rule publishes.
 *
 * @param family the family
 * @param protocol tcp, udp or sctp
 * @param hostIp the published address, empty for any
 * @param port the published port
 */
public record Published(Family family, String protocol, Optional<IpAddress> hostIp, int port) {

  /** The port that a changed rule publishes, or published. */
  static Optional<Published> of(Change change) {
    return ChainNames.isContainerChain(change.chain())
        ? change.rule().flatMap(rule -> of(change.family(), rule))
        : Optional.empty();
  }

  /** The port that a rule translates, if it is one. */
  static Optional<Published> of(Family family, Rule rule) {
    if (!(rule.target() instanceof Target.Dnat)) {
      return Optional.empty();
    }
    return Destination.of(rule)
        .filter(d -> d.ports().size() == 1)
        .map(d -> new Published(family, d.protocol(), d.address(), d.ports().get(0).first()));
  }

  /** The ports that changes publish, and that were not published before by rules that go. */
  static List<Published> captured(List<Change> changes) {
    Map<String, Published> captured = new LinkedHashMap<>();
    for (Change change : changes) {
      if (!(change instanceof Change.DeleteRule)) {
        of(change).ifPresent(p -> captured.putIfAbsent(p.key(), p));
      }
    }
    for (Change change : changes) {
      if (change instanceof Change.DeleteRule) {
        of(change).ifPresent(p -> captured.remove(p.key()));
      }
    }
    return List.copyOf(captured.values());
  }

  /** A text as a key: the hash of a record costs a bootstrap at start-up. */
  String key() {
    return family.id() + "/" + protocol + "/" + port + "/" + address();
  }

  /** What an attachment's mapping publishes in a family. */
  public static Published of(Family family, PortMapping mapping) {
    return new Published(
        family,
        mapping.protocol().id(),
        mapping.hostIp().filter(ip -> !ip.isUnspecified()),
        mapping.hostPort());
  }

  private String address() {
    return hostIp.map(IpAddress::toString).orElse("");
  }

  /** For a person: {@code tcp port 8080 on 192.0.2.1}. */
  @Override
  public String toString() {
    return protocol + " port " + port + (hostIp.isPresent() ? " on " + address() : "");
  }
}
