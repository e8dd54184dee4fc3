package io.portmapctl.view;

import io.portmapctl.explain.Cause;
import io.portmapctl.explain.VerdictReason;
import io.portmapctl.net.Family;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Ending;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.path.RuleSite;
import io.portmapctl.trace.Packet;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What would mend a way that ends: commands for a shell, joined by semicolons, wherever some do;
 * else words; octets. Empty where nobody knows.
 */
final class CureText implements DecidedBy.Visitor<String> {
  private static final String ESTABLISHED = "-m conntrack --ctstate ESTABLISHED,RELATED";

  private static final String ICMPV6 = " -p ipv6-icmp -j ACCEPT";
  private static final String NFT_ICMPV6 = " meta l4proto ipv6-icmp accept";

  private final Cause.Ended ended;
  private final Ending ending;

  private CureText(Cause.Ended ended) {
    this.ended = ended;
    this.ending = ended.ending();
  }

  /** Of a way that ends where it should not; empty too where nothing is wrong. */
  static Optional<String> of(Cause.Ended ended) {
    Ending.Kind kind = ended.ending().kind();
    DecidedBy by = ended.ending().by();
    boolean set =
        by instanceof DecidedBy.BySetting // whatever it is now
            || by instanceof DecidedBy.ByLink
            || by instanceof DecidedBy.ByNeighbour;
    boolean none = kind == Ending.Kind.DELIVERED || kind == Ending.Kind.UNDECIDED && !set;
    return none
        ? Optional.empty()
        : Optional.of(ended.ending().by().accept(new CureText(ended))).filter(c -> !c.isEmpty());
  }

  /** Of what no rule takes, or no rule of a container's. */
  static String ofNobody(VerdictReason reason, Ending ending, Packet packet) {
    if (ending.by() instanceof DecidedBy.ByRule by) {
      RuleSite rule = by.rule();
      String chain = Terminal.decoded(rule.chain());
      return rule.engine() == RuleEngine.NFTABLES
          ? "nft insert rule "
              + place(rule)
              + " "
              + packet.protocol()
              + port(" dport ", packet)
              + " accept"
          : iptables(rule, packet.family())
              + " -I "
              + chain
              + " "
              + rule.number()
              + " -p "
              + packet.protocol()
              + port(" --dport ", packet)
              + " -j ACCEPT";
    }
    return VerdictText.namesARule(reason)
        ? "publish it for these senders and this address too: portmapctl add, without what"
            + " narrows it"
        : "portmapctl add SOURCE --apply makes a container's rules, restore --apply those of all"
            + " that are kept";
  }

  private static String port(String word, Packet packet) {
    OptionalInt port = packet.destination().port();
    return port.isPresent() ? word + port.getAsInt() : "";
  }

  /** Where a rule of nft stands, for what comes before it. */
  private static String place(RuleSite rule) {
    return rule.family()
        + " "
        + Terminal.decoded(rule.table())
        + " "
        + Terminal.decoded(rule.chain())
        + (rule.handle().isPresent() ? " handle " + rule.handle().getAsLong() : "");
  }

  private static String iptables(RuleSite rule, Family family) {
    return program(rule.engine(), family) + table(rule.table());
  }

  private static String program(RuleEngine engine, Family family) {
    return (family == Family.IPV4 ? "iptables" : "ip6tables")
        + switch (engine) {
          case LEGACY -> "-legacy";
          case IPTABLES_NFT -> "-nft";
          case IPTABLES, NFTABLES -> "";
        };
  }

  private static String table(String table) {
    return table.equals("filter") ? "" : " -t " + table;
  }

  private String ip() {
    return ended.family() == Family.IPV4 ? "ip" : "ip -6";
  }

  /** What takes these packets, or their answers, in iptables. */
  private String matches() {
    boolean back = ending.back();
    return ended.to().ip().map(a -> (back ? "-s " : "-d ") + a + " ").orElse("")
        + "-p "
        + ended.protocol()
        + (ended.to().port().isPresent()
            ? (back ? " --sport " : " --dport ") + ended.to().port().getAsInt()
            : "");
  }

  /** The same in nft. */
  private String nftMatches() {
    String side = ending.back() ? "s" : "d";
    String family = ended.family() == Family.IPV4 ? "ip " : "ip6 ";
    return ended.to().ip().map(a -> family + side + "addr " + a + " ").orElse("")
        + (ended.to().port().isPresent()
            ? ended.protocol() + " " + side + "port " + ended.to().port().getAsInt()
            : "meta l4proto " + ended.protocol());
  }

  @Override
  public String rule(DecidedBy.ByRule by) {
    RuleSite rule = by.rule();
    if (ending.why() == Ending.Why.NEIGHBOUR) {
      return rule.engine() == RuleEngine.NFTABLES
          ? "nft insert rule " + place(rule) + NFT_ICMPV6
          : iptables(rule, ended.family())
              + " -I "
              + Terminal.decoded(rule.chain())
              + " "
              + rule.number()
              + ICMPV6;
    }
    if (ending.why() == Ending.Why.HOP_LIMIT || ending.why() == Ending.Why.OTHER_SOURCE) {
      return rule.engine() == RuleEngine.NFTABLES
          ? "nft delete rule " + place(rule)
          : iptables(rule, ended.family())
              + " -D "
              + Terminal.decoded(rule.chain())
              + " "
              + rule.number();
    }
    if (ending.why() != Ending.Why.RULES) {
      return nothing(DecidedBy.Nothing.NOTHING); // it drops nothing, and comes too early
    }
    String chain = Terminal.decoded(rule.chain());
    if (rule.engine() == RuleEngine.NFTABLES) {
      return rule.table().equals("firewalld")
          ? "firewalld writes its rules anew: firewall-cmd, with a zone or a policy for these"
              + " packets, lets them pass"
          : "nft insert rule " + place(rule) + " " + nftMatches() + " accept";
    }
    if (chain.startsWith("ufw-") || chain.startsWith("ufw6-")) {
      return ending.back()
          ? "ufw reload"
          : "ufw route allow proto "
              + ended.protocol()
              + ended.to().ip().map(a -> " to " + a).orElse("")
              + (ended.to().port().isPresent() ? " port " + ended.to().port().getAsInt() : "");
    }
    boolean docker = chain.startsWith("DOCKER") && rule.table().equals("filter");
    return iptables(rule, ended.family())
        + " -I "
        + (docker ? "DOCKER-USER" : chain + " " + rule.number())
        + " "
        // before connection tracking nothing is known of a connection
        + (ending.back() && !rule.table().equals("raw") ? ESTABLISHED : matches())
        + " -j ACCEPT";
  }

  @Override
  public String policy(DecidedBy.ByPolicy by) {
    ChainSite chain = by.chain();
    if (chain.engine() == RuleEngine.NFTABLES) {
      String place =
          "nft insert rule "
              + chain.family()
              + " "
              + Terminal.decoded(chain.table())
              + " "
              + Terminal.decoded(chain.chain());
      if (ending.why() == Ending.Why.NEIGHBOUR) {
        return place + NFT_ICMPV6;
      }
      place += " ";
      return place + nftMatches() + " accept; " + place + "ct state established,related accept";
    }
    String insert =
        program(chain.engine(), ended.family()) + table(chain.table()) + " -I " + chain.chain();
    if (ending.why() == Ending.Why.NEIGHBOUR) {
      return insert + ICMPV6;
    }
    insert += " ";
    String answers = insert + ESTABLISHED + " -j ACCEPT";
    String these = insert + matches() + " -j ACCEPT";
    boolean tracked = !chain.table().equals("raw");
    return ending.back() && tracked ? answers : tracked ? these + "; " + answers : these;
  }

  @Override
  public String setting(DecidedBy.BySetting by) {
    String value =
        ending.why() == Ending.Why.REVERSE_PATH
            ? "2"
            : by.key().endsWith("/disable_ipv6") ? "0" : "1";
    return "sysctl -w " + EndingText.key(by.key()) + "=" + value;
  }

  @Override
  public String route(DecidedBy.ByRoute by) {
    if (ending.why() == Ending.Why.ELSEWHERE || ending.why() == Ending.Why.OTHER_WAY) {
      return ending.back()
          ? "see whether the route back to the sender leads where it should"
          : "see whether the container's bridge or interface is there: start it anew, or add "
              + "the route to it";
    }
    String text = Terminal.decoded(by.text());
    if (ending.why() == Ending.Why.IPSEC) {
      return ending.kind() == Ending.Kind.UNDECIDED
          ? "see whether it is for this, and whether its tunnel is set up"
          : "ip xfrm policy del " + text;
    }
    if (text.isEmpty()) {
      return ended
          .down()
          .map(d -> "ip link set " + Terminal.decoded(d) + " up")
          .orElse("ip route add " + by.to() + ", with the way to it");
    }
    int colon = text.indexOf(":\t");
    if (colon > 0) {
      return ip() + " rule del pref " + text.substring(0, colon) + " " + text.substring(colon + 2);
    }
    boolean refuses =
        text.startsWith("blackhole ")
            || text.startsWith("unreachable ")
            || text.startsWith("prohibit ");
    return refuses ? ip() + " route del " + text : "";
  }

  @Override
  public String link(DecidedBy.ByLink by) {
    String name = Terminal.decoded(by.name());
    return switch (by.fault()) {
      case DOWN -> "ip link set " + name + " up";
      case ABSENT -> "whoever makes interface " + name + " must make it again";
      case WITHOUT_ADDRESS -> ip() + " address add, with the address that " + name + " should have";
      case WITHOUT_LINK -> "see to the other end of " + name + ": it is down, or not plugged in";
      case WITHOUT_PORT ->
          "see whether the container is there: its interface must be a port of " + name;
      case WITHOUT_ARP -> "ip link set " + name + " arp on";
      case LOCKED -> "bridge link set dev " + name + " locked off";
      case UNLEARNED -> "bridge link set dev " + name + " learning on flood on";
      case WRITTEN ->
          "bridge fdb show dev " + name + " tells it: bridge fdb del, if it is not behind it";
      case BLOCKED -> "bridge link set dev " + name + " state 3";
    };
  }

  @Override
  public String bridgePort(DecidedBy.ByBridgePort by) {
    String option = ending.why() == Ending.Why.ISOLATED ? "isolated off" : "hairpin on";
    return by.port()
        .map(p -> "ip link set " + Terminal.decoded(p) + " type bridge_slave " + option)
        .orElse("");
  }

  @Override
  public String neighbour(DecidedBy.ByNeighbour by) {
    return by.hardware().isPresent()
        ? "ip neigh del " + by.address() + " dev " + Terminal.decoded(by.device())
        : "see whether the container is there, and has " + by.address();
  }

  @Override
  public String socket(DecidedBy.BySocket by) {
    return by.process().isPresent() ? "" : "start the program that is to listen there";
  }

  @Override
  public String container(DecidedBy.ByContainer by) {
    return ContainerText.cure(by);
  }

  @Override
  public String nothing(DecidedBy.Nothing by) {
    return switch (ending.why()) {
      case ITSELF, LOCALHOST ->
          "a rule must masquerade it: check tells which is missing, add --apply makes it";
      case LOCALHOST_IPV6 -> "127.0.0.1, or an address of this host's interfaces, in place of ::1";
      case LINK -> "see which interface on its way is missing";
      case MARTIAN -> "it must be sent from another address";
      case NOT_TRANSLATED_BACK -> "no rule may take its answer out of connection tracking";
      case ANSWER_TRANSLATED ->
          "rules must take both it and its answer out of connection tracking, or neither";
      default -> "";
    };
  }
}
