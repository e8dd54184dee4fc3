package io.portmapctl.plan;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.layout.Comments;
import io.portmapctl.model.Chain;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Match;
import io.portmapctl.model.PortRange;
import io.portmapctl.model.Row;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Side;
import io.portmapctl.model.Table;
import io.portmapctl.model.Target;
import io.portmapctl.netconf.Attachment;
import io.portmapctl.netconf.Identity;
import io.portmapctl.netconf.PortMapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which container chain claims which port of a table, in the order in which packets meet them. */
final class Claims {

  /** One DNAT rule that an entry leads to. */
  private record Claim(String chain, Optional<IpAddress> hostIp, PortRange ports) {}

  private final Table table;
  private final Map<String, List<Claim>> byPort = new HashMap<>();
  private final Map<String, List<Claim>> ranges = new HashMap<>();
  private final Map<String, Integer> order = new LinkedHashMap<>();
  private final Map<String, Identity> owners = new HashMap<>();

  Claims(Table table) {
    this.table = table;
    for (Row row : table.chain(ChainNames.DNAT).map(Chain::rows).orElse(List.of())) {
      String chain = row.rule().target().name();
      if (!ChainNames.isContainerChain(chain)) {
        continue;
      }
      owner(row.rule(), chain).ifPresent(o -> owners.putIfAbsent(chain, o));
      if (order.putIfAbsent(chain, order.size()) == null) {
        table.chain(chain).ifPresent(this::collect);
      }
    }
  }

  /** The owner that an entry's comment names, if it names one of this chain. */
  static Optional<Identity> owner(Rule entry, String chain) {
    return entry.comment().flatMap(c -> Comments.owner(c, ChainNames.digits(chain)));
  }

  private void collect(Chain chain) {
    for (Row row : chain.rows()) {
      if (!(row.rule().target() instanceof Target.Dnat)) {
        continue;
      }
      String protocol = "";
      Optional<IpAddress> hostIp = Optional.empty();
      Optional<PortRange> ports = Optional.empty();
      for (Match match : row.rule().matches()) {
        if (match instanceof Match.Proto p && !p.negated()) {
          protocol = p.name();
        } else if (match instanceof Match.Address a
            && a.side() == Side.DESTINATION
            && !a.negated()
            && a.cidr().prefix() == a.cidr().address().family().bits()) {
          hostIp = Optional.of(a.cidr().address());
        } else if (match instanceof Match.Ports p) {
          for (Match.PortTest test : p.ports()) {
            if (test.side() == Side.DESTINATION && !test.negated()) {
              ports = Optional.of(test.range());
            }
          }
        }
      }
      if (ports.isPresent()) {
        Claim claim = new Claim(chain.name(), hostIp, ports.get());
        boolean single = ports.get().first() == ports.get().last();
        (single ? byPort : ranges)
            .computeIfAbsent(
                single ? protocol + ports.get().first() : protocol, k -> new ArrayList<>())
            .add(claim);
      }
    }
  }

  /** The conflicts of one attachment with other containers, each port and other chain once. */
  List<Conflict.Port> of(Attachment attachment) {
    String own = ChainNames.dnat(attachment.identity());
    Map<List<Object>, Conflict.Port> found = new LinkedHashMap<>();
    for (PortMapping mapping : attachment.mappings()) {
      if (!mapping.appliesTo(table.family())) {
        continue;
      }
      String protocol = mapping.protocol().id();
      List<Claim> claims =
          new ArrayList<>(byPort.getOrDefault(protocol + mapping.hostPort(), List.of()));
      claims.addAll(ranges.getOrDefault(protocol, List.of()));
      for (Claim claim : claims) {
        Optional<Identity> other = Optional.ofNullable(owners.get(claim.chain));
        boolean same =
            claim.chain.equals(own)
                || other
                    .map(o -> o.containerId().equals(attachment.identity().containerId()))
                    .orElse(false);
        if (same
            || !claim.ports.overlaps(PortRange.of(mapping.hostPort()))
            || !overlap(claim.hostIp, mapping.hostIp().filter(ip -> !ip.isUnspecified()))) {
          continue;
        }
        int ours = order.getOrDefault(own, Integer.MAX_VALUE);
        found.putIfAbsent(
            List.of(protocol, mapping.hostPort(), claim.chain, claim.hostIp),
            new Conflict.Port(
                table.family(),
                protocol,
                claim.hostIp,
                mapping.hostPort(),
                attachment.identity(),
                other,
                claim.chain,
                order.getOrDefault(claim.chain, Integer.MAX_VALUE) < ours));
      }
    }
    return List.copyOf(found.values());
  }

  private static boolean overlap(Optional<IpAddress> a, Optional<IpAddress> b) {
    return a.isEmpty() || b.isEmpty() || a.equals(b);
  }
}
