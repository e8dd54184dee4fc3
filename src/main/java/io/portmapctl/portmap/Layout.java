package io.portmapctl.portmap;

import io.portmapctl.cni.Attachment;
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

/** Which chains and rules publish a port. */
public enum Layout {
  /** A DNAT and an SNAT chain for each container (CNI plugins 0.6). */
  SNAT("snat") {
    @Override
    DesiredRules wanted(Attachment attachment, Family family, Cidr container) {
      return snat(attachment, family, container);
    }
  },
  /** Mark, then masquerade (CNI plugins 0.7 and later). */
  MARK("mark") {
    @Override
    DesiredRules wanted(Attachment attachment, Family family, Cidr container) {
      return mark(attachment, family, container);
    }
  };

  /** The kernel's limit of ports in one multiport match. */
  private static final int PORTS_PER_ENTRY = 15;

  private static final Match MASQUERADE_MARK = Match.Comment.of("CNI portfwd masquerade mark");

  private static final IpAddress LOCALHOST = new IpAddress(Family.IPV4, 0, 0x7f000001L);

  private final String id;

  Layout(String id) {
    this.id = id;
  }

  /** The name in options and JSON. */
  public String id() {
    return id;
  }

  /**
   * The container whose interface needs {@code route_localnet}, so that localhost's connections
   * reach it; empty where the attachment needs none.
   */
  public Optional<IpAddress> localnet(Attachment attachment) {
    boolean makesRules =
        !attachment.mappings().isEmpty()
            && (this == MARK
                || attachment.mappings().stream().anyMatch(m -> m.appliesTo(Family.IPV4)));
    return attachment
        .address(Family.IPV4)
        .map(Cidr::address)
        .filter(a -> attachment.snat() && makesRules);
  }

  /** What the attachment wants in that family. */
  public DesiredRules wanted(Attachment attachment, Family family) {
    Optional<Cidr> container = attachment.address(family);
    if (container.isEmpty() || attachment.mappings().isEmpty()) {
      return DesiredRules.NOTHING;
    }
    return wanted(attachment, family, container.get());
  }

  abstract DesiredRules wanted(Attachment attachment, Family family, Cidr container);

  /** The jumps of built-in chains that both layouts make, each of which stands once. */
  public static List<DesiredRules.Placement> sharedJumps() {
    return List.of(
        new DesiredRules.Placement("PREROUTING", toDnat(), true),
        new DesiredRules.Placement("OUTPUT", toDnat(), true),
        new DesiredRules.Placement("POSTROUTING", toSnat(), true),
        new DesiredRules.Placement("POSTROUTING", toMasq(), true));
  }

  private static Rule toSnat() {
    return rule(
        jump(ChainNames.SNAT),
        source(Cidr.host(LOCALHOST)),
        new Match.Address(Side.DESTINATION, true, Cidr.host(LOCALHOST)));
  }

  private static Rule toMasq() {
    return rule(jump(ChainNames.MASQ), Match.Comment.of("CNI portfwd requiring masquerade"));
  }

  private static DesiredRules snat(Attachment attachment, Family family, Cidr container) {
    String dn = ChainNames.dnat(attachment.identity());
    String sn = ChainNames.snat(attachment.identity());
    List<Rule> dnat = new ArrayList<>();
    List<Rule> masquerade = new ArrayList<>();
    for (PortMapping mapping : attachment.mappings()) {
      if (!mapping.appliesTo(family)) {
        continue;
      }
      dnat.add(dnatRule(mapping, container.address()));
      masquerade.add(
          rule(
              Target.Masquerade.PLAIN,
              source(Cidr.host(LOCALHOST)),
              destination(Cidr.host(container.address())),
              protocol(mapping),
              port(mapping.protocol(), mapping.containerPort())));
    }
    if (dnat.isEmpty()) {
      return DesiredRules.NOTHING;
    }
    boolean snatHalf = attachment.snat() && family == Family.IPV4;
    Map<String, List<Rule>> own = new LinkedHashMap<>();
    Map<String, List<Rule>> shared = new LinkedHashMap<>();
    List<DesiredRules.Placement> jumps = new ArrayList<>();
    List<DesiredRules.Placement> entries = new ArrayList<>();
    own.put(dn, lastOfEquals(dnat));
    shared.put(ChainNames.DNAT, List.of());
    jumps.add(new DesiredRules.Placement("PREROUTING", toDnat(), true));
    jumps.add(new DesiredRules.Placement("OUTPUT", toDnat(), true));
    List<String> words = new ArrayList<>(commentWords(Comments.cut("dnat", attachment.identity())));
    attachment.conditions(family).forEach(word -> words.add(word.latin1()));
    List<Rule> expanded = expand(family, words, dn);
    for (int i = expanded.size() - 1; i >= 0; i--) {
      entries.add(new DesiredRules.Placement(ChainNames.DNAT, expanded.get(i), true));
    }
    if (snatHalf) {
      own.put(sn, lastOfEquals(masquerade));
      shared.put(ChainNames.SNAT, List.of());
      jumps.add(new DesiredRules.Placement("POSTROUTING", toSnat(), true));
      entries.add(
          new DesiredRules.Placement(
              ChainNames.SNAT,
              rule(jump(sn), new Match.Comment(Comments.cut("snat", attachment.identity()))),
              true));
    }
    return new DesiredRules(own, shared, jumps, entries);
  }

  /** Whether a rule is the one by which {@code CNI-HOSTPORT-SETMARK} asks for masquerade. */
  public static boolean isMasqueradeMark(Rule rule) {
    return rule.target() instanceof Target.SetMark
        && rule.matches().equals(List.of(MASQUERADE_MARK));
  }

  private static DesiredRules mark(Attachment attachment, Family family, Cidr container) {
    String dn = ChainNames.dnat(attachment.identity());
    boolean snat = attachment.snat();
    boolean ownMark = snat && attachment.externalSetMarkChain().isEmpty();
    String setMark = attachment.externalSetMarkChain().orElse(ChainNames.SETMARK);
    Map<String, List<Rule>> shared = new LinkedHashMap<>();
    List<DesiredRules.Placement> jumps = new ArrayList<>();
    if (ownMark) {
      long mark = attachment.mark();
      shared.put(
          ChainNames.SETMARK, List.of(rule(new Target.SetMark(mark, mark), MASQUERADE_MARK)));
      shared.put(
          ChainNames.MASQ,
          List.of(rule(Target.Masquerade.PLAIN, new Match.Mark(false, mark, mark))));
      jumps.add(new DesiredRules.Placement("POSTROUTING", toMasq(), true));
    }
    shared.put(ChainNames.DNAT, List.of());
    jumps.add(new DesiredRules.Placement("PREROUTING", toDnat(), false));
    jumps.add(new DesiredRules.Placement("OUTPUT", toDnat(), false));
    List<Rule> rules = new ArrayList<>();
    Cidr hairpin = attachment.masqAll() ? Cidr.any(family) : container.network();
    for (PortMapping mapping : attachment.mappings()) {
      if (!mapping.appliesTo(family)) {
        continue;
      }
      if (snat) {
        rules.add(markRule(setMark, mapping, hairpin));
        if (family == Family.IPV4 && !attachment.masqAll()) {
          rules.add(markRule(setMark, mapping, Cidr.host(LOCALHOST)));
        }
      }
      rules.add(dnatRule(mapping, container.address()));
    }
    return new DesiredRules(
        Map.of(dn, firstOfEquals(rules)), shared, jumps, markEntries(attachment, family, dn));
  }

  private static List<DesiredRules.Placement> markEntries(
      Attachment attachment, Family family, String dn) {
    List<Rule> rules = new ArrayList<>();
    for (Protocol protocol : Protocol.values()) {
      List<String> ports =
          attachment.mappings().stream()
              .filter(m -> m.protocol() == protocol)
              .map(m -> Integer.toString(m.hostPort()))
              .toList();
      for (int from = 0; from < ports.size(); from += PORTS_PER_ENTRY) {
        List<String> group = ports.subList(from, Math.min(ports.size(), from + PORTS_PER_ENTRY));
        List<String> words =
            new ArrayList<>(commentWords(Comments.shortened("dnat", attachment.identity())));
        words.addAll(List.of("-m", "multiport", "--destination-ports", String.join(",", group)));
        words.addAll(List.of("-p", protocol.id()));
        attachment.conditions(family).forEach(word -> words.add(word.latin1()));
        rules.addAll(expand(family, words, dn));
      }
    }
    return firstOfEquals(rules).stream()
        .map(rule -> new DesiredRules.Placement(ChainNames.DNAT, rule, false))
        .toList();
  }

  private static List<String> commentWords(Octets comment) {
    return List.of("-m", "comment", "--comment", comment.latin1());
  }

  /** The rules of one condition list: iptables makes one for each of several addresses. */
  private static List<Rule> expand(Family family, List<String> words, String target) {
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
  private static List<Rule> firstOfEquals(List<Rule> rules) {
    Map<String, Rule> kept = new LinkedHashMap<>();
    rules.forEach(r -> kept.putIfAbsent(r.text().latin1(), r));
    return List.copyOf(kept.values());
  }

  private static List<Rule> lastOfEquals(List<Rule> rules) {
    Map<String, Rule> kept = new LinkedHashMap<>();
    for (Rule rule : rules) {
      kept.remove(rule.text().latin1());
      kept.put(rule.text().latin1(), rule);
    }
    return List.copyOf(kept.values());
  }

  private static Rule toDnat() {
    return rule(jump(ChainNames.DNAT), Match.AddressType.TO_LOCAL);
  }

  private static Rule dnatRule(PortMapping mapping, IpAddress container) {
    return mappingRule(
        Target.Dnat.to(container, mapping.containerPort()), Optional.empty(), mapping);
  }

  private static Rule markRule(String setMark, PortMapping mapping, Cidr source) {
    return mappingRule(
        jump(setMark),
        source.prefix() == 0 ? Optional.empty() : Optional.of(source(source)),
        mapping);
  }

  private static Rule mappingRule(Target target, Optional<Match> source, PortMapping mapping) {
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

  private static Match source(Cidr cidr) {
    return new Match.Address(Side.SOURCE, false, cidr);
  }

  private static Match destination(Cidr cidr) {
    return new Match.Address(Side.DESTINATION, false, cidr);
  }

  private static Match protocol(PortMapping mapping) {
    return new Match.Proto(false, ip(mapping.protocol()));
  }

  private static Match port(Protocol protocol, int port) {
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

  private static Target jump(String chain) {
    return new Target.Jump(chain, false);
  }

  private static Rule rule(Target target, Match... matches) {
    return new Rule(List.of(matches), target);
  }
}
