package io.portmapctl.testing;

import java.util.ArrayList;
import java.util.List;

/**
 * Random tables of nft, by a seed, with everything in them that is modelled: for the hosts that
 * {@link Site} makes.
 */
public final class NftRules {
  /** The ports of all packets and rules. */
  public static final List<Integer> PORTS = List.of(22, 53, 80, 443, 8080);

  private static final List<String> V4 =
      List.of(
          "192.0.2.1",
          "192.0.2.2",
          "10.89.5.1",
          "10.89.5.6",
          "10.89.5.7",
          "198.51.100.9",
          "127.0.0.1");
  private static final List<String> V6 =
      List.of(
          "2001:db8::1",
          "2001:db8::2",
          "fd00:89:5::1",
          "fd00:89:5::6",
          "fd00:89:5::7",
          "2001:db8:9::9",
          "::1");
  private static final List<String> NETS4 =
      List.of("10.89.5.0/24", "192.0.2.0/24", "127.0.0.0/8", "198.51.100.0/25", "10.0.0.0/8");
  private static final List<String> NETS6 =
      List.of("fd00:89:5::/64", "2001:db8::/64", "2001:db8::/32", "fd00::/8", "::/65");
  private static final List<String> LINKS = List.of("p", "cni-web", "lo", "c1", "eth0");
  private static final int SUBS = 4;

  private final Generator make;

  /** Whether some of the rules ask what nobody knows. */
  private final boolean unknown;

  private final List<String> rules = new ArrayList<>();
  private final StringBuilder out = new StringBuilder();
  private String table = "";
  private String family = "";
  private String hook = "";
  private int priority;

  private NftRules(long seed, boolean unknown) {
    this.make = new Generator(seed);
    this.unknown = unknown;
  }

  /**
   * Makes them.
   *
   * @param unknown whether some of the rules ask what nobody knows
   */
  public static NftRules of(long seed, boolean unknown) {
    NftRules rules = new NftRules(seed, unknown);
    int count = 1 + rules.make.below(3);
    for (int i = 0; i < count; i++) {
      rules.table(i);
    }
    return rules;
  }

  /** The tables with their sets and chains, without rules. */
  public String tables() {
    return out.toString();
  }

  /** The commands that add the rules, one a line; nft refuses some that contradict themselves. */
  public List<String> rules() {
    return rules;
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  private boolean v4() {
    return !family.equals("ip6");
  }

  private boolean v6() {
    return !family.equals("ip");
  }

  private void table(int number) {
    family = make.pick("inet", "inet", "ip", "ip6");
    table = "add rule " + family + " t" + number + " ";
    line("table " + family + " t" + number + " {");
    sets();
    for (int i = SUBS - 1; i >= 0; i--) {
      hook = "";
      line("chain c" + i + " {");
      for (int k = make.below(4); k > 0; k--) {
        rules.add(table + "c" + i + " " + rule(i + 1, false));
      }
      line("}");
    }
    int chains = 2 + make.below(6);
    for (int i = 0; i < chains; i++) {
      if (make.chance(3)) {
        natChain(i);
      } else {
        filterChain(i);
      }
    }
    line("}");
  }

  private void sets() {
    if (v4()) {
      line("set a4 { type ipv4_addr; elements = { " + some(V4) + " }; }");
      line("set n4 { type ipv4_addr; flags interval; elements = { " + disjoint(NETS4) + " }; }");
      line("map v4 { type ipv4_addr : verdict; elements = { " + cases(V4) + " }; }");
      line(
          "map d4 { type inet_proto . inet_service : ipv4_addr . inet_service; elements = { tcp . "
              + make.pick(PORTS)
              + " : 10.89.5.6 . 80, udp . "
              + make.pick(PORTS)
              + " : 10.89.5.7 . 53 }; }");
      line("set dyn { type ipv4_addr; size 128; flags dynamic,timeout; timeout 1m; }");
    }
    if (v6()) {
      line("set a6 { type ipv6_addr; elements = { " + some(V6) + " }; }");
      line("map v6 { type ipv6_addr : verdict; elements = { " + cases(V6) + " }; }");
    }
    line("set p { type inet_service; flags interval; elements = { 22, 50-90 }; }");
    line("set pp { type inet_proto . inet_service; elements = { tcp . 80, udp . 53 }; }");
    line("map m { type inet_service : mark; elements = { 80 : 0x1, 53 : 0x22, 8080 : 0x3 }; }");
  }

  private String some(List<String> of) {
    List<String> some = new ArrayList<>();
    of.forEach(
        o -> {
          if (make.chance(2)) {
            some.add(o);
          }
        });
    return String.join(", ", some.isEmpty() ? of.subList(0, 1) : some);
  }

  /** Networks that do not overlap. */
  private String disjoint(List<String> of) {
    return String.join(", ", of.subList(0, 1 + make.below(4)));
  }

  private String cases(List<String> of) {
    List<String> all = new ArrayList<>();
    for (String key : of.subList(0, 1 + make.below(of.size()))) {
      all.add(key + " : " + verdict(0));
    }
    return String.join(", ", all);
  }

  private void filterChain(int number) {
    hook = make.pick("prerouting", "prerouting", "input", "forward", "output", "postrouting");
    priority = make.pick(-400, -300, -150, -140, -100, -50, 0, 0, 10, 100, 150);
    line(
        "chain f"
            + number
            + " { type filter hook "
            + hook
            + " priority "
            + priority
            + "; policy "
            + (make.chance(8) ? "drop" : "accept")
            + ";");
    for (int i = 1 + make.below(8); i > 0; i--) {
      rules.add(table + "f" + number + " " + rule(0, true));
    }
    line("}");
  }

  private void natChain(int number) {
    hook = make.pick("prerouting", "output", "postrouting", "input");
    priority = make.pick(-110, -100, -90, 100, 110);
    line("chain n" + number + " { type nat hook " + hook + " priority " + priority + ";");
    for (int i = 1 + make.below(5); i > 0; i--) {
      rules.add(
          table
              + "n"
              + number
              + " "
              + (make.chance(2) ? rule(0, false) : conditions() + translation()));
    }
    line("}");
  }

  /**
   * A rule.
   *
   * @param deepest the first of the chains that it may lead to
   * @param base whether it stands in a base chain of type filter
   */
  private String rule(int deepest, boolean base) {
    StringBuilder rule = new StringBuilder(conditions());
    for (int i = make.below(3); i > 0; i--) {
      rule.append(statement(base)).append(' ');
      if (make.chance(4)) {
        rule.append(condition()).append(' ');
      }
    }
    if (make.chance(5)) {
      return rule.append(dispatch(deepest)).toString();
    }
    if (base && !hook.endsWith("routing") && make.chance(12)) {
      return rule + make.pick("reject", "meta l4proto tcp reject with tcp reset");
    }
    if (make.chance(4) && !rule.isEmpty()) {
      return rule.toString(); // it goes on
    }
    return rule.append(verdict(deepest)).toString();
  }

  private String verdict(int deepest) {
    return switch (make.below(12)) {
      case 0, 1 -> "accept";
      case 2 -> make.chance(3) ? "drop" : "continue";
      case 3 -> "return";
      case 4, 5, 6 -> deepest < SUBS ? "jump c" + (deepest + make.below(SUBS - deepest)) : "accept";
      case 7, 8 -> deepest < SUBS ? "goto c" + (deepest + make.below(SUBS - deepest)) : "return";
      default -> "continue";
    };
  }

  private String dispatch(int deepest) {
    return switch (make.below(6)) {
      case 0 -> v4() && deepest == 0 ? "ip " + end() + " vmap @v4" : dispatch(deepest);
      case 1 -> v6() && deepest == 0 ? "ip6 " + end() + " vmap @v6" : dispatch(deepest);
      case 2 ->
          proto()
              + " dport vmap { 80 : "
              + verdict(deepest)
              + ", 1-60 : "
              + verdict(deepest)
              + (make.chance(2) ? ", * : " + verdict(deepest) : "")
              + " }";
      case 3 ->
          "ct state vmap { new : "
              + verdict(deepest)
              + ", untracked : "
              + verdict(deepest)
              + ", invalid : "
              + verdict(deepest)
              + " }";
      case 4 ->
          "meta l4proto . th dport vmap { tcp . 80 : "
              + verdict(deepest)
              + ", udp . 53 : "
              + verdict(deepest)
              + " }";
      default ->
          "iifname vmap { \"p\" : " + verdict(deepest) + ", \"lo\" : " + verdict(deepest) + " }";
    };
  }

  private String end() {
    return make.pick("saddr", "daddr");
  }

  private String proto() {
    return make.pick("tcp", "udp");
  }

  private String conditions() {
    StringBuilder all = new StringBuilder();
    for (int i = make.below(3); i > 0; i--) {
      all.append(condition()).append(' ');
    }
    return all.toString();
  }

  private String not() {
    return make.chance(4) ? "!= " : "";
  }

  private String condition() {
    return switch (make.below(unknown ? 24 : 21)) {
      case 0, 1, 2 -> address();
      case 3, 4 -> ports();
      case 5 -> link();
      case 6 ->
          "meta l4proto " + not() + make.pick("tcp", "udp", "{ tcp, udp }", "icmp", "ipv6-icmp");
      case 7 -> "meta mark " + mark();
      case 8 -> "ct mark " + mark();
      case 9 ->
          make.pick(
              "ct state new",
              "ct state established,related",
              "ct state != new",
              "ct state ! established",
              "ct state { new, untracked }",
              "ct state invalid",
              "ct state untracked");
      case 10 ->
          make.pick(
              "ct status dnat",
              "ct status ! dnat",
              "ct status snat",
              "ct status & (snat|dnat) == dnat",
              "ct status & dnat == 0",
              "ct direction original",
              "ct direction != reply"); // of ct protocol nft lists nothing where more follows
      case 11 -> tuple();
      case 12 ->
          hook.equals("prerouting") && make.chance(2)
              ? make.pick(
                  "fib saddr . iif oif missing",
                  "fib saddr . iif oif exists",
                  "fib saddr . mark . iif oif 0")
              : "fib "
                  + end()
                  + " type "
                  + not()
                  + make.pick("local", "broadcast", "{ local, broadcast }", "multicast", "local");
      case 13 ->
          !family.equals("inet")
              ? condition() // nft does not list it where an address of the other family follows
              : make.pick(
                  "meta nfproto ipv4",
                  "meta nfproto ipv6",
                  "meta protocol ip",
                  "meta protocol != ip6");
      case 14 ->
          make.pick(
              "tcp flags syn",
              "tcp flags & (fin|syn|rst|ack) == syn",
              "tcp flags & (syn|ack) != syn",
              "tcp flags ! fin,rst",
              "tcp flags & ack == 0");
      case 15 ->
          v4()
              ? make.pick(
                  "icmp type echo-request",
                  "icmp type { echo-reply, echo-request }",
                  "icmp type != echo-request",
                  "icmp code 0")
              : make.pick("icmpv6 type echo-request", "icmpv6 type != 129");
      case 16 ->
          !unknown && (hook.isEmpty() || hook.equals("input"))
              ? condition() // whose socket gets a packet is not known everywhere
              : make.pick(
                  "meta skuid 0",
                  "meta skuid != 0",
                  "meta skuid 0-999",
                  "meta skgid { 0, 5 }",
                  "meta skuid 1000");
      case 17 ->
          v4()
              ? "ip saddr . "
                  + proto()
                  + " dport "
                  + not()
                  + "{ 192.0.2.2 . 80, 10.89.5.0/24 . 50-500 }"
              : "ip6 daddr . " + proto() + " dport { fd00:89:5::/64 . 1-100, ::1 . 443 }";
      case 18 -> "meta l4proto . th dport " + not() + "@pp";
      case 19 ->
          v4()
              ? make.pick(
                  "ip protocol tcp",
                  "ip protocol != udp",
                  "ip protocol { tcp, icmp }",
                  "ip version 4")
              : make.pick("ip6 nexthdr tcp", "ip6 nexthdr != udp");
      case 20 ->
          make.pick(
              "iifname . oifname { \"p\" . \"cni-web\", \"cni-web\" . \"p\" }",
              (unknown ? "" : "meta l4proto { tcp, udp } ") + "th sport > 1024 th dport < 100");
      case 21 -> "meta length > " + make.pick(20, 40, 60);
      case 22 -> "limit rate 1/second burst 1 packets";
      default -> make.pick("meta pkttype unicast", "ct zone 0", "meta priority 0:0");
    };
  }

  private String address() {
    boolean old = v4() && (!v6() || make.chance(2));
    List<String> hosts = old ? V4 : V6;
    String what = (old ? "ip " : "ip6 ") + end() + " ";
    return what
        + switch (make.below(6)) {
          case 0 -> not() + make.pick(hosts);
          case 1 -> not() + make.pick(old ? NETS4 : NETS6);
          case 2 -> not() + (old ? "10.0.0.0-127.0.0.0" : "2001:db8::-fd00::");
          case 3 -> not() + "{ " + some(hosts) + " }";
          case 4 -> not() + (old ? make.pick("@a4", "@n4") : "@a6");
          default ->
              old
                  ? "& 255.255.0.255 " + make.pick("==", "!=") + " 10.89.0.6"
                  : "& ffff:: == fd00::";
        };
  }

  private String ports() {
    String what = make.pick("tcp dport ", "udp dport ", "tcp sport ", "tcp dport ", "udp dport ");
    return what
        + switch (make.below(6)) {
          case 0, 1 -> not() + make.pick(PORTS);
          case 2 -> not() + "50-90";
          case 3 -> make.pick("> ", "<= ", "< ", ">= ") + make.pick(PORTS);
          case 4 -> not() + "{ 80, 443, 8000-9000 }";
          default -> not() + "@p";
        };
  }

  private String link() {
    String what = make.pick("iifname ", "oifname ");
    return switch (make.below(4)) {
      case 0 -> what + not() + "\"" + make.pick(LINKS) + "\"";
      case 1 -> what + not() + "\"c*\"";
      case 2 -> what + not() + "{ \"p\", \"lo\" }";
      default -> make.pick("iif ", "oif ") + not() + "\"" + make.pick("lo", "p", "cni-web") + "\"";
    };
  }

  private String mark() {
    return make.pick(
        "0x1",
        "!= 0x1",
        "{ 0x1, 0x3, 0x10-0x22 }",
        "0x2-0x30",
        "> 0x1",
        "& 0x3 == 0x1",
        "& 0x22 != 0x0",
        "& 0x1 | 0x10 == 0x11",
        "!= { 0x0, 0x3 }",
        "0x0",
        "and 0x30 xor 0x10 == 0x0");
  }

  private String tuple() {
    String dir = make.pick("original ", "original ", "reply ");
    return switch (make.below(3)) {
      case 0 ->
          "ct "
              + dir
              + (v4()
                  ? "ip "
                      + end()
                      + " "
                      + not()
                      + make.pick("192.0.2.1", "10.89.5.0/24", "192.0.2.2")
                  : "ip6 " + end() + " " + not() + make.pick("2001:db8::1", "fd00:89:5::/64"));
      case 1 -> "meta l4proto tcp ct " + dir + "proto-dst " + not() + make.pick(PORTS);
      default -> "meta l4proto udp ct " + dir + "proto-src " + make.pick("> 1000", "53", "!= 80");
    };
  }

  private String statement(boolean base) {
    return switch (make.below(12)) {
      case 0 -> "counter";
      case 1 -> "meta mark set " + make.pick("0x1", "0x22", "0x3", "0xffffffff");
      case 2 ->
          "meta mark set meta mark "
              + make.pick("or 0x10", "and 0x3", "xor 0x21", "and 0xf or 0x20");
      case 3 ->
          "ct mark set "
              + make.pick(
                  "0x1",
                  "0x10",
                  "meta mark",
                  "meta mark or 0x1",
                  "ct mark or 0x2",
                  "ct mark xor 0x3",
                  "ct mark and 0x30");
      case 4 -> "meta mark set ct mark" + make.pick("", " and 0x3", " or 0x20", " xor 0x1");
      case 5 -> "meta mark set " + proto() + " dport map { 80 : 0x1, 400-9000 : 0x22 }";
      case 6 -> (unknown ? "" : "meta l4proto { tcp, udp } ") + "meta mark set th dport map @m";
      case 7 ->
          base
                  && priority < -200
                  && (hook.equals("prerouting") || hook.equals("output"))
                  && make.chance(3)
              ? "notrack"
              : "counter";
      case 8 -> v4() ? "add @dyn { ip saddr }" : "counter";
      case 9 -> "meta priority set 1:2";
      case 10 -> "meta nftrace set 1";
      default -> "counter";
    };
  }

  private String translation() {
    String ip = v4() && (!v6() || make.chance(2)) ? "ip" : "ip6";
    String of = family.equals("inet") ? " " + ip : "";
    boolean old = ip.equals("ip");
    String to =
        old ? make.pick("10.89.5.6", "10.89.5.7") : make.pick("[fd00:89:5::6]", "[fd00:89:5::7]");
    String bare = to.replace("[", "").replace("]", "");
    String port = "meta l4proto { tcp, udp } ";
    if (hook.equals("prerouting") || hook.equals("output")) {
      return switch (make.below(7)) {
        case 0 -> "dnat" + of + " to " + bare;
        case 1 -> port + "dnat" + of + " to " + to + ":" + make.pick(80, 53);
        case 2 -> port + "redirect to :" + make.pick(80, 53);
        case 3 -> proto() + " dport 80 redirect";
        case 4 ->
            "dnat"
                + of
                + " to "
                + proto()
                + " dport map { 80 : "
                + bare
                + ", 8080 : "
                + bare
                + " }";
        case 5 ->
            old
                ? "dnat ip to meta l4proto . th dport map @d4"
                : proto() + " dport 443 dnat" + of + " to " + to + ":443 persistent";
        default ->
            "tcp dport { 80, 443 } dnat"
                + of
                + " to "
                + to
                + ":tcp dport map { 80 : 8080, 443 : 53 }";
      };
    }
    String mine = old ? "192.0.2.1" : "2001:db8::1";
    if (hook.equals("input")) {
      return "snat" + of + " to " + mine;
    }
    return make.pick(
        "masquerade",
        "snat" + of + " to " + mine,
        port + "masquerade to :30000-40000",
        "masquerade random");
  }
}
