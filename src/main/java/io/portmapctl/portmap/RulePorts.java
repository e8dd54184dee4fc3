package io.portmapctl.portmap;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import io.portmapctl.text.Octets;
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
        for (Match.PortTest test : p.ports()) {
          if (test.side() == Side.DESTINATION && !test.negated()) {
            ports.add(test.range());
          }
        }
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

  /** The protocol that a rule names; empty where it names none. */
  public static String protocol(Rule rule) {
    for (Match match : rule.matches()) {
      if (match instanceof Match.Proto proto && !proto.negated()) {
        return proto.protocol().toString();
      }
    }
    return "";
  }

  /**
   * What a rule asks of packets beside protocol, ports and, where they are local, their
   * destination, in iptables-save's words: what its comments say is no condition.
   *
   * @param published whether one destination address is what the rule publishes, and no condition
   */
  public static Octets beside(Rule rule, boolean published) {
    StringBuilder words = new StringBuilder();
    for (Match match : rule.matches()) {
      if (!isPlain(match, published)) {
        words.append(words.length() == 0 ? "" : " ").append(match.text().latin1());
      }
    }
    return words.length() == 0 ? Octets.EMPTY : new Octets(words.toString());
  }

  private static boolean isPlain(Match match, boolean published) {
    if (match instanceof Match.Proto p) {
      return !p.negated();
    }
    if (match instanceof Match.Ports p) {
      return p.flags().isEmpty()
          && p.ports().stream().allMatch(t -> t.side() == Side.DESTINATION && !t.negated());
    }
    if (match instanceof Match.Multiport m) {
      return m.ends() == Match.Ends.DESTINATION && !m.negated();
    }
    if (match instanceof Match.Address a) {
      boolean one = a.cidr().prefix() == a.cidr().address().family().bits();
      return published && one && a.side() == Side.DESTINATION && !a.negated();
    }
    return match instanceof Match.Comment
        || match instanceof Match.AddressType && match.equals(Match.AddressType.TO_LOCAL);
  }

  /** The one address, where it is one. */
  public Optional<IpAddress> address() {
    return network.filter(n -> n.prefix() == n.address().family().bits()).map(Cidr::address);
  }

  /** Whether packets to that port of that address, empty for any, may be among these. */
  public boolean meets(Optional<IpAddress> hostIp, int port) {
    return includes(port)
        && (network.isEmpty()
            || hostIp.isEmpty()
            || network.get().contains(Cidr.host(hostIp.get())));
  }

  private boolean includes(int port) {
    for (PortRange range : ports) {
      if (range.overlaps(PortRange.of(port))) {
        return true;
      }
    }
    return false;
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
