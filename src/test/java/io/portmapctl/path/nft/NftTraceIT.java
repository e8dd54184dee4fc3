package io.portmapctl.path.nft;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.AddressFile;
import io.portmapctl.host.route.ReadRouting;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.Part;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Station;
import io.portmapctl.route.Routing;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.nft.NftReader;
import io.portmapctl.ruleset.nft.NftRuleset;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.NamespaceHost;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.NftRules;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Sender;
import io.portmapctl.testing.Site;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Ternary;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What stations of nft's chains say, beside the kernel: random tables, one packet at a time, and
 * what {@code nft monitor trace} prints of each base chain: every rule that took the packet, in
 * order, and how it left.
 */
@Tag("live")
class NftTraceIT {
  private static final int PACKETS = Rounds.of("nftPackets", 240, 4000);
  private static final int PACKETS_A_HOST = 40;

  private static final Pattern LINE =
      Pattern.compile("trace id (\\S+) (\\S+) (\\S+) (\\S+) (packet:|rule|policy|return)(.*)");
  private static final Pattern RULE = Pattern.compile(".*# handle (\\d+) \\(verdict (.*?)\\).*");

  /** What was compared. */
  private static final class Tally {
    int packets;
    int chains;
    int rules;
    int undecided;
    int translated;
    int notRead;

    @Override
    public String toString() {
      return packets
          + " packets: base chains "
          + chains
          + ", rules that took them "
          + rules
          + ", translations "
          + translated
          + ", undecided chains "
          + undecided
          + ", traces lost "
          + notRead;
    }
  }

  @Test
  void whatStationsSayIsWhatTheKernelTraces() throws Exception {
    Tally modelled = new Tally();
    Tally open = new Tally();
    int hosts = Math.max(6, PACKETS / PACKETS_A_HOST);
    int first = Integer.getInteger("portmapctl.seed", 0);
    for (int seed = first; seed < first + hosts; seed++) {
      boolean unknown = seed % 6 == 5;
      try (OneHost host = new OneHost(seed, unknown)) {
        host.send(PACKETS_A_HOST, unknown ? open : modelled);
      }
    }
    System.out.printf("nft's chains as traced, modelled only: %s%n", modelled);
    System.out.printf("nft's chains as traced, with others too: %s%n", open);
    assertThat(modelled.undecided).as("undecided where all is modelled").isZero();
    assertThat(modelled.rules).isGreaterThan(modelled.packets);
    assertThat(modelled.translated).isPositive();
    // rules drop what asks for neighbours, too
    assertThat(modelled.notRead + open.notRead).isLessThan(modelled.packets / 3);
  }

  /** A packet as it comes to a base chain, and what the kernel did with it there. */
  private record Block(String chain, String packet, List<String> rules, String end) {}

  /** A host with tables by a seed. */
  private static final class OneHost implements AutoCloseable {
    private final long seed;
    private final boolean unknown;
    private final Generator make;
    private final Site site;
    private final Map<Namespace, Sender> senders = new HashMap<>();
    private final HostAddresses host;
    private final NftRuleset ruleset;
    private final FibLookup fib;
    private final List<String> lines = new ArrayList<>();
    private final Process monitor;
    private final String refused;
    private int number = 20000;

    OneHost(long seed, boolean unknown) throws Exception {
      this.seed = seed;
      this.unknown = unknown;
      this.make = new Generator(7000 + seed);
      Needs.program("nft");
      this.site = Site.make();
      Namespace namespace = site.host();
      namespace.must("", "sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
      for (String route : List.of("192.0.2.2", "2001:db8::2")) {
        namespace.must("", "ip", "route", "add", "default", "via", route);
      }
      site.peer().must("", "ip", "addr", "add", "198.51.100.9/32", "dev", "lo");
      site.peer().must("", "ip", "addr", "add", "2001:db8:9::9/128", "dev", "lo");
      site.peer().must("", "ip", "route", "add", "default", "via", "192.0.2.1");
      site.peer().must("", "ip", "route", "add", "default", "via", "2001:db8::1");
      site.settle();
      for (Namespace each : List.of(site.host(), site.peer(), site.container())) {
        senders.put(each, Sender.in(each));
      }
      // connections are tracked where a rule asks for them, or translates
      String observer =
          "table inet zz { chain pre { type filter hook prerouting priority -450;"
              + " meta nftrace set 1\nct state invalid counter\n}\n"
              + "chain out { type filter hook output priority -450; meta nftrace set 1\n}\n}\n";
      NftRules rules = NftRules.of(seed, unknown);
      Run run = namespace.run(observer + rules.tables(), List.of("nft", "-f", "-"));
      assertThat(run.exit()).as("seed " + seed + "\n" + run.err() + rules.tables()).isZero();
      String each = "while IFS= read -r line; do nft \"$line\" 2>&1 || echo \"of $line\"; done";
      this.refused = namespace.must(String.join("\n", rules.rules()) + "\n", "sh", "-c", each);
      long of = refused.lines().filter(l -> l.startsWith("of ")).count();
      assertThat(of).as(refused).isLessThan(rules.rules().size() / 2 + 2);
      byte[] addresses = namespace.must("", "ip", "-j", "addr").getBytes(StandardCharsets.UTF_8);
      this.host = new HostAddresses(Optional.of(AddressFile.parse(addresses)));
      this.ruleset = NftReader.read(namespace.must("", "nft", "-j", "list", "ruleset"));
      this.fib = FibLookup.of(new Routing(new ReadRouting(new NamespaceHost(namespace))));
      this.monitor =
          new ProcessBuilder(
                  "ip", "netns", "exec", namespace.name(), "nft", "-nn", "-a", "monitor", "trace")
              .redirectErrorStream(true)
              .start();
      Thread reader = new Thread(this::read);
      reader.setDaemon(true);
      reader.start();
      Thread.sleep(300);
    }

    private void read() {
      new BufferedReader(new InputStreamReader(monitor.getInputStream(), StandardCharsets.US_ASCII))
          .lines()
          .forEach(
              line -> {
                synchronized (lines) {
                  lines.add(line);
                }
              });
    }

    private List<String> taken() {
      synchronized (lines) {
        return List.copyOf(lines);
      }
    }

    void send(int packets, Tally tally) throws Exception {
      for (int i = 0; i < packets; i++) {
        Packet packet = packet();
        synchronized (lines) {
          lines.clear();
        }
        dispatch(packet);
        int before = -1;
        for (int k = 0; k < 20 && (taken().size() != before || before == 0); k++) {
          before = taken().size();
          Thread.sleep(20);
        }
        tally.packets++;
        compare(packet, blocks(packet), tally);
      }
    }

    /**
     * A packet that is sent.
     *
     * @param number its source port, or what an echo is known by
     * @param local whether this host sends it
     */
    private record Packet(
        Family family,
        String protocol,
        String source,
        int number,
        String destination,
        int port,
        boolean local) {}

    private Packet packet() {
      boolean v4 = make.chance(2);
      String own =
          v4 ? make.pick("192.0.2.1", "10.89.5.1") : make.pick("2001:db8::1", "fd00:89:5::1");
      List<String> ends =
          v4
              ? switch (make.below(5)) {
                case 0 -> List.of("192.0.2.2", own);
                case 1 -> List.of("198.51.100.9", make.pick("10.89.5.6", "192.0.2.1"));
                case 2 -> List.of("10.89.5.6", make.pick(own, "192.0.2.2", "198.51.100.9"));
                case 3 -> List.of("192.0.2.1", make.pick("192.0.2.2", "10.89.5.6", "192.0.2.1"));
                default -> List.of("127.0.0.1", "127.0.0.1");
              }
              : switch (make.below(5)) {
                case 0 -> List.of("2001:db8::2", own);
                case 1 -> List.of("2001:db8:9::9", make.pick("fd00:89:5::6", "2001:db8::1"));
                case 2 -> List.of("fd00:89:5::6", make.pick(own, "2001:db8::2", "2001:db8:9::9"));
                case 3 ->
                    List.of("2001:db8::1", make.pick("2001:db8::2", "fd00:89:5::6", "2001:db8::1"));
                default -> List.of("::1", "::1");
              };
      String source = ends.get(0);
      boolean local = List.of("192.0.2.1", "127.0.0.1", "2001:db8::1", "::1").contains(source);
      return new Packet(
          v4 ? Family.IPV4 : Family.IPV6,
          make.pick("tcp", "tcp", "udp", "udp", "icmp"),
          source,
          ++number,
          ends.get(1),
          make.pick(NftRules.PORTS),
          local);
    }

    private void dispatch(Packet packet) throws Exception {
      Namespace from =
          packet.local()
              ? site.host()
              : packet.source().endsWith("5.6") || packet.source().endsWith("5::6")
                  ? site.container()
                  : site.peer();
      if (!packet.protocol().equals("icmp")) {
        try {
          senders
              .get(from)
              .send(
                  packet.protocol(),
                  packet.source(),
                  packet.number(),
                  packet.destination(),
                  packet.port());
        } catch (java.io.IOException e) {
          // the rules forbid it: it was sent
        }
        return;
      }
      boolean v6 = packet.family() == Family.IPV6;
      byte[] echo = new byte[] {(byte) (v6 ? 128 : 8), 0, 0, 0, 0, 0, 0, 1};
      echo[4] = (byte) (packet.number() >> 8);
      echo[5] = (byte) packet.number();
      int sum = ~(((echo[0] & 0xff) << 8) + packet.number() + 1) & 0xffff;
      int folded = ((echo[0] & 0xff) << 8) + packet.number() + 1 > 0xffff ? sum - 1 & 0xffff : sum;
      echo[2] = (byte) (folded >> 8);
      echo[3] = (byte) folded;
      String where =
          v6
              ? "IP6-SENDTO:[" + packet.destination() + "]:58,bind=[" + packet.source() + "]"
              : "IP4-SENDTO:" + packet.destination() + ":1,bind=" + packet.source();
      from.run(new String(echo, StandardCharsets.ISO_8859_1), List.of("socat", "-u", "-", where));
    }

    /** What the trace says of a packet, base chain after base chain. */
    private List<Block> blocks(Packet packet) {
      String protocol =
          packet.protocol().equals("icmp") && packet.family() == Family.IPV6
              ? "icmpv6"
              : packet.protocol();
      String mark =
          switch (protocol) {
            case "icmp" -> "icmp id " + packet.number() + " ";
            // nft shows the four bytes of number and sequence by another of their names
            case "icmpv6" -> "icmpv6 parameter-problem " + (packet.number() << 16 | 1) + " ";
            default -> protocol + " sport " + packet.number() + " ";
          };
      Map<String, Integer> open = new HashMap<>();
      List<Block> blocks = new ArrayList<>();
      for (String line : taken()) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
          continue;
        }
        String id = parts.group(1);
        String chain = parts.group(2) + " " + parts.group(3) + " " + parts.group(4);
        if (parts.group(5).equals("packet:")) {
          // an answer's, or another packet's
          boolean mine = isMine(parts.group(6) + " ", mark);
          if (mine) {
            open.put(id, blocks.size());
            blocks.add(new Block(chain, parts.group(6), new ArrayList<>(), ""));
          } else {
            open.remove(id);
          }
          continue;
        }
        if (!open.containsKey(id)) {
          continue;
        }
        int at = open.get(id);
        Block block = blocks.get(at);
        Matcher rule = RULE.matcher(line);
        if (rule.matches()) {
          block.rules().add(rule.group(1) + " " + rule.group(2));
        } else if (parts.group(5).equals("policy")) {
          String policy = parts.group(6).strip().split(" ", -1)[0];
          blocks.set(at, new Block(block.chain(), block.packet(), block.rules(), policy));
        }
      }
      return blocks;
    }

    /** Whether it is the packet, and no answer to it. */
    private static boolean isMine(String words, String mark) {
      return words.contains(mark)
          && !words.contains("icmp type 0 ")
          && !words.contains("icmpv6 type 129 ");
    }

    private void compare(Packet packet, List<Block> blocks, Tally tally) throws Exception {
      PacketSpace space = new PacketSpace();
      List<Station> stations = NftStation.of(ruleset, space, host, packet.family(), fib, "");
      PacketSet now = start(space, packet);
      String destination = packet.destination();
      String source = packet.source();
      int port = packet.port();
      if (blocks.isEmpty()) {
        tally.notRead++;
        if (Boolean.getBoolean("portmapctl.lost")) {
          System.out.println(packet + " lost: " + String.join("\n", taken()));
        }
      }
      Optional<Station> before = Optional.empty();
      for (Block block : blocks) {
        Station station = station(stations, block.chain());
        Hook hook = station.site().hook();
        before.ifPresent(b -> assertThat(follows(b, station, stations)).as("order").isTrue());
        before = Optional.of(station);
        Optional<String> in = word(block.packet(), "iif");
        Optional<String> out = word(block.packet(), "oif");
        String ip = packet.family() == Family.IPV4 ? "ip " : "ip6 ";
        String from = word(block.packet(), ip + "saddr").orElseThrow();
        String to = word(block.packet(), ip + "daddr").orElseThrow();
        int dport =
            word(block.packet(), packet.protocol() + " dport").map(Integer::valueOf).orElse(port);
        if (!to.equals(destination)) {
          now =
              moved(now, Field.ADDRESS_MOVED, Field.DESTINATION_TRANSLATED)
                  .without(Field.ORIGINAL_DESTINATION)
                  .and(space.of(Field.ORIGINAL_DESTINATION, ip(packet.destination())));
          destination = to;
        }
        if (dport != port) {
          now =
              moved(now, Field.PORT_MOVED, Field.DESTINATION_TRANSLATED)
                  .without(Field.ORIGINAL_DESTINATION_PORT)
                  .and(space.of(Field.ORIGINAL_DESTINATION_PORT, Interval.of(packet.port())));
          port = dport;
        }
        if (!from.equals(source)) {
          now = moved(now, Field.SOURCE_TRANSLATED, Field.SOURCE_TRANSLATED);
          source = from;
        }
        now = with(now, Field.SOURCE, space.of(Field.SOURCE, ip(from)));
        now = with(now, Field.DESTINATION, space.of(Field.DESTINATION, ip(to)));
        if (!packet.protocol().equals("icmp")) {
          now =
              with(
                  now,
                  Field.DESTINATION_PORT,
                  space.of(Field.DESTINATION_PORT, Interval.of(dport)));
        }
        now =
            with(
                now,
                Field.INPUT_INTERFACE,
                space.of(Field.INPUT_INTERFACE, Interval.ofInterface(in.orElse(""))));
        now =
            with(
                now,
                Field.OUTPUT_INTERFACE,
                space.of(Field.OUTPUT_INTERFACE, Interval.ofInterface(out.orElse(""))));
        boolean sends = hook == Hook.OUTPUT || hook == Hook.POSTROUTING;
        now =
            with(
                now,
                Field.SOCKET,
                space.of(Field.SOCKET, Interval.of(packet.local() && sends ? 1 : 0)));
        // what comes through lo was tracked when it left
        boolean again = packet.local() && in.isPresent();
        boolean behind = hook != Hook.PREROUTING && hook != Hook.OUTPUT;
        if (again || behind || station.site().place() > -200) {
          PacketSet none = space.of(Field.STATE, Interval.of(0));
          now = now.minus(none).or(now.and(none).with(Field.STATE, 1));
        }
        now = one(packet, block, station, now, tally);
        if (now.isEmpty()) {
          break;
        }
      }
    }

    /**
     * Whether the kernel may call one base chain right behind another: at the same hook by place
     * and priority, and where those are equal in one table, in the order of the stations.
     */
    private static boolean follows(Station before, Station after, List<Station> stations) {
      ChainSite one = before.site();
      ChainSite other = after.site();
      if (one.hook() != other.hook() || one.place() != other.place()) {
        return one.hook() != other.hook() || one.place() < other.place();
      }
      boolean alike = one.translates() == other.translates();
      if (!alike || one.priority() != other.priority()) {
        return !alike || one.priority() < other.priority();
      }
      return !one.table().equals(other.table())
          || stations.indexOf(before) < stations.indexOf(after);
    }

    private static IpAddress ip(String text) {
      return IpAddress.parse(text).orElseThrow();
    }

    private static PacketSet moved(PacketSet set, Field what, Field status) {
      return set.with(what, 1).with(status, 1);
    }

    private static PacketSet with(PacketSet set, Field field, PacketSet value) {
      return set.without(field).and(value);
    }

    private static Optional<String> word(String words, String after) {
      Matcher found = Pattern.compile("(?:^| )" + after + " (\\S+)").matcher(words);
      return found.find() ? Optional.of(found.group(1).replace("\"", "")) : Optional.empty();
    }

    private static Station station(List<Station> stations, String chain) {
      return stations.stream()
          .filter(
              s ->
                  (s.site().family() + " " + s.site().table() + " " + s.site().chain())
                      .equals(chain))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no station " + chain));
    }

    private static PacketSet start(PacketSpace space, Packet packet) {
      boolean v4 = packet.family() == Family.IPV4;
      int protocol =
          switch (packet.protocol()) {
            case "tcp" -> 6;
            case "udp" -> 17;
            default -> v4 ? 1 : 58;
          };
      PacketSet set =
          space
              .of(packet.family())
              .and(space.of(Field.PROTOCOL, Interval.of(protocol)))
              .and(space.ofMark(0, 0xffffffffL))
              .and(space.ofConnmark(0, 0xffffffffL));
      if (packet.protocol().equals("icmp")) {
        set =
            set.and(space.of(Field.ICMP_TYPE, Interval.of(v4 ? 8 : 128)))
                .and(space.of(Field.ICMP_CODE, Interval.of(0)));
      } else {
        set = set.and(space.of(Field.SOURCE_PORT, Interval.of(packet.number())));
      }
      for (Field zero :
          List.of(
              Field.SOURCE_TRANSLATED,
              Field.DESTINATION_TRANSLATED,
              Field.ADDRESS_MOVED,
              Field.PORT_MOVED,
              Field.REPLY,
              Field.FIN,
              Field.RST,
              Field.PSH,
              Field.ACK,
              Field.URG,
              Field.STATE,
              Field.UID,
              Field.GID)) {
        set = set.and(space.of(zero, Interval.of(0)));
      }
      return set.and(space.of(Field.SYN, Interval.of(packet.protocol().equals("tcp") ? 1 : 0)));
    }

    /** One base chain; the packet as it leaves. */
    private PacketSet one(Packet packet, Block block, Station station, PacketSet now, Tally tally)
        throws Exception {
      List<String> sure = new ArrayList<>();
      List<String> most = new ArrayList<>();
      boolean[] again = {false}; // rules of a chain that it came to often are not told any more
      List<Part> parts =
          station.through(
              now,
              new Station.Observer() {
                @Override
                public void tried(
                    RuleSite rule, PacketSet here, Ternary result, boolean certain, int depth) {
                  String handle = Long.toString(rule.handle().orElseThrow());
                  if (result != Ternary.NO) {
                    most.add(handle);
                  }
                  if (result == Ternary.YES && certain) {
                    sure.add(handle);
                  }
                }

                @Override
                public void toldBefore() {
                  again[0] = true;
                }
              });
      List<String> kernel = block.rules().stream().map(r -> r.split(" ", -1)[0]).toList();
      boolean decided = sure.equals(most);
      boolean agrees =
          again[0]
              ? within(sure, kernel)
              : decided ? kernel.equals(sure) : within(kernel, most) && within(sure, kernel);
      String last = block.rules().isEmpty() ? "" : block.rules().get(block.rules().size() - 1);
      String verdict = last.isEmpty() ? "" : last.substring(last.indexOf(' ') + 1);
      boolean drop = block.end().equals("drop") || block.end().isEmpty() && verdict.equals("drop");
      List<Part> possible =
          parts.stream()
              .filter(
                  p ->
                      p.kind() == Part.Kind.OPEN
                          || drop
                              == (p.kind() == Part.Kind.DROPPED || p.kind() == Part.Kind.REJECTED))
              .toList();
      boolean one = decided ? parts.size() == 1 : unknown;
      if (!agrees || possible.isEmpty() || !one) {
        Path dump = Path.of("target/nft-trace.txt");
        Files.createDirectories(dump.getParent());
        Files.writeString(
            dump,
            site.host().must("", "nft", "-a", "list", "ruleset")
                + "\n"
                + String.join("\n", taken()));
        throw new AssertionError(
            "seed "
                + seed
                + (unknown ? " with unknown" : "")
                + ": "
                + packet
                + "\nin "
                + block
                + "\nwe say rules "
                + sure
                + (decided ? "" : " to " + most)
                + " and "
                + brief(parts)
                + "\nfor "
                + brief(now)
                + "\nrules and trace in target/nft-trace.txt");
      }
      tally.chains++;
      tally.rules += kernel.size();
      tally.undecided += decided ? 0 : 1;
      PacketSet on = now.space().none();
      for (Part part : possible) {
        tally.translated += part.kind() == Part.Kind.TRANSLATED && parts.size() == 1 ? 1 : 0;
        on = on.or(part.packets());
      }
      return drop ? now.space().none() : on.withoutQuestions();
    }

    private static String brief(Object told) {
      return told.toString()
          .replaceAll(
              "Interval\\[firstHigh=(\\d+), firstLow=(\\d+), lastHigh=\\d+, lastLow=\\d+\\]",
              "$1 $2")
          .replaceAll("\\w+ \\d* ?\\[0 0\\], ", "")
          .replaceAll("rule=Optional.empty|engine=NFTABLES, ", "");
    }

    /** Whether a list is another with some left out. */
    private static boolean within(List<String> some, List<String> all) {
      int at = 0;
      for (String each : all) {
        at += at < some.size() && some.get(at).equals(each) ? 1 : 0;
      }
      return at == some.size();
    }

    @Override
    public void close() {
      monitor.destroy();
      senders.values().forEach(Sender::close);
      site.close();
    }
  }
}
