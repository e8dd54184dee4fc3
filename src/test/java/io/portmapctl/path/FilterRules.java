package io.portmapctl.path;

import io.portmapctl.net.Family;
import io.portmapctl.testing.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Random rules of a host between two networks and a bridge with containers: of iptables in every
 * table but nat, and of nft at any priority. All of them are of kinds that are modelled.
 */
final class FilterRules {
  private static final Map<String, List<String>> TABLES =
      Map.of(
          "raw", List.of("PREROUTING", "OUTPUT"),
          "mangle", List.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
          "filter", List.of("INPUT", "FORWARD", "OUTPUT"),
          "security", List.of("INPUT", "FORWARD", "OUTPUT"));

  private static final List<String> NAMES = List.of("raw", "mangle", "filter", "security");

  private final Generator make;

  FilterRules(Generator make) {
    this.make = make;
  }

  /** What {@code iptables-restore} takes for a family of a variant; empty for no table. */
  String iptables(Family family, boolean some) {
    StringBuilder out = new StringBuilder();
    for (String table : NAMES) {
      if (some && make.chance(2)) {
        out.append('*').append(table).append('\n');
        if (table.equals("filter") && make.chance(4)) {
          out.append(":FORWARD DROP [0:0]\n");
          out.append("-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n");
          out.append("-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT\n");
        }
        out.append(":U - [0:0]\n");
        List<String> chains = new ArrayList<>(TABLES.get(table));
        chains.add("U");
        for (int i = 1 + make.below(5); i > 0; i--) {
          String chain = make.pick(chains);
          out.append("-A ").append(chain).append(' ').append(rule(family, table, chain));
          out.append('\n');
        }
        out.append("COMMIT\n");
      }
    }
    return out.toString();
  }

  private String rule(Family family, String table, String chain) {
    boolean user = chain.equals("U");
    boolean v4 = family == Family.IPV4;
    StringBuilder out = new StringBuilder();
    if (make.chance(3)) {
      out.append(not()).append("-s ").append(network(v4)).append(' ');
    }
    if (make.chance(3)) {
      out.append(not()).append("-d ").append(network(v4)).append(' ');
    }
    boolean in = List.of("PREROUTING", "INPUT", "FORWARD").contains(chain);
    boolean on = List.of("POSTROUTING", "OUTPUT", "FORWARD").contains(chain);
    if (in && make.chance(3)) {
      out.append(not()).append("-i ").append(device()).append(' ');
    }
    if (on && make.chance(3)) {
      out.append(not()).append("-o ").append(device()).append(' ');
    }
    String protocol = make.pick("tcp", "tcp", "udp");
    String target = target(table, user);
    boolean ends = target.contains("DROP") || target.contains("REJECT");
    // what matches everything must end nothing: too little would be left to see
    if (ends || make.chance(2)) {
      out.append("-p ").append(protocol).append(" -m ").append(protocol);
      out.append(" --dport ").append(ports()).append(' ');
    }
    if (make.chance(3)) {
      out.append(module(table));
    }
    return out.append(target).toString();
  }

  private String module(String table) {
    boolean raw = table.equals("raw");
    return switch (make.below(raw ? 2 : 4)) {
      case 0 -> "-m mark " + not() + "--mark " + make.pick("0x1/0x1 ", "0x2/0x2 ", "0x0 ");
      case 1 -> "-m addrtype " + not() + "--dst-type LOCAL ";
      case 2 -> "-m conntrack " + not() + "--ctstate " + make.pick("NEW ", "RELATED,ESTABLISHED ");
      default -> "-m conntrack --ctstate " + make.pick("DNAT ", "SNAT ", "INVALID,UNTRACKED ");
    };
  }

  private String target(String table, boolean user) {
    List<String> all = new ArrayList<>(List.of("-j ACCEPT", "-j RETURN", "-j DROP", "-j DROP"));
    if (!user) {
      all.add("-j U");
      all.add("-g U");
    }
    switch (table) {
      case "raw" -> all.add(make.pick("-j CT --notrack", "-j ACCEPT"));
      case "mangle" -> {
        all.add("-j MARK --set-xmark 0x1/0x1");
        all.add("-j MARK --set-xmark 0x2/0x2");
      }
      case "filter" -> {
        all.add("-j REJECT");
        all.add("-j DROP");
      }
      default -> all.add("");
    }
    return make.pick(all);
  }

  private String not() {
    return make.chance(4) ? "! " : "";
  }

  private String ports() {
    return make.pick(
        "8080", "8000:8090", "80", "80:90", "5353", "443", "9000:9099", "1:65535", "20000:65535");
  }

  private String device() {
    return make.pick("p", "q", "cni-web", "cni+", "lo");
  }

  private String network(boolean v4) {
    return v4
        ? make.pick(
            "10.89.5.0/24", "192.0.2.0/24", "198.51.100.0/24", "10.89.5.6/32", "203.0.113.0/24")
        : make.pick(
            "fd00:89:5::/64", "2001:db8::/64", "2001:db8:1::/64", "fd00:89:5::6/128", "::1/128");
  }

  /** What {@code nft -f} takes: tables of nft's own. */
  String nft(boolean nat) {
    StringBuilder out = new StringBuilder();
    for (int i = make.below(4); i > 0; i--) {
      String family = make.pick("inet", "inet", "ip", "ip6");
      out.append("table ").append(family).append(" t").append(i).append(" {\n");
      out.append(
          " set ports { type inet_service; flags interval; elements = { 80, 8080-8090 }; }\n");
      if (!family.equals("ip6")) {
        out.append(
            " set four { type ipv4_addr; flags interval; elements = { 10.89.5.7, 192.0.2.0/24 };"
                + " }\n");
      }
      out.append(" chain u {\n");
      for (int k = make.below(3); k > 0; k--) {
        out.append("  ").append(nftRule(family, "forward", true)).append('\n');
      }
      out.append(" }\n");
      for (int chain = 1 + make.below(2); chain > 0; chain--) {
        base(out, family, "c" + chain);
      }
      if (nat && make.chance(2)) {
        translating(out, family);
      }
      out.append("}\n");
    }
    return out.toString();
  }

  private void base(StringBuilder out, String family, String name) {
    String hook = make.pick("prerouting", "input", "forward", "forward", "output", "postrouting");
    boolean closed = hook.equals("forward") && make.chance(5);
    // odd ones are nobody's else; the others are those of iptables' own tables
    int priority = make.chance(5) ? make.pick(0, -150) : 2 * make.below(390) - 391;
    out.append(" chain ").append(name).append(" { type filter hook ").append(hook);
    out.append(" priority ").append(priority).append("; policy ");
    out.append(closed ? "drop" : "accept").append(";\n");
    if (closed) {
      out.append("  ct state established,related accept\n  ct status dnat accept\n");
    }
    for (int k = 1 + make.below(3); k > 0; k--) {
      out.append("  ").append(nftRule(family, hook, false)).append('\n');
    }
    out.append(" }\n");
  }

  private void translating(StringBuilder out, String family) {
    boolean v6 = family.equals("ip6") || family.equals("inet") && make.chance(2);
    String to = family.equals("inet") ? (v6 ? "ip6 to " : "ip to ") : "to ";
    String container = v6 ? "[fd00:89:5::7]" : "10.89.5.7";
    boolean source = make.chance(3);
    out.append(" chain nat { type nat hook ");
    out.append(source ? "postrouting" : make.pick("prerouting", "prerouting", "output"));
    out.append(" priority ").append(2 * make.below(90) - 101).append(";\n  ");
    if (source) {
      out.append(
              make.chance(2)
                  ? "oifname \"cni-web\" "
                  : (v6 ? "ip6" : "ip") + " saddr " + network(!v6) + " ")
          .append("masquerade\n }\n");
    } else {
      out.append(make.chance(2) ? "fib daddr type local " : "");
      out.append(make.pick("tcp", "udp")).append(" dport ");
      out.append(make.pick("8080", "{ 9090, 9001 }", "@ports")).append(' ');
      out.append(make.chance(3) ? "redirect to :7777" : "dnat " + to + container + ":82");
      out.append("\n }\n");
    }
  }

  private String nftRule(String family, String hook, boolean user) {
    boolean v4 = family.equals("ip") || family.equals("inet") && make.chance(2);
    StringBuilder out = new StringBuilder();
    if (make.chance(3)) {
      out.append(v4 ? "ip " : "ip6 ").append(make.pick("saddr ", "daddr ")).append(notEqual());
      out.append(v4 && make.chance(4) ? "@four" : network(v4)).append(' ');
    }
    if (!user && List.of("prerouting", "input", "forward").contains(hook) && make.chance(4)) {
      out.append("iifname ").append(notEqual());
      out.append(make.pick("\"p\"", "{ \"p\", \"lo\" }", "\"cni*\"")).append(' ');
    }
    if (!user && List.of("postrouting", "output", "forward").contains(hook) && make.chance(4)) {
      out.append("oifname ")
          .append(notEqual())
          .append(make.pick("\"q\"", "\"cni-web\""))
          .append(' ');
    }
    if (make.chance(3)) {
      out.append(
          make.pick(
              "meta mark and 0x1 == 0x1 ",
              "meta mark 0x0 ",
              "meta mark != 0x2 ",
              "ct state new ",
              "ct state established,related ",
              "ct state { established, untracked } ",
              "ct status dnat ",
              "ct direction reply ",
              family.equals("inet")
                  ? "meta nfproto " + (v4 ? "ipv4 " : "ipv6 ")
                  : "ct state invalid "));
    }
    String protocol = make.pick("tcp", "tcp", "udp");
    String verdict = verdict(hook, user);
    boolean ends = verdict.equals("drop") || verdict.startsWith("reject");
    if (verdict.startsWith("vmap")) {
      return out.append(protocol).append(" dport ").append(verdict).toString();
    }
    if (ends || make.chance(2)) {
      out.append(protocol).append(" dport ").append(notEqual());
      out.append(make.pick("8080", "80-90", "{ 80, 443, 9090 }", "@ports", "20000-65535"))
          .append(' ');
    }
    return out.append(make.chance(3) ? "counter " : "").append(verdict).toString();
  }

  private String notEqual() {
    return make.chance(4) ? "!= " : "";
  }

  private String verdict(String hook, boolean user) {
    List<String> all = new ArrayList<>(List.of("accept", "drop", "return", "counter"));
    all.add("meta mark set 0x1");
    all.add("meta mark set mark or 0x2");
    if (List.of("prerouting", "output").contains(hook)) {
      all.add("notrack");
    }
    if (!user) {
      all.add("jump u");
      all.add("goto u");
      all.add("vmap { 80 : drop, 81-90 : accept, 443 : jump u }");
      if (List.of("input", "forward", "output").contains(hook)) {
        all.add("reject");
      }
    }
    return make.pick(all);
  }
}
