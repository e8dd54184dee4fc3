package io.portmapctl.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.path.Ground;
import io.portmapctl.path.HookExit;
import io.portmapctl.path.HookTraversal;
import io.portmapctl.path.Part;
import io.portmapctl.path.Rules;
import io.portmapctl.path.Tracer;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.PlainPacket;
import io.portmapctl.testing.PlainWalk;
import io.portmapctl.testing.Rounds;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Sets of packets through random small tables, against single packets that are led through by hand
 * ({@link PlainWalk}); {@code -Dportmapctl.rounds=N} sets how many tables.
 */
@Tag("long")
class SetTracerTest {
  private static final int ROUNDS = Rounds.of("rounds", 120, 500);
  private static final int PACKETS = 12;
  private static final long ALL_BITS = 0xffffffffL;

  private static final HostAddresses HOST =
      new HostAddresses(
          Optional.of(
              List.of(
                  new HostInterface("lo", List.of(cidr("127.0.0.1/8")), List.of()),
                  new HostInterface("eth0", List.of(cidr("192.0.2.1/32")), List.of()),
                  new HostInterface("br0", List.of(cidr("10.89.0.1/32")), List.of()))),
          List.of(cidr("198.51.100.0/28")));

  private static Cidr cidr(String text) {
    return Cidr.parse(text).orElseThrow();
  }

  /** A random table as its text. */
  private static final class Tables {
    private final Generator make;

    /** Whether rules ask for marks of connections, of which a single packet's trace knows none. */
    private final boolean connmarks;

    Tables(Generator make, boolean connmarks) {
      this.make = make;
      this.connmarks = connmarks;
    }

    /** All bits, or a few of them. */
    private String mask(String few) {
      return make.chance(3) ? "" : few;
    }

    Table table() {
      int chains = 3 + make.below(6);
      StringBuilder text = new StringBuilder("*nat\n");
      List<String> bases = List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");
      bases.forEach(b -> text.append(':').append(b).append(" ACCEPT [0:0]\n"));
      for (int i = 0; i < chains; i++) {
        text.append(":C").append(i).append(" - [0:0]\n");
      }
      for (String base : bases) {
        for (int k = 1 + make.below(4); k > 0; k--) {
          boolean late = base.equals("POSTROUTING") || base.equals("INPUT");
          line(text, base, 0, chains, late ? "late" : "early");
        }
      }
      for (int i = 0; i < chains; i++) {
        for (int k = 1 + make.below(4); k > 0; k--) {
          line(text, "C" + i, i + 1, chains, "any");
        }
      }
      return Generator.parse(Family.IPV4, text.append("COMMIT\n").toString());
    }

    private void line(StringBuilder text, String chain, int from, int chains, String where) {
      String protocol = make.pick("", "", "tcp", "tcp", "udp");
      List<String> words = new ArrayList<>();
      if (make.chance(3)) {
        words.add(not() + "-s " + make.pick("10.89.0.0/16", "203.0.113.0/29", "192.0.2.1/32"));
      }
      if (make.chance(3)) {
        words.add(not() + "-d " + make.pick("192.0.2.1/32", "192.0.2.0/24", "198.51.100.0/30"));
      }
      if (make.chance(4) && !chain.equals("OUTPUT") && !chain.equals("POSTROUTING")) {
        words.add(not() + "-i " + make.pick("eth0", "eth+", "br0", "lo"));
      }
      if (make.chance(4) && !chain.equals("PREROUTING") && !chain.equals("INPUT")) {
        words.add(not() + "-o " + make.pick("eth0", "br+", "lo"));
      }
      if (!protocol.isEmpty()) {
        words.add("-p " + protocol);
        if (make.chance(2)) {
          words.add("-m " + protocol + " " + not() + "--dport " + port());
        } else if (make.chance(2)) {
          words.add(
              "-m multiport "
                  + not()
                  + make.pick("--dports", "--sports", "--ports")
                  + " 80,443,8000:8010");
        }
      }
      if (make.chance(3)) {
        words.add(module());
      }
      words.add(target(from, chains, where, protocol));
      text.append("-A ").append(chain).append(' ').append(String.join(" ", words)).append('\n');
    }

    private String not() {
      return make.chance(3) ? "! " : "";
    }

    private String port() {
      return make.pick("80", "443", "8000:8010", "1:1023");
    }

    private String module() {
      return switch (make.below(connmarks ? 6 : 5)) {
        case 0, 1 -> "-m mark " + not() + "--mark " + bits();
        case 2 ->
            "-m addrtype "
                + not()
                + make.pick("--src-type ", "--dst-type ")
                + make.pick("LOCAL", "UNICAST");
        case 3 ->
            "-m conntrack "
                + not()
                + "--ctstate "
                + make.pick("DNAT", "NEW", "ESTABLISHED", "NEW,SNAT");
        case 4 -> "-m iprange " + not() + "--src-range 203.0.113.3-203.0.113.200";
        default -> "-m connmark " + not() + "--mark " + bits();
      };
    }

    private String bits() {
      return make.pick("0x1/0x1", "0x2/0x3", "0x0/0x6", "0x2000/0x2000", "0x0");
    }

    private String target(int from, int chains, String where, String protocol) {
      boolean ports = !protocol.isEmpty();
      if (from < chains && make.chance(3)) {
        return make.pick("-j C", "-j C", "-g C") + (from + make.below(chains - from));
      }
      return switch (make.below(14)) {
        case 0, 1 -> "-j RETURN";
        case 2 -> "-j ACCEPT";
        case 3 -> "-j DROP";
        case 4, 5 ->
            "-j MARK --set-xmark "
                + make.pick("0x1/0x1", "0x2/0x2", "0x0/0x3", "0x2000/0x2000", "0x1/0x0", "0x6/0x0");
        case 6 ->
            connmarks
                ? "-j CONNMARK --set-xmark " + make.pick("0x1/0x1", "0x0/0xff", "0x2/0x0")
                : "-j LOG";
        case 7 ->
            connmarks
                ? "-j CONNMARK --save-mark"
                    + mask(make.pick(" --nfmask 0x3 --ctmask 0x3", " --nfmask 0x1 --ctmask 0x7"))
                : "";
        case 8 ->
            connmarks
                ? "-j CONNMARK --restore-mark" + mask(" --nfmask 0x3 --ctmask 0x1")
                : "-j LOG";
        case 9, 10 ->
            where.equals("early")
                ? "-j DNAT --to-destination "
                    + (ports
                        ? make.pick(
                            "10.89.0.5:80", "10.89.0.6", "10.89.0.7:81-83", "10.89.0.5-10.89.0.7")
                        : make.pick("10.89.0.5", "192.0.2.1"))
                : where.equals("late")
                    ? "-j SNAT --to-source " + make.pick("192.0.2.1", "192.0.2.5-192.0.2.6")
                    : "-j ACCEPT";
        case 11 ->
            where.equals("early")
                ? "-j REDIRECT" + (ports ? make.pick("", " --to-ports 8080") : "")
                : "-j RETURN";
        case 12 -> where.equals("late") ? "-j MASQUERADE" : "-j ACCEPT";
        default -> "";
      };
    }
  }

  /** A packet that could be at a hook, near what such tables ask for. */
  private static PlainPacket packet(Generator make, Hook hook) {
    boolean sent = hook == Hook.OUTPUT;
    boolean in = hook == Hook.PREROUTING || hook == Hook.INPUT;
    return PlainPacket.of(Family.IPV4, make.pick(6, 6, 17))
        .with(
            Field.SOURCE,
            Generator.address(
                sent
                    ? make.pick("192.0.2.1", "127.0.0.1", "198.51.100.3")
                    : make.pick(
                        "203.0.113.7", "203.0.113.8", "203.0.113.200", "10.89.0.9", "203.0.112.1")))
        .with(
            Field.DESTINATION,
            Generator.address(
                make.pick(
                    "192.0.2.1",
                    "192.0.2.1",
                    "192.0.2.77",
                    "198.51.100.3",
                    "198.51.100.4",
                    "203.0.113.9")))
        .with(Field.SOURCE_PORT, make.pick(40000, 80, 8005, 1))
        .with(Field.DESTINATION_PORT, make.pick(80, 443, 8000, 8010, 8011, 1023, 1024))
        .with(Field.INPUT_INTERFACE, in ? make.pick("eth0", "br0", "eth1", "tun0") : "")
        .with(Field.OUTPUT_INTERFACE, in ? "" : make.pick("eth0", "br0", "lo"));
  }

  private static List<String> way(Leaving leaving) {
    return leaving.rules().stream().map(p -> PlainWalk.place(p.chain(), p.index())).toList();
  }

  private static PlainWalk.End walk(Table table, Hook hook, PlainPacket packet) {
    return PlainWalk.through(
        table,
        hook,
        packet,
        HOST,
        words -> {
          throw new AssertionError(words);
        });
  }

  private static PacketSet marked(PacketSpace space, PlainPacket like) {
    // what 0.0.0.0/8 is depends on the kernel's age
    PacketSet nobody =
        space
            .of(Field.SOURCE, cidr("0.0.0.0/8"))
            .or(space.of(Field.DESTINATION, cidr("0.0.0.0/8")));
    return space
        .of(Family.IPV4)
        .minus(nobody)
        .and(space.ofMark(like.mark(), ALL_BITS))
        .and(space.ofConnmark(like.connmark(), ALL_BITS));
  }

  /** All packets of a mark: their parts cover them, and none is in two. */
  @Test
  void thePartsThatLeaveAreAPartition() {
    Map<Leaving.Kind, Integer> kinds = new EnumMap<>(Leaving.Kind.class);
    int packets = 0;
    int samples = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Table table = new Tables(make, true).table();
      PacketSpace space = new PacketSpace();
      SetTracer tracer = new SetTracer(new RuleIndex(table), HOST, space);
      for (Hook hook : Hook.values()) {
        if (table.chain(hook.name()).isEmpty()) {
          continue;
        }
        String what = "seed " + seed + ", " + hook;
        long mark = make.pick(0, 1, 2, 0x2000, 7);
        long connmark = make.pick(0, 1, 3);
        PlainPacket like = packet(make, hook).marked(mark, connmark);
        PacketSet all = marked(space, like);
        List<Leaving> parts = tracer.through(hook, all).leaving();
        PacketSet covered = space.none();
        for (Leaving part : parts) {
          PacketSet heads = part.packets().withoutMarks();
          assertThat(covered.meets(heads)).as(what + ": %s is in another too", way(part)).isFalse();
          covered = covered.or(heads);
          kinds.merge(part.kind(), 1, Integer::sum);
        }
        assertThat(covered).as(what).isEqualTo(all.withoutMarks());
        for (int i = 0; i < PACKETS; i++) {
          PlainPacket packet = packet(make, hook).marked(mark, connmark);
          PlainWalk.End end = walk(table, hook, packet);
          PacketSet heads = packet.heads(space);
          Leaving in =
              parts.stream()
                  .filter(p -> p.packets().meets(heads))
                  .findFirst()
                  .orElseThrow(() -> new AssertionError(what + ": " + packet));
          same(what + ": " + packet, in, end, tracer, hook, space);
          packets++;
        }
        for (Leaving part : parts) {
          PlainPacket sample =
              packet(make, hook).with(part.packets().sample().orElseThrow()).marked(mark, connmark);
          same(what + ": " + sample, part, walk(table, hook, sample), tracer, hook, space);
          samples++;
        }
      }
    }
    System.out.printf(
        "%d tables: parts %s, %d packets and %d samples as by hand%n",
        ROUNDS, kinds, packets, samples);
    assertThat(kinds)
        .containsKeys(Leaving.Kind.ACCEPTED, Leaving.Kind.DROPPED, Leaving.Kind.REWRITTEN);
    assertThat(kinds).doesNotContainKey(Leaving.Kind.OPEN);
    assertThat(packets).isGreaterThan(10 * ROUNDS);
  }

  /** The part ends where the packet does, with its marks, and goes on as it does. */
  private static void same(
      String what,
      Leaving part,
      PlainWalk.End end,
      SetTracer tracer,
      Hook hook,
      PacketSpace space) {
    assertThat(way(part)).as(what).isEqualTo(end.way());
    assertThat(part.kind()).as(what).isEqualTo(end.kind());
    assertThat(part.target()).as(what).isEqualTo(end.target());
    PacketSet one = end.packet().set(space);
    assertThat(part.packets().contains(one)).as(what + ", at its end " + end.packet()).isTrue();
    PacketSet on =
        tracer.rewritten(
            new Leaving(part.kind(), one, part.rules(), part.target(), Optional.empty()), hook);
    end.target().ifPresent(t -> moved(what + ", " + t, on, end.packet(), t, hook));
  }

  /** Where a packet goes on, and where it comes from then. */
  private static void moved(
      String what, PacketSet on, PlainPacket before, Target target, Hook hook) {
    List<Interval> destination = on.values(Field.DESTINATION, Family.IPV4);
    List<Interval> source = on.values(Field.SOURCE, Family.IPV4);
    List<Interval> port = on.values(Field.DESTINATION_PORT, Family.IPV4);
    List<Interval> oldDestination = addresses(before, Field.DESTINATION);
    List<Interval> oldPort = List.of(Interval.of(before.small(Field.DESTINATION_PORT)));
    if (target instanceof Target.Dnat dnat) {
      assertThat(destination)
          .as(what)
          .isEqualTo(
              dnat.to().addresses().map(a -> List.of(Interval.of(a))).orElse(oldDestination));
      assertThat(port)
          .as(what)
          .isEqualTo(
              dnat.to()
                  .ports()
                  .map(p -> List.of(Interval.of(p.first(), p.last())))
                  .orElse(oldPort));
      boolean stays = destination.equals(oldDestination) && port.equals(oldPort);
      boolean translated =
          on.values(Field.DESTINATION_TRANSLATED, Family.IPV4).equals(List.of(Interval.of(1)));
      assertThat(translated).as(what).isEqualTo(!stays);
      boolean moved = dnat.to().addresses().isPresent() && !stays;
      assertThat(on.values(Field.ADDRESS_MOVED, Family.IPV4))
          .as(what)
          .isEqualTo(List.of(Interval.of(moved ? 1 : 0)));
      if (moved) {
        assertThat(on.values(Field.ORIGINAL_DESTINATION, Family.IPV4))
            .as(what)
            .isEqualTo(oldDestination);
      }
    } else if (target instanceof Target.Redirect redirect) {
      assertThat(port)
          .as(what)
          .isEqualTo(
              redirect.ports().map(p -> List.of(Interval.of(p.first(), p.last()))).orElse(oldPort));
      Cidr own = cidr(hook == Hook.OUTPUT ? "127.0.0.1/32" : "192.0.2.1/32");
      PacketSet there = on.space().of(Field.DESTINATION, own);
      assertThat(on.meets(there)).as(what).isTrue();
      assertThat(hook != Hook.OUTPUT || there.contains(on)).as(what).isTrue();
    } else {
      assertThat(destination).as(what).isEqualTo(oldDestination);
      if (target instanceof Target.Snat snat) {
        AddressRange to = snat.to().addresses().orElseThrow();
        assertThat(source).as(what).isEqualTo(List.of(Interval.of(to)));
      } else {
        assertThat(on.meets(on.space().of(Field.SOURCE, cidr("192.0.2.1/32")))).as(what).isTrue();
        assertThat(on.meets(on.space().of(Field.SOURCE, cidr("203.0.113.7/32"))))
            .as(what)
            .isFalse();
      }
    }
  }

  private static List<Interval> addresses(PlainPacket packet, Field field) {
    BigInteger number = packet.number(field);
    return List.of(Interval.of(number.longValue()));
  }

  /** With marks that are not known, the parts cover all the same. */
  @Test
  void whateverTheMarksThePartsCoverAll() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(~seed);
      Table table = new Tables(make, true).table();
      PacketSpace space = new PacketSpace();
      SetTracer tracer = new SetTracer(new RuleIndex(table), HOST, space);
      Hook hook = make.pick(Hook.PREROUTING, Hook.OUTPUT, Hook.POSTROUTING);
      PacketSet all = space.of(Family.IPV4);
      List<Leaving> parts = tracer.through(hook, all).leaving();
      PacketSet covered = space.none();
      for (Leaving part : parts) {
        covered = covered.or(part.packets().withoutMarks());
      }
      assertThat(covered).as("seed " + ~seed).isEqualTo(all);
      for (int i = 0; i < PACKETS; i++) {
        PlainPacket packet =
            packet(make, hook)
                .marked(make.pick(0, 1, 2, 3, 6, 0x2000, 0x2001), make.pick(0, 1, 2, 3));
        PlainWalk.End end = walk(table, hook, packet);
        PacketSet one = end.packet().set(space);
        String what = "seed " + ~seed + ", " + hook + ": " + packet;
        assertThat(
                parts.stream()
                    .filter(p -> p.kind() == end.kind() && way(p).equals(end.way()))
                    .anyMatch(p -> p.packets().contains(one)))
            .as(what)
            .isTrue();
      }
    }
  }

  /** What {@code explain --packet} says of a packet, and what is so by hand. */
  @Test
  void aSinglePacketTakesTheSameRules() {
    int packets = 0;
    int rewritten = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Table table = new Tables(make, false).table();
      Tracer tracer = new Tracer(table, HOST);
      Tracer ofPort = new Tracer(Rules.of(table), Ground.of(HOST), false);
      for (int i = 0; i < PACKETS; i++) {
        Hook hook = make.pick(Hook.PREROUTING, Hook.OUTPUT);
        PlainPacket plain = packet(make, hook).marked(make.pick(0, 1, 2, 0x2000), 0);
        boolean here =
            hook == Hook.OUTPUT && HOST.isLocal(plain.address(Field.DESTINATION)) == Ternary.YES;
        plain = here ? plain.with(Field.OUTPUT_INTERFACE, "lo") : plain;
        boolean elsewhere = hook == Hook.OUTPUT && !here;
        plain = elsewhere ? plain.with(Field.OUTPUT_INTERFACE, "eth0") : plain;
        String in = plain.name(Field.INPUT_INTERFACE);
        Packet packet =
            new Packet(
                Family.IPV4,
                new IpProtocol((int) plain.small(Field.PROTOCOL)),
                Endpoint.of(plain.address(Field.SOURCE), (int) plain.small(Field.SOURCE_PORT)),
                Endpoint.of(
                    plain.address(Field.DESTINATION), (int) plain.small(Field.DESTINATION_PORT)),
                in.isEmpty() ? PacketInterface.NONE : PacketInterface.of(in),
                elsewhere ? PacketInterface.of("eth0") : PacketInterface.NONE,
                Mark.of(plain.mark()),
                Ternary.NO);
        PlainWalk.End end = walk(table, hook, plain);
        for (Tracer each : List.of(tracer, ofPort)) {
          HookTraversal traversal = each.follow(packet).paths().get(0).traversals().get(0);
          String what = "seed " + seed + ", " + hook + ": " + plain;
          assertThat(traversal.hook()).as(what).isEqualTo(hook);
          assertThat(traversal.exits()).as(what).hasSize(1);
          HookExit exit = traversal.exits().get(0);
          assertThat(
                  exit.rules().stream().map(s -> PlainWalk.place(s.chain(), s.number())).toList())
              .as(what)
              .isEqualTo(end.way());
          boolean translated = exit.kind() == Part.Kind.TRANSLATED;
          assertThat(translated ? Leaving.Kind.REWRITTEN : Leaving.Kind.valueOf(exit.kind().name()))
              .as(what)
              .isEqualTo(end.kind());
          assertThat(exit.packet().mark()).as(what).isEqualTo(Mark.of(end.packet().mark()));
          rewritten += translated ? 1 : 0;
        }
        packets++;
      }
    }
    System.out.printf("%d single packets, %d rewritten%n", packets, rewritten);
    assertThat(rewritten).isGreaterThan(packets / 20);
  }
}
