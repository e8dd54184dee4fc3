package io.portmapctl.portmap;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ports that a rule is about; what it says beside them does not count here.
 *
 * @param protocol their protocol, empty where the rule names none
 * @param network the destination addresses, empty for any
 * @param ports the destination ports, never none
 */
public record RulePorts(String protocol, Optional<Cidr> network, List<PortRange> ports) {

  /** What a rule says of its destination; empty where it names no destination port. */
  public static Optional<RulePorts> of(Rule rule) {
    String protocol = "";
    Optional<Cidr> network = Optional.empty();
    List<PortRange> ports = new ArrayList<>();
    for (Match match : rule.matches()) {
      if (match instanceof Match.Proto p && !p.negated()) {
        protocol = p.protocol().toString();
      } else if (match instanceof Match.Address a && a.side() == Side.DESTINATION && !a.negated()) {
        network = Optional.of(a.cidr());
      } else if (match instanceof Match.Ports p) {
        p.ports().stream()
            .filter(t -> t.side() == Side.DESTINATION && !t.negated())
            .forEach(t -> ports.add(t.range()));
      } else if (match instanceof Match.Multiport m
          && m.ends() == Match.Ends.DESTINATION
          && !m.negated()) {
        ports.addAll(m.ranges());
      }
    }
    return ports.isEmpty()
        ? Optional.empty()
        : Optional.of(new RulePorts(protocol, network, List.copyOf(ports)));
  }

  /** The one address, where it is one. */
  public Optional<IpAddress> address() {
    return network.filter(n -> n.prefix() == n.address().family().bits()).map(Cidr::address);
  }

  /** Whether packets to that port of that address, empty for any, may be among these. */
  public boolean meets(Optional<IpAddress> hostIp, int port) {
    return ports.stream().anyMatch(r -> r.overlaps(PortRange.of(port)))
        && (network.isEmpty()
            || hostIp.isEmpty()
            || network.get().contains(Cidr.host(hostIp.get())));
  }

  /** Every port by itself, where they are few; empty where they are many. */
  public List<Integer> each() {
    List<Integer> each = new ArrayList<>();
    for (PortRange range : ports) {
      if (range.last() - range.first() > 64) {
        return List.of();
      }
      for (int port = range.first(); port <= range.last(); port++) {
        each.add(port);
      }
    }
    return each;
  }
}
