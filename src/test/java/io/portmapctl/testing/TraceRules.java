package io.portmapctl.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The rules of a host that packets are sent to: ports published by the Go plugin and by us in both
 * layouts, chains as docker and kube-proxy make them, and rules of nobody in particular.
 *
 * @param make where chance comes from
 * @param modelled whether there are only matches that the tracer knows
 * @param host the namespace
 * @param variant nft or legacy
 * @param folder a folder for files
 */
public record TraceRules(
    Generator make, boolean modelled, Namespace host, String variant, Path folder) {
  public static final Integer[] PORTS = {
    8080, 8080, 8081, 8443, 5353, 5353, 9000, 9001, 9090, 30080, 443, 80, 7777, 1234
  };

  private static final String[] USERS = {"X1", "X2", "X3"};

  /** Makes them all. */
  public void load(int seed) throws Exception {
    switch (seed % 3) {
      case 0 -> plugin();
      case 1 -> ours("snat");
      default -> ours("mark");
    }
    if (make.chance(2)) {
      ours(seed % 3 == 1 ? "snat" : "mark", "c2", 9000, 7);
    }
    for (Family family : Family.values()) {
      StringBuilder out = new StringBuilder("*nat\n");
      if (make.chance(2)) {
        out.append(docker(family));
      }
      if (!modelled || make.chance(2)) {
        out.append(kubernetes(family));
      }
      if (!modelled || make.chance(2)) {
        out.append(random(family));
      }
      restore(family, out.append("COMMIT\n").toString());
    }
  }

  private void restore(Family family, String input) throws Exception {
    Run run = host.run(input, List.of(family.program() + "-" + variant + "-restore", "--noflush"));
    assertThat(run.exit()).as(run.err() + input).isZero();
  }

  private String document(String id, int first, int last, String snat) {
    String[] hostIps = {"", "", "", ",\"hostIP\":\"192.0.2.1\"", ",\"hostIP\":\"127.0.0.1\""};
    List<String> mappings = new ArrayList<>();
    String[] protocols = {"tcp", "udp", "sctp", "tcp"};
    for (int i = 0; i < protocols.length; i++) {
      String hostIp = id.equals("c1") && snat.isEmpty() && i == 3 ? make.pick(hostIps) : "";
      mappings.add(
          String.format(
              "{\"hostPort\":%d,\"containerPort\":%d,\"protocol\":\"%s\"%s}",
              i == 3 ? first + 1 : i == 1 ? 5353 : first, 80 + i, protocols[i], hostIp));
    }
    String conditions =
        make.chance(3)
            ? ",\"conditionsV4\":["
                + make.pick(
                    "\"-s\",\"192.0.2.0/24\"",
                    "\"!\",\"-s\",\"10.89.5.7\"",
                    "\"-i\",\"p\"",
                    "\"-m\",\"mark\",\"!\",\"--mark\",\"0x4000/0x4000\"",
                    "\"-m\",\"conntrack\",\"--ctstate\",\"NEW\"")
                + "]"
            : "";
    String masqAll = make.chance(4) ? ",\"masqAll\":true" : "";
    return "{\"cniVersion\":\"1.0.0\",\"type\":\"portmap\",\"name\":\"web\""
        + (snat.isEmpty() ? masqAll : "")
        + conditions
        + ",\"runtimeConfig\":{\"portMappings\":["
        + String.join(",", mappings)
        + "]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.89.5."
        + last
        + "/24\"},{\"address\":\"fd00:89:5::"
        + last
        + "/64\"}]}}";
  }

  private void plugin() throws Exception {
    GoPlugin.needed();
    if (variant.equals("legacy")) {
      ours("mark");
      return;
    }
    String config =
        document("c1", 8080, 6, "")
            .replace("\"hostIP\":\"192.0.2.1\"", "\"x\":1")
            .replace("\"hostIP\":\"127.0.0.1\"", "\"x\":1");
    Run run = GoPlugin.run(host, "ADD", "c1", config);
    assertThat(run.exit()).as(run.out() + run.err()).isZero();
  }

  private void ours(String layout) throws Exception {
    ours(layout, "c1", 8080, 6);
  }

  private void ours(String layout, String id, int first, int last) throws Exception {
    Path now = folder.resolve("now");
    String config = document(id, first, last, layout.equals("snat") ? "snat" : "");
    String document = "{\"containerID\":\"" + id + "\",\"config\":" + config + "}";
    for (Family family : Family.values()) {
      Files.writeString(
          now, host.must("", family.program() + "-" + variant + "-save", "-t", "nat"));
      String option = family == Family.IPV4 ? "--ruleset" : "--ruleset6";
      List<String> words =
          List.of(
              "add",
              "-",
              "--force",
              "--layout",
              layout,
              option,
              now.toString(),
              "--family",
              family.id(),
              "-o",
              "restore");
      Run run = Run.with(Map.of(), document, words);
      assertThat(run.exit()).as(run.err()).isZero();
      if (!run.out().isEmpty()) {
        restore(family, run.out());
      }
    }
  }

  private static boolean v4(Family family) {
    return family == Family.IPV4;
  }

  private static String to(Family family, int last, int port) {
    return (v4(family) ? "10.89.5." + last : "[fd00:89:5::" + last + "]") + ":" + port;
  }

  private String docker(Family family) {
    String loopback = v4(family) ? "127.0.0.0/8" : "::1/128";
    String subnet = v4(family) ? "10.89.5.0/24" : "fd00:89:5::/64";
    String container = v4(family) ? "10.89.5.7/32" : "fd00:89:5::7/128";
    return ":DOCKER - [0:0]\n"
        + "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n"
        + "-A OUTPUT ! -d "
        + loopback
        + " -m addrtype --dst-type LOCAL -j DOCKER\n"
        + "-A POSTROUTING -s "
        + subnet
        + " ! -o cni-web -j MASQUERADE\n"
        + "-A POSTROUTING -s "
        + container
        + " -d "
        + container
        + " -p tcp -m tcp --dport 90 -j MASQUERADE\n"
        + (make.chance(2) ? "-A DOCKER -i cni-web -j RETURN\n" : "")
        + "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 9090 -j DNAT --to-destination "
        + to(family, 7, 90)
        + "\n";
  }

  private String kubernetes(Family family) {
    String service = v4(family) ? "10.96.0.10/32" : "fd00:96::10/128";
    String pods = v4(family) ? "10.89.5.0/24" : "fd00:89:5::/64";
    String pod = v4(family) ? "10.89.5.6/32" : "fd00:89:5::6/128";
    String half = modelled ? "" : "-m statistic --mode random --probability 0.50000000000 ";
    StringBuilder out = new StringBuilder();
    for (String chain :
        List.of("SERVICES", "NODEPORTS", "SVC-A", "SEP-1", "SEP-2", "MARK-MASQ", "POSTROUTING")) {
      out.append(":KUBE-").append(chain).append(" - [0:0]\n");
    }
    String comment = "-m comment --comment \"kubernetes service portals\" ";
    return out.toString()
        + "-A PREROUTING "
        + comment
        + "-j KUBE-SERVICES\n"
        + "-A OUTPUT "
        + comment
        + "-j KUBE-SERVICES\n"
        + "-I POSTROUTING "
        + comment
        + "-j KUBE-POSTROUTING\n"
        + "-A KUBE-SERVICES -d "
        + service
        + " -p tcp -m tcp --dport 443 -j KUBE-SVC-A\n"
        + "-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS\n"
        + "-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-SVC-A\n"
        + "-A KUBE-SVC-A ! -s "
        + pods
        + " -j KUBE-MARK-MASQ\n"
        + "-A KUBE-SVC-A "
        + half
        + (modelled && make.chance(2) ? "-s " + pod + " " : "")
        + "-j KUBE-SEP-1\n"
        + "-A KUBE-SVC-A -j KUBE-SEP-2\n"
        + "-A KUBE-SEP-1 -s "
        + pod
        + " -j KUBE-MARK-MASQ\n"
        + "-A KUBE-SEP-1 -p tcp -m tcp -j DNAT --to-destination "
        + to(family, 6, 443)
        + "\n"
        + "-A KUBE-SEP-2 -p tcp -m tcp -j DNAT --to-destination "
        + to(family, 7, 443)
        + "\n"
        + "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000\n"
        + "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN\n"
        + "-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0\n"
        + "-A KUBE-POSTROUTING -j MASQUERADE"
        + (make.chance(2) ? " --random-fully" : "")
        + "\n";
  }

  /** Rules of all kinds of matches and targets, at any place of the built-in chains. */
  private String random(Family family) {
    StringBuilder out = new StringBuilder();
    for (String chain : USERS) {
      out.append(':').append(chain).append(" - [0:0]\n");
    }
    for (int i = 0; i < 14; i++) {
      String chain =
          make.pick("PREROUTING", "OUTPUT", "POSTROUTING", "INPUT", "X1", "X1", "X2", "X3");
      String where = make.chance(2) ? "-I " : "-A ";
      out.append(where).append(chain).append(' ').append(rule(family, chain)).append('\n');
    }
    out.append("-A PREROUTING -j X1\n-A OUTPUT -j X1\n");
    return out.toString();
  }

  private String rule(Family family, String chain) {
    String protocol = make.pick("", "", "tcp", "tcp", "udp", "sctp");
    String target = target(family, chain);
    if (target.contains("REDIRECT") || target.contains("DNAT")) {
      protocol = protocol.isEmpty() ? "tcp" : protocol; // ports are of some protocol
    }
    return matches(family, chain, protocol) + target;
  }

  private String matches(Family family, String chain, String protocol) {
    StringBuilder out = new StringBuilder();
    if (make.chance(3)) {
      out.append(not()).append("-s ").append(address(family)).append(' ');
    }
    if (make.chance(4)) {
      out.append(not()).append("-d ").append(address(family)).append(' ');
    }
    boolean inside = chain.equals("PREROUTING") || chain.startsWith("X") || chain.equals("INPUT");
    if (inside && make.chance(4)) {
      out.append(not()).append("-i ").append(make.pick("p", "cni-web", "cni+", "lo")).append(' ');
    }
    if (chain.equals("POSTROUTING") && make.chance(3)) {
      out.append(not()).append("-o ").append(make.pick("p", "cni-web", "cni+", "lo")).append(' ');
    }
    if (!protocol.isEmpty()) {
      out.append(ports(protocol));
    }
    if (make.chance(2)) {
      out.append(module(family, protocol));
    }
    return out.toString();
  }

  private String not() {
    return make.chance(3) ? "! " : "";
  }

  private String address(Family family) {
    return v4(family)
        ? make.pick(
            "10.89.5.0/24",
            "192.0.2.0/24",
            "127.0.0.1/32",
            "10.89.5.6/32",
            "192.0.2.1/32",
            "198.51.100.0/24")
        : make.pick(
            "fd00:89:5::/64", "2001:db8::/64", "::1/128", "fd00:89:5::6/128", "2001:db8::1/128");
  }

  private String ports(String protocol) {
    String out = "-p " + protocol + " ";
    return out
        + switch (make.below(4)) {
          case 0 ->
              "-m "
                  + protocol
                  + " "
                  + not()
                  + "--dport "
                  + make.pick("8080", "8000:8500", "1234")
                  + " ";
          case 1 ->
              "-m multiport " + not() + make.pick("--dports ", "--ports ") + "80,443,8080:8090 ";
          case 2 -> "-m " + protocol + " --sport 1024:65535 ";
          default -> "";
        };
  }

  private String module(Family family, String protocol) {
    if (!modelled && make.chance(2)) {
      return make.pick(
          "-m statistic --mode nth --every 3 --packet 0 ",
          "-m limit --limit 1/hour --limit-burst 2 ",
          "-m recent --name seen --set ",
          "-m length --length 0:60 ");
    }
    return switch (make.below(7)) {
      case 0 -> "-m mark " + not() + "--mark " + make.pick("0x1/0x1", "0x0", "0x4000/0x4000") + " ";
      case 1 -> "-m conntrack --ctstate " + make.pick("NEW ", "RELATED,ESTABLISHED ", "DNAT ");
      case 2 ->
          "-m addrtype " + not() + "--dst-type " + make.pick("LOCAL ", "UNICAST ", "MULTICAST ");
      case 3 -> "-m addrtype " + not() + "--src-type " + make.pick("LOCAL ", "UNICAST ");
      case 4 ->
          "-m iprange "
              + not()
              + "--src-range "
              + (v4(family) ? "10.89.5.1-10.89.5.6 " : "fd00:89:5::1-fd00:89:5::6 ");
      case 5 ->
          protocol.equals("tcp") ? "-m tcp " + not() + "--tcp-flags FIN,SYN,RST,ACK SYN " : "";
      default -> "-m comment --comment \"of somebody\" ";
    };
  }

  private String target(Family family, String chain) {
    boolean source = chain.equals("POSTROUTING") || chain.equals("INPUT");
    List<String> targets = new ArrayList<>();
    targets.add("-j ACCEPT");
    targets.add("-j RETURN");
    targets.add("-j MARK --set-xmark 0x1/0x1");
    targets.add("-j MARK --set-xmark 0x3/0xff");
    targets.add("");
    if (chain.equals("POSTROUTING")) {
      targets.add("-j MASQUERADE");
    }
    if (chain.equals("PREROUTING") || chain.equals("OUTPUT")) {
      targets.add("-j X1");
      targets.add("-g X2");
      targets.add("-j X3");
    }
    if (chain.equals("X1")) {
      targets.add("-j X2");
      targets.add("-g X3");
    }
    if (chain.equals("X2")) {
      targets.add("-j X3");
    }
    if (!source && make.chance(3)) {
      return translation(family);
    }
    return make.pick(targets);
  }

  private String translation(Family family) {
    if (v4(family) && make.chance(3)) {
      return "-j REDIRECT --to-ports 7777";
    }
    return "-j DNAT --to-destination "
        + make.pick(
            to(family, 6, 81),
            to(family, 7, 82),
            v4(family) ? "10.89.5.6" : "fd00:89:5::6",
            v4(family) ? "192.0.2.2:99" : "[2001:db8::2]:99");
  }
}
