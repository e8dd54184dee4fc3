package io.portmapctl.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.AddressFile;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Sender;
import io.portmapctl.testing.Site;
import io.portmapctl.testing.TraceRules;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.Ternary;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tracer against the kernel: one real packet at a time, the rule counters before and after it,
 * and conntrack's entry of it.
 */
@Tag("live")
class TraceIT {
  private static final int PACKETS = Rounds.of("packets", 300, 5000);
  private static final int PACKETS_A_HOST = 60;
  private static final Pattern ENTRY =
      Pattern.compile(
          "src=(\\S+) dst=(\\S+) sport=(\\d+) dport=(\\d+)"
              + ".*?src=(\\S+) dst=(\\S+) sport=(\\d+) dport=(\\d+)");

  @TempDir private Path folder;

  /** How many packets were compared, and of how many the tracer did not tell all. */
  private static final class Tally {
    int compared;
    int rules;
    int translated;
    int unknown;
    int addressesNotTold;

    @Override
    public String toString() {
      return String.format(
          "%d packets: rules that matched %d, rewritten %d; unknown %d (%d %%), addresses that"
              + " only the kernel chooses %d",
          compared, rules, translated, unknown, 100 * unknown / compared, addressesNotTold);
    }
  }

  @Test
  void whatTheTracerTellsIsWhatTheKernelDoes() throws Exception {
    Tally modelled = new Tally();
    Tally open = new Tally();
    int hosts = Math.max(5, (PACKETS + PACKETS_A_HOST - 1) / PACKETS_A_HOST);
    for (int seed = 0; seed < hosts; seed++) {
      boolean known = seed % 5 != 4;
      try (OneHost host = new OneHost(seed, known, folder)) {
        host.send(PACKETS_A_HOST, known ? modelled : open);
      }
    }
    System.out.printf("tracer and kernel agree, modelled matches only: %s%n", modelled);
    System.out.printf("tracer and kernel agree, with other matches too: %s%n", open);
    assertThat(modelled.unknown).as("unknown where every match is modelled").isZero();
    assertThat(modelled.compared + open.compared).isGreaterThanOrEqualTo(PACKETS);
    assertThat(open.unknown).isPositive().isLessThan(open.compared);
    assertThat(modelled.rules).isGreaterThan(modelled.compared);
    assertThat(modelled.translated).isGreaterThan(modelled.compared / 10);
  }

  /** A host with rules of many, and who sends to it. */
  private static final class OneHost implements AutoCloseable {
    private final Generator make;
    private final Site site;
    private final String variant;
    private final Map<Namespace, Sender> senders = new HashMap<>();
    private final HostAddresses host;
    private final Map<Family, Table> tables = new HashMap<>();
    private final int seed;
    private final Map<Integer, String> entries = new ConcurrentHashMap<>();
    private Process events;
    private int sourcePort = 20000;

    OneHost(int seed, boolean modelled, Path folder) throws Exception {
      Needs.program("conntrack");
      this.seed = seed;
      this.make = new Generator(1000 + seed);
      this.site = Site.make();
      this.variant = seed % 3 == 2 ? "legacy" : "nft";
      Namespace namespace = site.host();
      namespace.must("", "sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
      for (String route : List.of("192.0.2.2", "2001:db8::2")) {
        namespace.must("", "ip", "route", "add", "default", "via", route);
      }
      for (String own : List.of("203.0.113.80/32", "2001:db8:80::80/128")) {
        if (make.chance(2)) {
          namespace.must("", "ip", "addr", "add", own, "dev", "lo");
        }
      }
      site.peer().must("", "ip", "addr", "add", "198.51.100.9/32", "dev", "lo");
      site.peer().must("", "ip", "addr", "add", "2001:db8:9::9/128", "dev", "lo");
      site.peer().must("", "ip", "route", "add", "default", "via", "192.0.2.1");
      site.peer().must("", "ip", "route", "add", "default", "via", "2001:db8::1");
      for (Namespace each : List.of(site.host(), site.peer(), site.container(), site.sibling())) {
        senders.put(each, Sender.in(each));
      }
      site.settle();
      for (String neighbour :
          List.of(
              "10.89.5.6",
              "10.89.5.7",
              "192.0.2.2",
              "[fd00:89:5::6]",
              "[fd00:89:5::7]",
              "[2001:db8::2]")) {
        // a bridge loses a packet that it redirects to one whose link address it must ask for
        namespace.must("x", "socat", "-u", "-", "UDP:" + neighbour + ":9");
      }
      new TraceRules(make, modelled, namespace, variant, folder).load(seed);
      byte[] addresses = namespace.must("", "ip", "-j", "addr").getBytes(StandardCharsets.UTF_8);
      this.host = new HostAddresses(Optional.of(AddressFile.parse(addresses)));
      for (Family family : Family.values()) {
        tables.put(family, read(family));
      }
      listen();
    }

    private Table read(Family family) throws Exception {
      String save =
          site.host().must("", family.program() + "-" + variant + "-save", "-c", "-t", "nat");
      return SaveFormat.table(family, TableName.NAT, save).orElseThrow();
    }

    void send(int packets, Tally tally) throws Exception {
      for (int i = 0; i < packets; i++) {
        one(tally);
      }
    }

    private void one(Tally tally) throws Exception {
      Family family = make.pick(Family.values());
      Packet packet = packet(family);
      Trace trace = traced(packet);
      Namespace from = sender(packet);
      dispatch(from, packet);
      Map<String, Long> kernel = Map.of();
      String difference = "";
      for (int attempt = 0; attempt < 5; attempt++) {
        Thread.sleep(attempt == 0 ? 1 : 60);
        Table now = read(family);
        kernel = difference(tables.get(family), now);
        difference = differences(trace, kernel, entry(packet));
        if (difference.isEmpty()) {
          break;
        }
      }
      tables.put(family, read(family));
      if (!difference.isEmpty()) {
        Files.writeString(
            Path.of("target/trace-ruleset.txt"),
            SaveFormat.print(tables.get(family), false),
            StandardCharsets.ISO_8859_1);
        throw new AssertionError(
            "seed "
                + seed
                + " "
                + variant
                + ": "
                + packet
                + " in "
                + packet.in()
                + ": "
                + difference
                + "\nconntrack "
                + entry(packet)
                + "\nrules in target/trace-ruleset.txt");
      }
      tally.compared++;
      tally.rules += (int) kernel.values().stream().mapToLong(n -> n).sum();
      boolean rewritten =
          trace.paths().stream()
              .anyMatch(p -> p.redirection().isPresent() || p.masquerade().isPresent());
      tally.translated += rewritten ? 1 : 0;
      tally.unknown += trace.isCertain() ? 0 : 1;
      Packet after = trace.paths().get(0).after();
      boolean told = after.source().ip().isPresent() && after.destination().ip().isPresent();
      tally.addressesNotTold += told ? 0 : 1;
    }

    /** A packet from one of those who can send to the host, with the interface that it takes. */
    private Packet packet(Family family) {
      boolean v4 = family == Family.IPV4;
      String protocol = make.pick("tcp", "tcp", "udp", "udp", "sctp");
      List<String> own = new ArrayList<>();
      for (IpAddress address : host.addresses(family)) {
        own.add(address.toString());
      }
      String source;
      PacketInterface in;
      String destination = make.pick(own);
      switch (make.below(4)) {
        case 0 -> {
          source =
              make.pick(
                  v4
                      ? List.of("192.0.2.2", "198.51.100.9")
                      : List.of("2001:db8::2", "2001:db8:9::9"));
          in = PacketInterface.of("p");
          destination = make.chance(6) ? (v4 ? "10.96.0.10" : "fd00:96::10") : destination;
        }
        case 1 -> {
          source =
              v4 ? make.pick("10.89.5.6", "10.89.5.7") : make.pick("fd00:89:5::6", "fd00:89:5::7");
          in = PacketInterface.of("cni-web");
          destination = make.chance(6) ? (v4 ? "10.96.0.10" : "2001:db8:9::9") : destination;
        }
        case 2 -> {
          source = destination;
          in = PacketInterface.NONE;
        }
        default -> {
          source = v4 ? "127.0.0.1" : "::1";
          destination = source;
          in = PacketInterface.NONE;
        }
      }
      int port = make.pick(TraceRules.PORTS);
      sourcePort++;
      return new Packet(
          family,
          IpProtocol.of(protocol).orElseThrow(),
          Endpoint.of(IpAddress.parse(source).orElseThrow(), sourcePort),
          Endpoint.of(IpAddress.parse(destination).orElseThrow(), port),
          in,
          PacketInterface.UNKNOWN,
          Mark.of(0),
          Ternary.NO);
    }

    private Namespace sender(Packet packet) {
      String source = packet.source().address().toString();
      if (source.endsWith(".5.6") || source.endsWith(":5::6")) {
        return site.container();
      }
      if (source.endsWith(".5.7") || source.endsWith(":5::7")) {
        return site.sibling();
      }
      return packet.in().equals(PacketInterface.of("p")) ? site.peer() : site.host();
    }

    /** What is not beside the host leaves through the interface of its default route. */
    private Trace traced(Packet packet) {
      Trace trace = new Tracer(tables.get(packet.family()), host).follow(packet);
      boolean far =
          trace.paths().stream()
              .flatMap(p -> p.after().destination().ip().stream())
              .allMatch(a -> host.towards(a).isEmpty());
      return far
          ? new Tracer(tables.get(packet.family()), host)
              .follow(packet.through(packet.in(), PacketInterface.of("p")))
          : trace;
    }

    private void dispatch(Namespace from, Packet packet) throws Exception {
      String source = packet.source().address().toString();
      String destination = packet.destination().address().toString();
      int port = packet.source().port().orElseThrow();
      int to = packet.destination().port().orElseThrow();
      if (!packet.protocol().equals(IpProtocol.SCTP)) {
        senders.get(from).send(packet.protocol().toString(), source, port, destination, to);
        return;
      }
      boolean v6 = packet.family() == Family.IPV6;
      String where =
          v6
              ? "IP6-SENDTO:[" + destination + "]:132,bind=[" + source + "]"
              : "IP4-SENDTO:" + destination + ":132,bind=" + source;
      List<String> socat = List.of("socat", "-u", "-", where);
      Run run = from.run(sctp(port, to), socat);
      assertThat(run.exit()).as(run.err()).isZero();
    }

    /** What opens an SCTP association: a common header and an INIT chunk (RFC 9260). */
    private static String sctp(int port, int to) throws IOException {
      byte[] packet = sctp(port, to, 0);
      CRC32C crc = new CRC32C();
      crc.update(packet);
      byte[] whole = sctp(port, to, Integer.reverseBytes((int) crc.getValue()));
      return new String(whole, StandardCharsets.ISO_8859_1);
    }

    private static byte[] sctp(int port, int to, int checksum) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeShort(port);
      out.writeShort(to);
      out.writeInt(0);
      out.writeInt(checksum);
      out.writeInt(0x01000014);
      out.writeInt(0x12345678);
      out.writeInt(65536);
      out.writeInt(0x00010001);
      out.writeInt(1);
      return bytes.toByteArray();
    }

    /** How often each rule took a packet. */
    private static Map<String, Long> difference(Table before, Table after) {
      Map<String, Long> hits = new TreeMap<>();
      for (Chain chain : after.chains().values()) {
        List<RuleEntry> old = before.chain(chain.name()).orElseThrow().rows();
        for (int i = 0; i < chain.rows().size(); i++) {
          long more = packets(chain.rows().get(i)) - packets(old.get(i));
          if (more > 0) {
            hits.put(chain.name() + " " + (i + 1), more);
          }
        }
      }
      return hits;
    }

    private static long packets(RuleEntry row) {
      return Long.parseLong(row.counters().substring(1, row.counters().indexOf(':')));
    }

    /** Conntrack's entry of a packet, as it was when it was made; empty where there is none. */
    private String entry(Packet packet) {
      return entries.getOrDefault(packet.source().port().orElseThrow(), "");
    }

    /** Entries of connections that are refused at once are gone before they could be listed. */
    private void listen() throws Exception {
      Process process =
          new ProcessBuilder(
                  "ip", "netns", "exec", site.host().name(), "conntrack", "-E", "-e", "NEW")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      events = process;
      Thread reader =
          new Thread(
              () ->
                  new BufferedReader(
                          new InputStreamReader(
                              process.getInputStream(), StandardCharsets.US_ASCII))
                      .lines()
                      .forEach(this::keep));
      reader.setDaemon(true);
      reader.start();
      Thread.sleep(300);
    }

    private void keep(String line) {
      Matcher parts = ENTRY.matcher(line);
      if (parts.find()) {
        entries.put(Integer.parseInt(parts.group(3)), line);
      }
    }

    /** What the kernel did otherwise than the trace tells; empty where it did not. */
    private static String differences(Trace trace, Map<String, Long> kernel, String entry) {
      List<String> all = new ArrayList<>();
      for (PacketPath path : trace.paths()) {
        String difference = rules(path, kernel);
        difference = difference.isEmpty() ? translation(path, entry) : difference;
        if (difference.isEmpty()) {
          return "";
        }
        all.add(difference);
      }
      return String.join("\nor ", all);
    }

    /** A path holds where all that surely matched was counted, and nothing that surely did not. */
    private static String rules(PacketPath path, Map<String, Long> kernel) {
      Map<String, Long> sure = new TreeMap<>();
      Map<String, Long> most = new TreeMap<>();
      for (HookTraversal traversal : path.traversals()) {
        for (Step step : traversal.steps()) {
          String place = step.chain() + " " + step.index();
          if (step.result() == Ternary.YES && step.certain()) {
            sure.merge(place, 1L, Long::sum);
          }
          if (step.result() != Ternary.NO) {
            most.merge(place, 1L, Long::sum);
          }
        }
      }
      boolean holds =
          sure.entrySet().stream()
                  .allMatch(e -> kernel.getOrDefault(e.getKey(), 0L) >= e.getValue())
              && kernel.entrySet().stream()
                  .allMatch(e -> e.getValue() <= most.getOrDefault(e.getKey(), 0L));
      return holds ? "" : "the trace says " + sure + " to " + most + ", the kernel " + kernel;
    }

    private static String translation(PacketPath path, String entry) {
      Matcher parts = ENTRY.matcher(entry);
      if (path.disposition() == Disposition.DROPPED || path.disposition() == Disposition.OPEN) {
        return parts.find() && path.disposition() == Disposition.DROPPED
            ? "dropped, but " + entry
            : "";
      }
      if (!parts.find()) {
        return "no entry for " + path.after();
      }
      Endpoint source = path.after().source();
      Endpoint destination = path.after().destination();
      boolean same =
          agrees(destination, parts.group(5), parts.group(7))
              && agrees(source, parts.group(6), parts.group(8));
      return same ? "" : "the trace says " + path.after() + ", conntrack " + entry;
    }

    private static boolean agrees(Endpoint told, String ip, String port) {
      boolean address = told.ip().isEmpty() || told.isAt(IpAddress.parse(ip).orElseThrow());
      return address && (told.port().isEmpty() || told.port().getAsInt() == Integer.parseInt(port));
    }

    @Override
    public void close() {
      events.destroy();
      senders.values().forEach(Sender::close);
      site.close();
    }
  }
}
