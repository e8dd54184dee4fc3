package io.portmapctl.testing;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.Words;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** Random rulesets and attachments; the same seed gives the same ones. */
public final class Generator {
  /** Chains of other programs and of people. */
  public static final List<String> OTHERS =
      List.of("DOCKER", "KUBE-SERVICES", "KUBE-SEP-A", "PREROUTING_direct", "my-chain", "EXTMARK");

  private static final List<String> BUILT_IN =
      List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");

  private final Random random;

  /** Of that seed. */
  public Generator(long seed) {
    this.random = new Random(seed);
  }

  /** One of these. */
  @SafeVarargs
  public final <T> T pick(T... values) {
    return values[random.nextInt(values.length)];
  }

  /** One of these. */
  public <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  /** Whether something that happens once in so many times happens. */
  public boolean chance(int times) {
    return random.nextInt(times) == 0;
  }

  /** From 0 to below the bound. */
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** Any octets, line breaks and bytes that are no UTF-8 among them. */
  public String octets() {
    StringBuilder out = new StringBuilder();
    int length = chance(10) ? 250 + below(6) : 1 + below(12);
    while (out.length() < length) {
      char c =
          switch (below(6)) {
            case 0 -> " \"\\'$`\t\n;#*:".charAt(below(12));
            case 1 -> (char) (0x80 + below(0x80));
            case 2 -> '\u001b';
            default -> (char) ('a' + below(26));
          };
      out.append(c);
    }
    return out.toString();
  }

  /** A rule that iptables-save could print, to one of these targets or to an extension. */
  public String ruleText(Family family, List<String> chains) {
    boolean v4 = family == Family.IPV4;
    List<String> words = new ArrayList<>();
    String not = chance(4) ? "! " : "";
    if (chance(3)) {
      words.add(
          not + "-s " + (v4 ? "10.0." + below(9) + ".0/24" : "fd00:" + (1 + below(9)) + "::/64"));
    }
    if (chance(3)) {
      words.add((chance(4) ? "! " : "") + "-d " + (v4 ? "10.1.2.3/32" : "fd00::3/128"));
    }
    if (chance(5)) {
      words.add((chance(3) ? "! " : "") + "-i " + pick("docker0", "br-+", "eth0"));
    }
    if (chance(5)) {
      words.add((chance(3) ? "! " : "") + "-o " + pick("docker0", "veth+"));
    }
    String protocol = pick("", "", "tcp", "udp", "sctp");
    if (!protocol.isEmpty()) {
      words.add("-p " + protocol);
      if (chance(2)) {
        words.add("-m " + protocol + (chance(4) ? " --sport 1:1023" : "") + " --dport " + below(9));
      }
    }
    for (int i = below(3); i > 0; i--) {
      words.add(module(v4));
    }
    words.add(target(chains, v4, protocol));
    return String.join(" ", words).strip();
  }

  private String module(boolean v4) {
    return switch (below(14)) {
      case 0 -> "-m comment --comment " + Words.quote(octets());
      case 1 -> "-m conntrack --ctstate " + pick("NEW", "RELATED,ESTABLISHED", "INVALID,NEW");
      case 2 -> "-m mark " + (chance(2) ? "! " : "") + "--mark " + pick("0x1", "0x4000/0x4000");
      case 3 -> "-m addrtype " + (chance(3) ? "! " : "") + "--dst-type " + pick("LOCAL", "UNICAST");
      case 4 -> "-m limit --limit " + pick("3/min", "10/sec", "5/hour --limit-burst 7");
      case 5 -> "-m multiport --dports " + pick("80", "80,443", "8000:8010,9000");
      case 6 -> "-m mac --mac-source 00:11:22:33:44:5f";
      case 7 -> "-m iprange --src-range " + (v4 ? "10.0.0.1-10.0.0.9" : "fd00::1-fd00::9");
      case 8 -> "-m statistic --mode random --probability 0.50000000000";
      case 9 -> "-m recent --rcheck --seconds 10 --reap --name R --mask 255.255.255.255 --rsource";
      case 10 -> "-m set --match-set FOO dst";
      case 11 -> "-m u32 --u32 \"0x0>>0x16&0x3c@0x0=0x1\"";
      case 12 -> "-m owner ! --uid-owner 0-100";
      default -> "-m tos --tos 0x10/0x3f";
    };
  }

  private String target(List<String> chains, boolean v4, String protocol) {
    String to = v4 ? "10.2.0." + below(9) : "[fd00::" + (1 + below(9)) + "]";
    return switch (below(9)) {
      case 0 -> "-j MASQUERADE" + (chance(3) ? " --random" : "");
      case 1 -> protocol.isEmpty() ? "-j RETURN" : "-j DNAT --to-destination " + to + ":80";
      case 2 -> protocol.isEmpty() ? "-j ACCEPT" : "-j REDIRECT --to-ports 8080";
      case 3 -> "-j LOG --log-prefix \"it\\'s \\\"x\\\" \"";
      case 4 -> "-j MARK --set-xmark 0x4000/0x4000";
      case 5 -> "";
      case 6 -> "-g " + pick(chains);
      default -> "-j " + pick(chains);
    };
  }

  /** A nat table of other programs, without ours. */
  public Table others(Family family) {
    StringBuilder text = new StringBuilder("*nat\n");
    BUILT_IN.forEach(c -> text.append(':').append(c).append(" ACCEPT [1:2]\n"));
    OTHERS.forEach(c -> text.append(':').append(c).append(" - [0:0]\n"));
    List<String> all = new ArrayList<>(BUILT_IN);
    all.addAll(OTHERS);
    for (String chain : all) {
      for (int i = below(4); i > 0; i--) {
        text.append(chance(3) ? "[7:420] " : "").append("-A ").append(chain).append(' ');
        text.append(ruleText(family, OTHERS)).append('\n');
      }
    }
    return parse(family, text.append("COMMIT\n").toString());
  }

  /** Reads a save text. */
  public static Table parse(Family family, String text) {
    try {
      return SaveFormat.table(family, TableName.NAT, text).orElseThrow();
    } catch (SaveFormat.FormatException e) {
      throw new AssertionError(text, e);
    }
  }

  /** Rules and chains go, double, swap places, turn into others, and others' rules come between. */
  public Table mutilated(Table table) {
    Map<String, List<RuleEntry>> rows = new LinkedHashMap<>();
    table.chains().forEach((name, chain) -> rows.put(name, new ArrayList<>(chain.rows())));
    List<String> names = List.copyOf(rows.keySet());
    for (int i = below(8); i > 0; i--) {
      List<RuleEntry> chain = rows.get(pick(names));
      int at = chain.isEmpty() ? 0 : below(chain.size());
      switch (below(6)) {
        case 0 -> {
          if (!chain.isEmpty()) {
            chain.remove(at);
          }
        }
        case 1 -> {
          if (!chain.isEmpty()) {
            chain.add(below(chain.size()), chain.get(at));
          }
        }
        case 2 -> {
          if (!chain.isEmpty()) {
            chain.add(chain.remove(at));
          }
        }
        case 3 -> {
          List<RuleEntry> other = rows.get(pick(names));
          if (!other.isEmpty()) {
            chain.add(at, pick(other));
          }
        }
        case 4 -> chain.clear();
        default -> {
          List<String> targets = new ArrayList<>(names);
          targets.removeAll(BUILT_IN);
          String text = ruleText(table.family(), targets);
          chain.add(at, row(table.family(), text));
        }
      }
    }
    Map<String, Chain> chains = new LinkedHashMap<>();
    table
        .chains()
        .forEach((n, c) -> chains.put(n, new Chain(n, c.policy(), c.counters(), rows.get(n))));
    List<String> unused =
        chains.keySet().stream()
            .filter(n -> n.startsWith("CNI-"))
            .filter(n -> chains.values().stream().noneMatch(c -> leadsTo(c, n)))
            .toList();
    if (!unused.isEmpty() && chance(2)) {
      chains.remove(pick(unused));
    }
    return table.with(chains);
  }

  private static boolean leadsTo(Chain chain, String name) {
    return chain.rows().stream().anyMatch(r -> r.rule().target().name().equals(name));
  }

  /** The row of that text. */
  public static RuleEntry row(Family family, String text) {
    Table table = parse(family, "*nat\n:X -\n-A X " + text + "\nCOMMIT\n");
    return table.chain("X").orElseThrow().rows().get(0);
  }

  /** A table in every state: others' rules, containers of both layouts, then mutilated. */
  public Table tableWithContainers(Family family) {
    Table table = others(family);
    for (int i = below(4); i > 0; i--) {
      Attachment attachment = attachment(identity());
      Layout layout = attachment.needsMark() ? Layouts.MARK : pick(Layouts.all());
      Request publish =
          new Request.Publish(attachment, new LayoutChoice(layout, LayoutReason.ASKED));
      table = Plans.of(List.of(table), List.of(publish)).families().get(0).after();
    }
    return chance(4) ? table : mutilated(table);
  }

  /** A container on a network. */
  public Identity identity() {
    return new Identity(
        pick("web", "db", "net.1", "a-b_c") + below(3), Integer.toHexString(0x1000 + below(60)));
  }

  /** An attachment with everything that a configuration can say. */
  public Attachment attachment(Identity identity) {
    List<PortMapping> mappings = new ArrayList<>();
    for (int i = chance(8) ? 20 : 1 + below(4); i > 0; i--) {
      mappings.add(mapping());
    }
    List<Cidr> addresses = new ArrayList<>();
    int families = below(4);
    if (families != 1) {
      addresses.add(new Cidr(address("10.89." + below(9) + "." + (2 + below(200))), pick(16, 24)));
    }
    if (families != 0) {
      addresses.add(new Cidr(address("fd00:89:" + below(9) + "::" + (2 + below(99))), 64));
    }
    boolean external = chance(12);
    return new Attachment(
        identity,
        pick("eth0", "eth1"),
        pick("0.3.1", "0.4.0", "1.0.0", "1.1.0"),
        List.copyOf(mappings),
        !chance(4),
        conditions(true).stream().map(Octets::utf8).toList(),
        conditions(false).stream().map(Octets::utf8).toList(),
        external || !chance(6) ? OptionalInt.empty() : OptionalInt.of(below(32)),
        external ? Optional.of("EXTMARK") : Optional.empty(),
        chance(8),
        List.copyOf(addresses),
        false,
        Optional.empty());
  }

  private PortMapping mapping() {
    Optional<IpAddress> hostIp =
        switch (below(8)) {
          case 0 -> Optional.of(address("192.0.2." + (1 + below(3))));
          case 1 -> Optional.of(address("2001:db8::" + (1 + below(3))));
          case 2 -> Optional.of(address(pick("0.0.0.0", "::")));
          default -> Optional.empty();
        };
    return new PortMapping(8000 + below(40), 80 + below(5), pick(Protocol.values()), hostIp);
  }

  private List<String> conditions(boolean v4) {
    return switch (below(12)) {
      case 0 -> List.of("-s", v4 ? "203.0.113.0/24" : "2001:db8:1::/48");
      case 1 -> List.of("!", "-d", v4 ? "192.0.2.9" : "2001:db8::9");
      case 2 -> List.of("-s", v4 ? "203.0.113.1,203.0.113.2" : "2001:db8::1,2001:db8::2");
      case 3 -> List.of("-i", "eth0", "-m", "conntrack", "--ctstate", "ESTABLISHED,NEW");
      case 4 -> List.of("-m", "limit", "--limit", "5/minute");
      case 5 -> List.of("-m", "statistic", "--mode", "nth", "--every", "2", "--packet", "0");
      default -> List.of();
    };
  }

  /** An address that is one. */
  public static IpAddress address(String text) {
    return IpAddress.parse(text).orElseThrow();
  }

  /** Whether a rule leads to a chain of ours. */
  public static boolean leadsToOurs(Rule rule) {
    String target = rule.target().name();
    return ChainNames.isContainerChain(target) || target.startsWith(ChainNames.SHARED);
  }
}
