package io.portmapctl.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.packet.Sample;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.PlainMatch;
import io.portmapctl.testing.PlainPacket;
import io.portmapctl.testing.PlainPackets;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.RuleGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What matches mean, against a reading of the manual of the test's own: a concrete packet is in the
 * set of a match exactly when the single answer says so; {@code -Dportmapctl.rounds=N} sets how
 * many rules there are.
 */
@Tag("long")
class RulePacketsTest {
  private static final int FULL = 400;
  private static final int ROUNDS = Rounds.of("rounds", 100, FULL);
  private static final int PACKETS = 8;

  /** A space grows with what was asked of it. */
  private static final int PER_SPACE = 200;

  private static Cidr cidr(String text) {
    return Cidr.parse(text).orElseThrow();
  }

  private static HostInterface link(String name, boolean up, String... addresses) {
    List<Cidr> all = Arrays.stream(addresses).map(RulePacketsTest::cidr).toList();
    return new HostInterface(name, all, List.of(), up);
  }

  /** One of which something is told, more or less. */
  private static HostAddresses host(Generator make) {
    HostInterface lo = link("lo", true, "127.0.0.1/8", "10.8.0.1/24", "::1/128");
    HostInterface eth =
        new HostInterface(
            "eth0",
            List.of(cidr("10.1.2.3/24"), cidr("10.1.9.9/30"), cidr("fd00:1::3/64")),
            List.of(Generator.address("10.1.2.200")));
    HostInterface down = link("eth1", false, "10.7.0.1/32", "10.7.1.1/24", "fd00:7::1/64");
    HostInterface bridge = link("br-1", true, "10.89.0.1/16", "10.1.4.4/31");
    return switch (make.below(4)) {
      case 0 -> HostAddresses.UNKNOWN;
      case 1 -> new HostAddresses(Optional.of(List.of(lo, eth)));
      case 2 ->
          new HostAddresses(Optional.of(List.of(link("", true, "10.1.2.3/32", "fd00:1::3/128"))));
      default ->
          new HostAddresses(
              Optional.of(List.of(lo, eth, down, bridge)),
              List.of(cidr("10.200.0.0/16"), cidr("fd00:200::/64")));
    };
  }

  /** Addresses that mean something to these hosts. */
  private static PlainPacket atHome(Generator make, Family family, PlainPacket packet) {
    String address =
        family == Family.IPV4
            ? make.pick(
                "10.1.2.3",
                "10.1.2.0",
                "10.1.2.200",
                "10.1.2.255",
                "10.1.2.4",
                "10.1.9.11",
                "10.7.0.1",
                "10.7.1.1",
                "10.7.1.255",
                "10.8.0.1",
                "10.8.0.77",
                "10.8.0.255",
                "0.1.2.3",
                "127.255.255.255",
                "10.89.0.1",
                "10.89.255.255",
                "10.1.4.4",
                "10.1.4.5",
                "10.200.0.0",
                "10.200.255.255",
                "10.201.0.0",
                "127.0.0.1",
                "127.1.2.3",
                "126.255.255.255",
                "128.0.0.0",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.0",
                "255.255.255.255",
                "0.0.0.0")
            : make.pick(
                "fd00:1::3",
                "fd00:1::",
                "fd00:1::4",
                "fd00:7::1",
                "fd00:200::1",
                "fd00:200:0:1::1",
                "::",
                "::1",
                "::2",
                "ff02::1",
                "feff::1");
    PlainPacket moved =
        packet.with(make.chance(2) ? Field.SOURCE : Field.DESTINATION, Generator.address(address));
    return make.chance(2)
        ? moved
        : moved
            .with(Field.INPUT_INTERFACE, make.pick("lo", "eth0", "eth1", "br-1"))
            .with(Field.OUTPUT_INTERFACE, make.pick("lo", "eth0", "eth1", "br-1"))
            .with(Field.SOCKET, 0);
  }

  /** Of answers and translated sources the other direction is not followed by the oracle either. */
  private static PlainPacket tracked(Match match, PlainPacket packet) {
    boolean tuples =
        match instanceof Match.Conntrack conntrack
            && conntrack.tests().stream().anyMatch(test -> !(test instanceof Match.States));
    return tuples ? packet.with(Field.SOURCE_TRANSLATED, 0) : packet;
  }

  /** The match, and each of a connection's tests alone: together they seldom hold. */
  private static Stream<Match> parts(Match match) {
    return match instanceof Match.Conntrack conntrack
        ? Stream.concat(
            Stream.of(match),
            conntrack.tests().stream()
                .map(test -> new Match.Conntrack(conntrack.module(), List.of(test))))
        : Stream.of(match);
  }

  private static PacketSet ofOne(RulePackets meaning, Match match) {
    return match.accept(meaning);
  }

  private static final class Counts {
    private final Map<String, Map<Ternary, Integer>> byKind = new TreeMap<>();

    void add(String kind, Ternary truth) {
      byKind.computeIfAbsent(kind, k -> new EnumMap<>(Ternary.class)).merge(truth, 1, Integer::sum);
    }

    int of(String kind, Ternary truth) {
      return byKind.getOrDefault(kind, Map.of()).getOrDefault(truth, 0);
    }
  }

  @Test
  void aPacketIsInTheSetOfAMatchExactlyWhenTheManualSaysSo() {
    Counts counts = new Counts();
    PacketSpace space = new PacketSpace();
    for (int seed = 0; seed < ROUNDS; seed++) {
      space = seed % PER_SPACE == 0 ? new PacketSpace() : space;
      Generator make = new Generator(seed);
      RuleGenerator rules = new RuleGenerator(seed);
      Family family = rules.family();
      PlainPackets packets = new PlainPackets(seed, family);
      HostAddresses host = host(make);
      RulePackets meaning = new RulePackets(space, host, family, make.pick("", "late "));
      for (Match match : rules.rule().matches().stream().flatMap(RulePacketsTest::parts).toList()) {
        PacketSet set = ofOne(meaning, match);
        for (int i = 0; i < PACKETS; i++) {
          PlainPacket packet = packets.any();
          packet = make.chance(4) ? packet : packets.near(packet, match);
          boolean home = match instanceof Match.AddressType || make.chance(8);
          packet = tracked(match, home ? atHome(make, family, packet) : packet);
          Ternary truth = match.accept(new PlainMatch(packet, host));
          counts.add(match.getClass().getSimpleName(), truth);
          PacketSet one = packet.set(space);
          String what = "seed " + seed + ": " + match.text() + ", " + host + ", " + packet;
          assertThat(answer(set, one)).as(what).isEqualTo(truth);
          if (truth == Ternary.UNKNOWN) {
            dependsOnAnswersOnly(set, one, what);
          }
        }
      }
    }
    System.out.println("matches: " + counts.byKind);
    for (Class<?> kind : Match.class.getPermittedSubclasses()) {
      String name = kind.getSimpleName();
      if (kind == Match.AddressType.class) {
        continue; // has a test of its own
      }
      boolean never = List.of("IpSet", "Limit", "Unknown").contains(name);
      assertThat(counts.of(name, never ? Ternary.UNKNOWN : Ternary.YES))
          .as(name)
          .isGreaterThan(ROUNDS / 20);
      if (ROUNDS >= FULL && !never && kind != Match.Comment.class) {
        assertThat(counts.of(name, Ternary.NO)).as(name).isGreaterThan(ROUNDS / 20);
      }
    }
  }

  /** The kinds that the host tells of, alone and together. */
  private static Match.AddressType addressType(Generator make) {
    List<Match.AddressKind> kinds = new ArrayList<>();
    for (Match.AddressKind kind :
        List.of(
            Match.AddressKind.UNICAST,
            Match.AddressKind.LOCAL,
            Match.AddressKind.BROADCAST,
            Match.AddressKind.MULTICAST)) {
      if (make.chance(3)) {
        kinds.add(kind);
      }
    }
    if (kinds.isEmpty()) {
      kinds.add(make.pick(Match.AddressKind.LOCAL, Match.AddressKind.UNICAST));
    }
    Match.Kinds test = new Match.Kinds(make.chance(3), List.copyOf(kinds));
    Optional<Match.Kinds> other =
        make.chance(3)
            ? Optional.of(new Match.Kinds(make.chance(3), List.of(Match.AddressKind.LOCAL)))
            : Optional.empty();
    Optional<Side> limit =
        make.chance(3) ? Optional.of(make.pick(Side.values())) : Optional.empty();
    return make.chance(2)
        ? new Match.AddressType(Optional.of(test), other, limit)
        : new Match.AddressType(other, Optional.of(test), limit);
  }

  @Test
  void whatAnAddressIsToTheHostIsAsTheHostTells() {
    PacketSpace space = new PacketSpace();
    Map<Ternary, Integer> counts = new EnumMap<>(Ternary.class);
    for (int seed = 0; seed < 4 * ROUNDS; seed++) {
      space = seed % PER_SPACE == 0 ? new PacketSpace() : space;
      Generator make = new Generator(seed);
      Family family = make.chance(4) ? Family.IPV6 : Family.IPV4;
      PlainPackets packets = new PlainPackets(seed, family);
      HostAddresses host = host(make);
      Match.AddressType match = addressType(make);
      PacketSet set = match.accept(new RulePackets(space, host, family, ""));
      for (int i = 0; i < PACKETS; i++) {
        PlainPacket packet = atHome(make, family, atHome(make, family, packets.any()));
        Ternary truth = match.accept(new PlainMatch(packet, host));
        String what = "seed " + seed + ": " + match.text() + ", " + host + ", " + packet;
        assertThat(answer(set, packet.set(space))).as(what).isEqualTo(truth);
        counts.merge(truth, 1, Integer::sum);
      }
    }
    System.out.println("addrtype: " + counts);
    for (Ternary truth : Ternary.values()) {
      assertThat(counts.getOrDefault(truth, 0)).as(truth.name()).isGreaterThan(ROUNDS);
    }
  }

  private static Ternary answer(PacketSet set, PacketSet one) {
    PacketSet in = one.and(set);
    return in.isEmpty() ? Ternary.NO : in.equals(one) ? Ternary.YES : Ternary.UNKNOWN;
  }

  /** With answers, or kinds of addresses, forgotten, the packet is wholly in it and out of it. */
  private static void dependsOnAnswersOnly(PacketSet set, PacketSet one, String what) {
    for (PacketSet part : List.of(one.and(set), one.minus(set))) {
      PacketSet forgotten =
          part.withoutQuestions().without(Field.SOURCE_KIND).without(Field.DESTINATION_KIND);
      assertThat(forgotten).as(what).isEqualTo(one);
    }
  }

  @Test
  void aPacketIsInTheSetOfARuleExactlyWhenAllItsMatchesSaySo() {
    PacketSpace space = new PacketSpace();
    Map<Ternary, Integer> counts = new EnumMap<>(Ternary.class);
    for (int seed = 0; seed < ROUNDS; seed++) {
      space = seed % PER_SPACE == 0 ? new PacketSpace() : space;
      Generator make = new Generator(seed);
      RuleGenerator rules = new RuleGenerator(seed);
      PlainPackets packets = new PlainPackets(~seed, rules.family());
      HostAddresses host = host(make);
      Rule rule = rules.rule();
      PacketSet set = new RulePackets(space, host, rules.family(), "").of(rule);
      for (int i = 0; i < PACKETS; i++) {
        PlainPacket packet = packets.any();
        for (Match match : rule.matches()) {
          packet = tracked(match, make.chance(8) ? packet : packets.near(packet, match));
        }
        Ternary truth = new PlainMatch(packet, host).all(rule);
        Ternary told = answer(set, packet.set(space));
        counts.merge(truth, 1, Integer::sum);
        String what = "seed " + seed + ": " + rule.text() + ", " + host + ", " + packet;
        // two questions may be one, and then exclude each other
        if (truth == Ternary.UNKNOWN) {
          assertThat(told).as(what).isNotEqualTo(Ternary.YES);
        } else {
          assertThat(told).as(what).isEqualTo(truth);
        }
      }
    }
    System.out.println("rules: " + counts);
    assertThat(counts).containsKeys(Ternary.values());
    assertThat(counts.get(Ternary.YES)).isGreaterThan(ROUNDS / 10);
  }

  @Test
  void aSampleOfARuleIsTakenByIt() {
    PacketSpace space = new PacketSpace();
    int samples = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      space = seed % PER_SPACE == 0 ? new PacketSpace() : space;
      RuleGenerator rules = new RuleGenerator(seed);
      Rule rule = rules.rule();
      boolean marks =
          rule.matches().stream()
              .anyMatch(m -> m instanceof Match.Mark || m instanceof Match.Connmark);
      HostAddresses host = host(new Generator(seed));
      PacketSet set =
          new RulePackets(space, host, rules.family(), "").of(rule).and(space.of(rules.family()));
      if (set.isEmpty() || marks) {
        continue; // a sample does not name bits of marks
      }
      for (PacketSet part : List.of(set, set.complement().and(space.of(rules.family())))) {
        Optional<Sample> sample = part.sample();
        if (sample.isEmpty()) {
          continue;
        }
        PlainPacket packet =
            PlainPacket.of(rules.family(), 1)
                .with(Field.SOURCE, first(rules.family()))
                .with(Field.DESTINATION, first(rules.family()))
                .with(sample.get());
        Ternary truth = new PlainMatch(packet, host).all(rule);
        String what = "seed " + seed + ": " + rule.text() + ", " + host + ", " + packet;
        assertThat(truth).as(what).isNotEqualTo(part == set ? Ternary.NO : Ternary.YES);
        samples++;
      }
    }
    assertThat(samples).isGreaterThan(ROUNDS);
  }

  private static IpAddress first(Family family) {
    return Generator.address(family == Family.IPV4 ? "10.0.0.1" : "fd00::1");
  }

  /** What is not modelled asks its own question and nothing of the packet. */
  @Test
  void whatIsNotKnownDependsOnItsQuestionOnly() {
    PacketSpace space = new PacketSpace();
    int asked = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      space = seed % PER_SPACE == 0 ? new PacketSpace() : space;
      RuleGenerator rules = new RuleGenerator(seed);
      for (String place : List.of("", "late ")) {
        RulePackets meaning = new RulePackets(space, HostAddresses.UNKNOWN, rules.family(), place);
        for (Match match : rules.rule().matches()) {
          boolean unknown =
              match instanceof Match.Unknown
                  || match instanceof Match.IpSet
                  || match instanceof Match.Limit;
          if (!unknown) {
            continue;
          }
          PacketSet set = match.accept(meaning);
          assertThat(set).as(match.text().latin1()).isNotEqualTo(space.all());
          assertThat(set.withoutQuestions()).isEqualTo(space.all());
          assertThat(set.complement().withoutQuestions()).isEqualTo(space.all());
          for (Field field : Field.values()) {
            assertThat(set.without(field)).as(match.text() + " " + field).isEqualTo(set);
          }
          if (set.withoutQuestion(RulePackets.CHANCE).equals(set)) {
            PacketSet elsewhere =
                match.accept(
                    new RulePackets(space, HostAddresses.UNKNOWN, rules.family(), place + "x "));
            assertThat(set.equals(elsewhere)).isFalse();
          }
          asked++;
        }
      }
    }
    assertThat(asked).isGreaterThan(ROUNDS / 10);
    Match.IpSet set = new Match.IpSet(false, "foo", List.of(Side.SOURCE), List.of());
    Match.IpSet not = new Match.IpSet(true, "foo", List.of(Side.SOURCE), List.of());
    RulePackets meaning = new RulePackets(space, HostAddresses.UNKNOWN, Family.IPV4, "");
    assertThat(ofOne(meaning, not)).isEqualTo(ofOne(meaning, set).complement());
  }
}
