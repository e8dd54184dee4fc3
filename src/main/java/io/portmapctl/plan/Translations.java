package io.portmapctl.plan;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.model.Chain;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Match;
import io.portmapctl.model.PortRange;
import io.portmapctl.model.Row;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Side;
import io.portmapctl.model.Table;
import io.portmapctl.model.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rules of other programs that translate ports: docker's, a node port of Kubernetes, a person's.
 */
final class Translations {
  private static final String NODE_PORTS = "KUBE-NODEPORTS";

  /** One of them. */
  private record Translation(String chain, PortRange ports, Optional<IpAddress> hostIp) {}

  private final Map<String, List<Translation>> byProtocol = new HashMap<>();

  Translations(Table table) {
    for (Chain chain : table.chains().values()) {
      if (!chain.name().startsWith(ChainNames.SHARED)
          && !ChainNames.isContainerChain(chain.name())) {
        for (Row row : chain.rows()) {
          collect(chain.name(), row.rule());
        }
      }
    }
  }

  private void collect(String chain, Rule rule) {
    String target = rule.target().name();
    boolean translates =
        rule.target() instanceof Target.Dnat
            || target.equals("DNAT")
            || target.equals("REDIRECT")
            || chain.equals(NODE_PORTS);
    Optional<IpAddress> hostIp = Optional.empty();
    for (Match match : rule.matches()) {
      if (match instanceof Match.Address address
          && address.side() == Side.DESTINATION
          && !address.negated()
          && address.cidr().prefix() == address.cidr().address().family().bits()) {
        hostIp = Optional.of(address.cidr().address());
      }
    }
    for (Match match : rule.matches()) {
      if (translates && match instanceof Match.Ports ports) {
        for (Match.PortTest test : ports.ports()) {
          if (test.side() == Side.DESTINATION && !test.negated()) {
            byProtocol
                .computeIfAbsent(ports.module(), m -> new ArrayList<>())
                .add(new Translation(chain, test.range(), hostIp));
          }
        }
      }
    }
  }

  /** What a reader should know of ports that are about to be captured. */
  List<String> warnings(List<Published> captured) {
    List<String> warnings = new ArrayList<>();
    for (Published port : captured) {
      Optional<IpAddress> wanted = port.hostIp();
      byProtocol.getOrDefault(port.protocol(), List.of()).stream()
          .filter(t -> t.ports().overlaps(PortRange.of(port.port())))
          .filter(t -> t.hostIp().isEmpty() || wanted.isEmpty() || t.hostIp().equals(wanted))
          .findFirst()
          .ifPresent(
              t ->
                  warnings.add(
                      port.family().title()
                          + ": "
                          + port
                          + " is translated by another program's rule in chain "
                          + t.chain()
                          + " too; which one takes a packet depends on their order"));
    }
    return warnings;
  }
}
