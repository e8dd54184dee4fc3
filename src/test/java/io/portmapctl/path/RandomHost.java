package io.portmapctl.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.net.Family;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.NftMonitor;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Sender;
import io.portmapctl.testing.Site;
import io.portmapctl.testing.TraceRules;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A host between two networks and a bridge with two containers, with rules, routes and settings of
 * many; everybody on it sends, and answers what comes.
 */
final class RandomHost implements AutoCloseable {
  /** Who can send: by that name. */
  static final List<String> SENDERS = List.of("near", "far", "host", "c1", "c2");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Ports that somebody listens on: what rules translate to is among them. */
  private static final Integer[] PORTS = {
    80, 81, 82, 83, 84, 90, 99, 443, 1234, 5353, 7777, 8080, 8081, 8443, 9000, 9001, 9090, 30080
  };

  private final Generator make;
  private final Site site;
  private final Namespace far;
  private final Path folder;
  private final Map<String, Namespace> namespaces = new LinkedHashMap<>();
  private final Map<String, Sender> senders = new HashMap<>();
  private final Map<String, NftMonitor> monitors = new HashMap<>();
  private final Map<String, Integer> places = new HashMap<>();
  private final String script;
  private Path snapshot = Path.of("");
  private int port = 20000;

  RandomHost(long seed, Path folder) throws Exception {
    this.make = new Generator(seed);
    this.folder = folder;
    this.site = Site.make();
    this.far = Namespace.make();
    namespaces.put("near", site.peer());
    namespaces.put("far", far);
    namespaces.put("host", site.host());
    namespaces.put("c1", site.container());
    namespaces.put("c2", site.sibling());
    run(wires());
    site.settle();
    String variant = make.pick("nft", "nft", "legacy");
    new TraceRules(make, true, site.host(), variant, folder).load(make.below(3));
    StringBuilder rules = new StringBuilder();
    for (Family family : Family.values()) {
      boolean nft = make.chance(2);
      boolean both = make.chance(4);
      restore(rules, family, "nft", nft || both);
      restore(rules, family, "legacy", !nft || both);
    }
    String nft = new FilterRules(make).nft(true);
    rules.append(nft);
    site.host().must(nft, "nft", "-f", "-");
    this.script = routes() + settings();
    run(script);
    Files.writeString(folder.resolve("rules-" + seed), script + rules);
    for (String name : SENDERS) {
      senders.put(name, Sender.in(namespaces.get(name), PORTS));
    }
    for (Sender sender : senders.values()) {
      sender.ready();
    }
  }

  private void restore(StringBuilder rules, Family family, String variant, boolean some)
      throws Exception {
    String input = new FilterRules(make).iptables(family, some);
    if (!input.isEmpty()) {
      String program = family.program() + "-" + variant + "-restore";
      Run run = site.host().run(input, List.of(program, "--noflush"));
      assertThat(run.exit()).as(run.err() + input).isZero();
      rules.append("# ").append(program).append('\n').append(input);
    }
  }

  /** Runs a script on the host, with the namespaces' names. */
  private void run(String script) throws Exception {
    StringBuilder names = new StringBuilder("set -e\n");
    namespaces.forEach(
        (name, namespace) ->
            names
                .append(name.toUpperCase(Locale.ROOT))
                .append('=')
                .append(namespace.name())
                .append('\n'));
    Run run = site.host().run("", List.of("sh", "-c", names + script));
    assertThat(run.exit()).as(script + run.err()).isZero();
  }

  /** The second network, more addresses, and every neighbour's link address. */
  private static String wires() {
    return """
    sysctl -qw net.ipv4.tcp_synack_retries=0
    ip link add q type veth peer name eth0 netns $FAR
    ip link set q up
    ip -n $FAR link set lo up; ip -n $FAR link set eth0 up
    ip addr add 198.51.100.1/24 dev q; ip addr add 2001:db8:1::1/64 dev q nodad
    ip -n $FAR addr add 198.51.100.2/24 dev eth0; ip -n $FAR addr add 2001:db8:1::2/64 dev eth0 nodad
    ip addr add 203.0.113.80/32 dev lo; ip addr add 2001:db8:80::80/128 dev lo
    ip -n $NEAR addr add 203.0.113.9/32 dev lo; ip -n $NEAR addr add 2001:db8:9::9/128 dev lo
    ip -n $FAR addr add 203.0.113.19/32 dev lo; ip -n $FAR addr add 2001:db8:9::19/128 dev lo
    ip -n $NEAR route add default via 192.0.2.1; ip -n $NEAR route add default via 2001:db8::1
    ip -n $FAR route add default via 198.51.100.1; ip -n $FAR route add default via 2001:db8:1::1
    for n in $NEAR $FAR $C1 $C2; do ip netns exec $n sysctl -qw net.ipv4.tcp_synack_retries=0; done
    # what the host sends out by the wrong side still finds the other, as on the Internet
    ip -n $NEAR link add x type veth peer name x netns $FAR
    ip -n $NEAR addr add 10.255.0.1/30 dev x; ip -n $FAR addr add 10.255.0.2/30 dev x
    ip -n $NEAR addr add fd00:255::1/64 dev x nodad; ip -n $FAR addr add fd00:255::2/64 dev x nodad
    for n in $NEAR $FAR; do
      ip -n $n link set x up
      ip netns exec $n sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
        net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 net.ipv4.conf.x.rp_filter=0
      for f in -4 -6; do
        ip $f -n $n rule add iif eth0 pref 50 lookup 200
        ip $f -n $n rule add iif x pref 51 blackhole
      done
    done
    ip -n $NEAR route add default via 10.255.0.2 table 200
    ip -n $NEAR route add default via fd00:255::2 table 200
    ip -n $FAR route add default via 10.255.0.1 table 200
    ip -n $FAR route add default via fd00:255::1 table 200
    mac() { ip netns exec $1 cat /sys/class/net/$2/address; }
    near() { # host's link, namespace, their addresses: both know each other for ever
      h=$(mac $HOST $1); o=$(mac $2 eth0); shift
      for a in $2 $3; do ip neigh replace $a lladdr $o dev $L nud permanent; done
      for a in $4 $5; do ip -n $1 neigh replace $a lladdr $h dev eth0 nud permanent; done
    }
    L=p; near p $NEAR 192.0.2.2 2001:db8::2 192.0.2.1 2001:db8::1
    L=q; near q $FAR 198.51.100.2 2001:db8:1::2 198.51.100.1 2001:db8:1::1
    L=cni-web; near cni-web $C1 10.89.5.6 fd00:89:5::6 10.89.5.1 fd00:89:5::1
    L=cni-web; near cni-web $C2 10.89.5.7 fd00:89:5::7 10.89.5.1 fd00:89:5::1
    n=$(mac $NEAR x); f=$(mac $FAR x)
    for a in 10.255.0.2 fd00:255::2; do ip -n $NEAR neigh replace $a lladdr $f dev x nud permanent; done
    for a in 10.255.0.1 fd00:255::1; do ip -n $FAR neigh replace $a lladdr $n dev x nud permanent; done
    one=$(mac $C1 eth0); two=$(mac $C2 eth0)
    for a in 10.89.5.6 fd00:89:5::6; do ip -n $C2 neigh replace $a lladdr $one dev eth0 nud permanent; done
    for a in 10.89.5.7 fd00:89:5::7; do ip -n $C1 neigh replace $a lladdr $two dev eth0 nud permanent; done
    """;
  }

  private String routes() {
    StringBuilder out = new StringBuilder();
    for (boolean v4 : new boolean[] {true, false}) {
      String ip = v4 ? "ip -4 " : "ip -6 ";
      String near = v4 ? "192.0.2.2" : "2001:db8::2";
      String other = v4 ? "198.51.100.2" : "2001:db8:1::2";
      String service = v4 ? "10.96.0.0/16" : "fd00:96::/64";
      String net = v4 ? "203.0.113.0/28" : "2001:db8:9::/124";
      if (!make.chance(5)) {
        out.append(ip).append("route add default via ").append(make.pick(near, other)).append('\n');
      }
      if (make.chance(3)) {
        String to = v4 ? make.pick("203.0.113.19", "203.0.113.16/28") : "2001:db8:9::10/124";
        out.append(ip).append("route add ").append(to).append(" via ").append(other).append('\n');
      }
      if (make.chance(3)) {
        out.append(ip)
            .append("route add ")
            .append(make.pick("blackhole ", "unreachable ", "prohibit ", "throw "));
        out.append(make.pick(service, net, v4 ? "10.89.5.7/32" : "fd00:89:5::7/128"));
        out.append('\n');
      }
      if (make.chance(3)) {
        out.append(ip)
            .append("route add table 100 ")
            .append(
                make.pick(
                    "default via " + near,
                    "default via " + other,
                    "blackhole default",
                    "throw " + service,
                    "prohibit " + net))
            .append('\n');
        for (int i = 1 + make.below(2); i > 0; i--) {
          out.append(ip)
              .append("rule add ")
              .append(
                  make.pick(
                      "fwmark 0x1/0x1",
                      "fwmark 0x2/0x2",
                      "from " + (v4 ? "10.89.5.6" : "fd00:89:5::6"),
                      "iif p",
                      "iif cni-web",
                      "to " + net,
                      "iif lo"));
          out.append(
              make.chance(2) ? " lookup 100 pref " + (100 + i) : " lookup 100 pref " + (40000 + i));
          out.append('\n');
        }
      }
      if (make.chance(4)) {
        out.append(ip)
            .append("rule add ")
            .append(make.pick("fwmark 0x2/0x2 ", "to " + service + " ", "from " + net + " "));
        out.append(make.pick("blackhole", "unreachable", "prohibit")).append(" pref 90\n");
      }
      if (make.chance(4)) {
        out.append(ip)
            .append("route add local ")
            .append(v4 ? "203.0.113.64/28" : "2001:db8:64::/64");
        out.append(" dev lo\n");
      }
    }
    return out.toString();
  }

  private String settings() {
    StringBuilder out = new StringBuilder();
    for (String device : List.of("all", "p", "q", "cni-web")) {
      String four = "net.ipv4.conf." + device + ".";
      set(out, four + "rp_filter", make.pick(0, 0, 1, 2));
      set(out, four + "route_localnet", make.below(2));
      set(out, four + "src_valid_mark", make.below(2));
    }
    set(out, "net.ipv4.ip_forward", make.chance(8) ? 0 : 1);
    set(out, "net.ipv6.conf.all.forwarding", make.chance(8) ? 0 : 1);
    if (make.chance(4)) {
      set(out, "net.ipv4.conf." + make.pick("p", "q", "cni-web") + ".forwarding", make.below(2));
    }
    if (make.chance(4)) {
      set(
          out,
          "net.ipv6.conf." + make.pick("p", "q", "cni-web") + ".force_forwarding",
          make.below(2));
    }
    set(out, "net.bridge.bridge-nf-call-iptables", make.below(2));
    set(out, "net.bridge.bridge-nf-call-ip6tables", make.below(2));
    for (String port : List.of("c1", "c2")) {
      out.append("ip link set ").append(port).append(" type bridge_slave hairpin ");
      out.append(make.pick("on", "off")).append('\n');
    }
    return out.toString();
  }

  private static void set(StringBuilder out, String key, int value) {
    out.append("sysctl -qw ").append(key).append('=').append(value).append('\n');
  }

  /** Takes the snapshot that is asked, then lets the kernel tell of every packet. */
  void watch() throws Exception {
    snapshot = folder.resolve("snapshot-" + site.host().name());
    Run run = site.host().portmapctl("snapshot");
    assertThat(run.exit()).as(run.err()).isZero();
    Files.writeString(snapshot, run.out(), StandardCharsets.ISO_8859_1);
    for (JsonNode each :
        JSON.readTree(
                site.host()
                    .must("", "nft", "-j", "list", "ruleset")
                    .getBytes(StandardCharsets.ISO_8859_1))
            .get("nftables")) {
      JsonNode rule = each.path("rule");
      if (!rule.isMissingNode()) {
        String chain =
            rule.get("family").asText()
                + " "
                + rule.get("table").asText()
                + " "
                + rule.get("chain").asText();
        places.put(chain + " " + rule.get("handle").asLong(), places.merge(chain, 1, Integer::sum));
      }
    }
    for (String name : SENDERS) {
      monitors.put(name, NftMonitor.in(namespaces.get(name)));
    }
    Thread.sleep(300);
  }

  /** The snapshot of the host before it was watched. */
  Path snapshot() {
    return snapshot;
  }

  /** What was made, for whoever looks why. */
  String script() {
    return script;
  }

  /**
   * A packet.
   *
   * @param from who sends it
   * @param in the interface of the host that it comes in by; empty for the host's own
   */
  record Sent(
      String from,
      String in,
      String protocol,
      String source,
      int port,
      String destination,
      int to) {

    /** As {@code --packet} takes it. */
    String text() {
      return protocol
          + " "
          + end(source, port)
          + " -> "
          + end(destination, to)
          + (in.isEmpty() ? "" : " in " + in);
    }

    boolean v4() {
      return !source.contains(":");
    }

    private static String end(String address, int port) {
      return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
    }
  }

  /** Whose addresses these are, but for the host's. */
  private static final Map<String, List<String>> OWN =
      Map.of(
          "near", List.of("192.0.2.2", "203.0.113.9", "2001:db8::2", "2001:db8:9::9"),
          "far", List.of("198.51.100.2", "203.0.113.19", "2001:db8:1::2", "2001:db8:9::19"),
          "c1", List.of("10.89.5.6", "fd00:89:5::6"),
          "c2", List.of("10.89.5.7", "fd00:89:5::7"));

  /** Whether an address is somebody's own, who is not the host. */
  static boolean owns(String who, String address) {
    return OWN.getOrDefault(who, List.of()).contains(address);
  }

  /**
   * The next packet: to somebody who is not beside its sender, so that the host has a part in it.
   */
  Sent packet() {
    Sent sent = any();
    return goesToHost(sent) ? sent : packet();
  }

  private static boolean goesToHost(Sent sent) {
    boolean container = sent.from().startsWith("c");
    return !owns(sent.from(), sent.destination())
        && !(container && (owns("c1", sent.destination()) || owns("c2", sent.destination())))
        && !(sent.from().equals("near") && sent.destination().equals("192.0.2.99"));
  }

  private Sent any() {
    boolean v4 = make.chance(2);
    String from = make.pick("near", "near", "far", "host", "c1", "c2");
    String source =
        switch (from) {
          case "near" ->
              v4
                  ? make.pick("192.0.2.2", "192.0.2.2", "203.0.113.9")
                  : make.pick("2001:db8::2", "2001:db8:9::9");
          case "far" ->
              v4
                  ? make.pick("198.51.100.2", "203.0.113.19")
                  : make.pick("2001:db8:1::2", "2001:db8:9::19");
          case "c1" -> v4 ? "10.89.5.6" : "fd00:89:5::6";
          case "c2" -> v4 ? "10.89.5.7" : "fd00:89:5::7";
          default -> "";
        };
    List<String> own =
        v4
            ? List.of("192.0.2.1", "198.51.100.1", "10.89.5.1", "203.0.113.80", "203.0.113.66")
            : List.of(
                "2001:db8::1",
                "2001:db8:1::1",
                "fd00:89:5::1",
                "2001:db8:80::80",
                "2001:db8:64::1");
    List<String> others =
        v4
            ? List.of(
                "10.96.0.10",
                "192.0.2.2",
                "198.51.100.2",
                "203.0.113.19",
                "203.0.113.9",
                "10.89.5.6",
                "10.89.5.7",
                "192.0.2.99")
            : List.of(
                "fd00:96::10",
                "2001:db8::2",
                "2001:db8:1::2",
                "2001:db8:9::19",
                "fd00:89:5::6",
                "fd00:89:5::7");
    String destination = make.chance(4) ? make.pick(others) : make.pick(own.subList(0, 4));
    String protocol = make.pick("tcp", "tcp", "udp");
    if (protocol.equals("tcp") && make.chance(8)) {
      destination = own.get(4); // no interface has it: who listens everywhere has it too
    }
    if (from.equals("host")) {
      boolean inside = make.chance(3);
      destination = inside ? (v4 ? "127.0.0.1" : "::1") : destination;
      source =
          inside
              ? destination
              : own.contains(destination) ? destination : make.pick(own.subList(0, 4));
      if (destination.equals(own.get(4))) {
        source = own.get(3);
      }
    }
    String in =
        switch (from) {
          case "near" -> "p";
          case "far" -> "q";
          case "host" -> "";
          default -> "cni-web";
        };
    return new Sent(from, in, protocol, source, ++port, destination, make.pick(TraceRules.PORTS));
  }

  /** The same as another connection. */
  Sent again(Sent sent) {
    return new Sent(
        sent.from(),
        sent.in(),
        sent.protocol(),
        sent.source(),
        ++port,
        sent.destination(),
        sent.to());
  }

  /** Sends it, and waits until nothing moves. */
  KernelWay send(Sent sent) throws Exception {
    Map<String, Long> before = counters(sent.v4());
    monitors.values().forEach(NftMonitor::clear);
    String refusal =
        senders
            .get(sent.from())
            .trial(sent.protocol(), sent.source(), sent.port(), sent.destination(), sent.to());
    long start = System.nanoTime();
    do {
      Thread.sleep(4);
    } while (System.nanoTime() - start < 200_000_000
        && (monitors.values().stream().anyMatch(m -> m.quiet() < 12_000_000)
            || System.nanoTime() - start < 12_000_000));
    Map<String, Long> hits = new TreeMap<>();
    counters(sent.v4())
        .forEach(
            (place, count) -> {
              long more = count - before.getOrDefault(place, 0L);
              if (more > 0) {
                hits.put(place, more);
              }
            });
    Map<String, List<NftMonitor.Line>> seen = new LinkedHashMap<>();
    monitors.forEach((name, monitor) -> seen.put(name, monitor.seen()));
    return KernelWay.of(sent, refusal, seen, hits, places);
  }

  /** How often each rule and policy of legacy took a packet: {@code TABLE CHAIN NUMBER TEXT}. */
  private Map<String, Long> counters(boolean v4) throws Exception {
    Map<String, Long> counters = new LinkedHashMap<>();
    String table = "";
    Map<String, Integer> numbers = new HashMap<>();
    for (String line :
        site.host()
            .must("", (v4 ? "iptables" : "ip6tables") + "-legacy-save", "-c")
            .split("\n", -1)) {
      if (line.startsWith("*")) {
        table = line.substring(1);
        numbers.clear();
      } else if (line.startsWith(":") && !line.contains(" - ")) {
        String[] words = line.substring(1).split(" ");
        counters.put(table + " " + words[0] + " 0 -j " + words[1], count(words[2]));
      } else if (line.startsWith("[")) {
        String[] words = line.split(" ", 4);
        counters.put(
            table
                + " "
                + words[2]
                + " "
                + numbers.merge(words[2], 1, Integer::sum)
                + " "
                + (words.length > 3 ? words[3] : ""),
            count(words[0]));
      }
    }
    return counters;
  }

  private static long count(String brackets) {
    return Long.parseLong(brackets.substring(1, brackets.indexOf(':')));
  }

  @Override
  public void close() {
    monitors.values().forEach(NftMonitor::close);
    senders.values().forEach(Sender::close);
    far.close();
    site.close();
  }
}
