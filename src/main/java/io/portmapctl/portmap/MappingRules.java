package io.portmapctl.portmap;

import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.PortRange;
import io.portmapctl.net.Protocol;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Target;
import io.portmapctl.ruleset.iptables.RuleSyntax;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rules, and parts of them, that layouts are made of. */
final class MappingRules {
  static final IpAddress LOCALHOST = new IpAddress(Family.IPV4, 0, 0x7f000001L);

  private MappingRules() {}

  /** Translates a mapping's packets to the container. */
  static Rule dnat(PortMapping mapping, IpAddress container) {
    return of(Target.Dnat.to(container, mapping.containerPort()), Optional.empty(), mapping);
  }

  /** A rule for the packets to a mapping's host port, from a source where one is given. */
  static Rule of(Target target, Optional<Match> source, PortMapping mapping) {
    List<Match> matches = new ArrayList<>();
    source.ifPresent(matches::add);
    mapping
        .hostIp()
        .filter(ip -> !ip.isUnspecified())
        .ifPresent(ip -> matches.add(destination(Cidr.host(ip))));
    matches.add(protocol(mapping));
    matches.add(port(mapping.protocol(), mapping.hostPort()));
    return new Rule(matches, target);
  }

  static Rule rule(Target target, Match... matches) {
    return new Rule(List.of(matches), target);
  }

  static Target jump(String chain) {
    return new Target.Jump(chain, false);
  }

  static Match source(Cidr cidr) {
    return new Match.Address(Side.SOURCE, false, cidr);
  }

  static Match destination(Cidr cidr) {
    return new Match.Address(Side.DESTINATION, false, cidr);
  }

  static Match protocol(PortMapping mapping) {
    return new Match.Proto(false, ip(mapping.protocol()));
  }

  static Match port(Protocol protocol, int port) {
    return Match.Ports.of(
        ip(protocol), new Match.PortTest(Side.DESTINATION, false, PortRange.of(port)));
  }

  private static IpProtocol ip(Protocol protocol) {
    return switch (protocol) {
      case TCP -> IpProtocol.TCP;
      case UDP -> IpProtocol.UDP;
      case SCTP -> IpProtocol.SCTP;
    };
  }

  static List<String> commentWords(Octets comment) {
    return List.of("-m", "comment", "--comment", comment.latin1());
  }

  /** The rules of one condition list: iptables makes one for each of several addresses. */
  static List<Rule> expand(Family family, List<String> words, String target) {
    List<List<String>> variants = List.of(words);
    for (String option : List.of("-s", "-d")) {
      List<List<String>> next = new ArrayList<>();
      for (List<String> variant : variants) {
        int at = variant.indexOf(option) + 1;
        if (at == 0 || variant.get(at).indexOf(',') < 0) {
          next.add(variant);
          continue;
        }
        for (String address : variant.get(at).split(",", -1)) {
          List<String> copy = new ArrayList<>(variant);
          copy.set(at, address);
          next.add(copy);
        }
      }
      variants = next;
    }
    List<Rule> rules = new ArrayList<>();
    for (List<String> variant : variants) {
      List<String> all = new ArrayList<>(variant);
      all.addAll(List.of("-j", target));
      rules.add(RuleSyntax.parse(family, all));
    }
    return rules;
  }

  /**
   * Equal rules have the same text, whose hash needs no bootstrap at start-up as a record's does.
   */
  static List<Rule> firstOfEquals(List<Rule> rules) {
    Map<String, Rule> kept = new LinkedHashMap<>();
    rules.forEach(r -> kept.putIfAbsent(r.text().latin1(), r));
    return List.copyOf(kept.values());
  }

  static List<Rule> lastOfEquals(List<Rule> rules) {
    Map<String, Rule> kept = new LinkedHashMap<>();
    for (Rule rule : rules) {
      kept.remove(rule.text().latin1());
      kept.put(rule.text().latin1(), rule);
    }
    return List.copyOf(kept.values());
  }
}
