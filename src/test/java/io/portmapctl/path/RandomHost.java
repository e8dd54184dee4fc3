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
import io.portmapctl.testing.TraceRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A host between two networks and a bridge with two containers, with rules, routes and settings of
 * many; everybody on it sends, and answers what comes.
 */
final class RandomHost implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Nobody who answers at once is silent for longer, in nanoseconds. */
  private static final long MOMENT = 12_000_000;

  /** Settings as they are taken for granted. */
  private static final String PLAIN =
      """
      for d in all p q cni-web; do
        sysctl -qw net.ipv4.conf.$d.rp_filter=0 net.ipv4.conf.$d.src_valid_mark=0
        sysctl -qw net.ipv4.conf.$d.route_localnet=0
      done
      sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
      for p in c1 c2; do ip link set $p type bridge_slave hairpin on; done
      """;

  private final Generator make;
  private final TrialSite ground;
  private final Namespace host;
  private final Path folder;
  private final Map<String, NftMonitor> monitors = new HashMap<>();
  private final Map<String, Integer> places = new HashMap<>();
  private final String variant;
  private final String routes;
  private final String script;
  private Path snapshot = Path.of("");

  /** What legacy's rules of a family counted at last; of those that have any. */
  private final Map<Boolean, Map<String, Long>> counted = new HashMap<>();

  RandomHost(long seed, TrialSite ground, Path folder) throws Exception {
    this(seed, ground, folder, false);
  }

  /**
   * Makes one.
   *
   * @param plain whether it has nothing that saved tables, addresses and routes cannot tell of
   */
  RandomHost(long seed, TrialSite ground, Path folder, boolean plain) throws Exception {
    this.make = new Generator(seed);
    this.ground = ground;
    this.host = ground.host();
    this.folder = folder;
    ground.clear();
    this.variant = make.pick("nft", "nft", "legacy");
    new TraceRules(make, true, host, variant, folder).load(make.below(3));
    StringBuilder rules = new StringBuilder();
    for (Family family : Family.values()) {
      boolean nft = plain ? variant.equals("nft") : make.chance(2);
      boolean both = !plain && make.chance(4);
      restore(rules, family, "nft", nft || both);
      restore(rules, family, "legacy", !nft || both);
    }
    String nft = plain ? "" : new FilterRules(make).nft(true);
    rules.append(nft);
    host.must(nft, "nft", "-f", "-");
    String all = routes();
    this.routes = plain ? all.replaceAll("(?m)^.* rule add .*\n", "") : all;
    this.script = routes + (plain ? PLAIN : settings());
    ground.run(script);
    Files.writeString(folder.resolve("rules-" + seed), script + rules);
  }

  private void restore(StringBuilder rules, Family family, String variant, boolean some)
      throws Exception {
    String input = new FilterRules(make).iptables(family, some);
    if (!input.isEmpty()) {
      String program = family.program() + "-" + variant + "-restore";
      Run run = host.run(input, List.of(program, "--noflush"));
      assertThat(run.exit()).as(run.err() + input).isZero();
      rules.append("# ").append(program).append('\n').append(input);
    }
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

  /** Takes the snapshot that is asked. */
  void record() throws Exception {
    snapshot = folder.resolve("snapshot-" + host.name());
    Run run = host.portmapctl("snapshot");
    assertThat(run.exit()).as(run.err()).isZero();
    Files.writeString(snapshot, run.out(), StandardCharsets.ISO_8859_1);
  }

  /** What the host itself says, asked in it. */
  Run asked(List<String> words) throws Exception {
    return host.portmapctl(words.toArray(new String[0]));
  }

  /** The options that have files tell of the host, of the variant that has its nat tables. */
  List<String> files() throws Exception {
    return List.of(
        "--ruleset", file("v4", "iptables-" + variant + "-save"),
        "--ruleset6", file("v6", "ip6tables-" + variant + "-save"),
        "--addresses", file("addresses", "ip", "-j", "addr"),
        "--routes", file("routes", "ip", "-j", "route", "show", "table", "all"));
  }

  /** IPv6's routes are a list of their own to ip. */
  private String file(String name, String... command) throws Exception {
    Path file = folder.resolve(name);
    Files.writeString(file, host.must("", command), StandardCharsets.ISO_8859_1);
    return file.toString();
  }

  /** Takes the snapshot that is asked, then lets the kernel tell of every packet. */
  void watch() throws Exception {
    record();
    for (JsonNode each :
        JSON.readTree(
                host.must("", "nft", "-j", "list", "ruleset").getBytes(StandardCharsets.ISO_8859_1))
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
    monitors.putAll(ground.around());
    monitors.put("host", NftMonitor.in(host));
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
   * @param later whether it is the second packet of its connection
   */
  record Sent(
      String from,
      String in,
      String protocol,
      String source,
      int port,
      String destination,
      int to,
      boolean later) {

    /** The second packet of another connection like its own. */
    Sent second() {
      return new Sent(from, in, protocol, source, port, destination, to, true);
    }

    /** As {@code --packet} takes it. */
    String text() {
      return protocol
          + " "
          + end(source, port)
          + " -> "
          + end(destination, to)
          + (in.isEmpty() ? "" : " in " + in)
          + (later ? " state ESTABLISHED" : "");
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
    Integer to = make.pick(TraceRules.PORTS);
    return new Sent(from, in, protocol, source, ground.port(), destination, to, false);
  }

  /** The same as another connection. */
  Sent again(Sent sent) {
    return new Sent(
        sent.from(),
        sent.in(),
        sent.protocol(),
        sent.source(),
        ground.port(),
        sent.destination(),
        sent.to(),
        sent.later());
  }

  /**
   * Sends it, and waits until nothing moves.
   *
   * @param again how often it was sent before: a busy machine tells late what became of it, and
   *     something else may have moved
   */
  KernelWay send(Sent sent, int again) throws Exception {
    Sender sender = ground.sender(sent.from());
    if (sent.later()) {
      first(sender, sent, "open-");
      settle(MOMENT << 2 * again);
    }
    if (sent.later() || again > 0 || !counted.containsKey(sent.v4())) {
      counted.put(sent.v4(), counters(sent.v4()));
    }
    Map<String, Long> before = counted.get(sent.v4());
    monitors.values().forEach(NftMonitor::clear);
    String refusal = sent.later() ? sender.more() : first(sender, sent, "");
    settle(MOMENT << 2 * again);
    Map<String, Long> hits = new TreeMap<>();
    if (before.keySet().stream().anyMatch(place -> !place.endsWith(" 0 -j ACCEPT"))) {
      Map<String, Long> after = counters(sent.v4());
      counted.put(sent.v4(), after);
      after.forEach(
          (place, count) -> {
            long more = count - before.getOrDefault(place, 0L);
            if (more > 0) {
              hits.put(place, more);
            }
          });
    }
    Map<String, List<NftMonitor.Line>> seen = new LinkedHashMap<>();
    monitors.forEach((name, monitor) -> seen.put(name, monitor.seen()));
    return KernelWay.of(sent, refusal, seen, hits, places);
  }

  private static String first(Sender sender, Sent sent, String how) throws IOException {
    return sender.trial(
        how + sent.protocol(), sent.source(), sent.port(), sent.destination(), sent.to());
  }

  /** Waits until something has moved, and then nothing does for a while. */
  private void settle(long quiet) throws InterruptedException {
    long start = System.nanoTime();
    long most = 16 * quiet;
    NftMonitor first = monitors.get("host");
    do {
      Thread.sleep(4);
    } while (System.nanoTime() - start < most
        && (System.nanoTime() - start < quiet
            || monitors.values().stream().anyMatch(m -> m.quiet() < quiet)
            || first.seen().isEmpty()));
  }

  /** How often each rule and policy of legacy took a packet: {@code TABLE CHAIN NUMBER TEXT}. */
  private Map<String, Long> counters(boolean v4) throws Exception {
    Map<String, Long> counters = new LinkedHashMap<>();
    String table = "";
    Map<String, Integer> numbers = new HashMap<>();
    for (String line :
        host.must("", (v4 ? "iptables" : "ip6tables") + "-legacy-save", "-c").split("\n", -1)) {
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

  /** Leaves the ground as it was, but for the rules. */
  @Override
  public void close() {
    if (monitors.containsKey("host")) {
      monitors.get("host").close();
    }
    try {
      ground.run(routes.replace(" add ", " del "));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
