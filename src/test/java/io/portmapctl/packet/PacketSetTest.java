package io.portmapctl.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.testing.Rounds;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The algebra against brute force: of every field two bits count, so that each packet can be asked,
 * and a set of packets is a set of bits.
 */
@Tag("long")
class PacketSetTest {
  private static final int ROUNDS = Rounds.of("rounds", 15, 60);

  /** Values that stand for all others: both ends of a field are among them. */
  private static final long[] PROTOCOLS = {0, 1, 254, 255};

  private static final long[] PORTS = {0, 1, 65534, 65535};
  private static final long[] ADDRESSES = {0, 1, 0xfffffffeL, 0xffffffffL};
  private static final int POINTS = 4 * 4 * 4 * 4 * 4 * 2;

  private final PacketSpace space = new PacketSpace();
  private final List<PacketSet> points = new ArrayList<>();

  private static int digit(int point, int field) {
    return field == 5 ? point >> 10 & 1 : point >> (2 * field) & 3;
  }

  private void makePoints() {
    for (int p = 0; p < POINTS; p++) {
      points.add(
          space
              .of(Field.PROTOCOL, Interval.of(PROTOCOLS[digit(p, 0)]))
              .and(address(Field.SOURCE, ADDRESSES[digit(p, 1)], ADDRESSES[digit(p, 1)]))
              .and(address(Field.DESTINATION, ADDRESSES[digit(p, 2)], ADDRESSES[digit(p, 2)]))
              .and(space.of(Field.DESTINATION_PORT, Interval.of(PORTS[digit(p, 3)])))
              .and(space.ofMark(digit(p, 4), 3))
              .and(digit(p, 5) == 1 ? space.ofQuestion("?") : space.ofQuestion("?").complement()));
    }
  }

  private PacketSet address(Field field, long first, long last) {
    return space.of(
        field,
        Family.IPV4,
        Interval.of(
            new AddressRange(
                new IpAddress(Family.IPV4, 0, first), new IpAddress(Family.IPV4, 0, last))));
  }

  /** A set and the points that are in it. */
  private record Both(PacketSet set, BitSet bits) {}

  private static BitSet bits(java.util.function.IntPredicate in) {
    BitSet bits = new BitSet();
    for (int p = 0; p < POINTS; p++) {
      bits.set(p, in.test(p));
    }
    return bits;
  }

  private Both random(Random random, int depth) {
    if (depth == 0 || random.nextInt(5) == 0) {
      return atom(random);
    }
    Both one = random(random, depth - 1);
    if (random.nextInt(4) == 0) {
      BitSet not = (BitSet) one.bits.clone();
      not.flip(0, POINTS);
      return new Both(one.set.complement(), not);
    }
    Both other = random(random, depth - 1);
    BitSet bits = (BitSet) one.bits.clone();
    switch (random.nextInt(3)) {
      case 0 -> {
        bits.and(other.bits);
        return new Both(one.set.and(other.set), bits);
      }
      case 1 -> {
        bits.or(other.bits);
        return new Both(one.set.or(other.set), bits);
      }
      default -> {
        bits.andNot(other.bits);
        return new Both(one.set.minus(other.set), bits);
      }
    }
  }

  private Both atom(Random random) {
    int low = random.nextInt(4);
    int high = low + random.nextInt(4 - low);
    int field = random.nextInt(6);
    PacketSet set =
        switch (field) {
          case 0 -> space.of(Field.PROTOCOL, Interval.of(PROTOCOLS[low], PROTOCOLS[high]));
          case 1 -> address(Field.SOURCE, ADDRESSES[low], ADDRESSES[high]);
          case 2 -> address(Field.DESTINATION, ADDRESSES[low], ADDRESSES[high]);
          case 3 -> space.of(Field.DESTINATION_PORT, Interval.of(PORTS[low], PORTS[high]));
          case 4 -> space.ofMark(low, 3);
          default -> space.ofQuestion("?");
        };
    return switch (field) {
      case 4 -> new Both(set, bits(p -> digit(p, 4) == low));
      case 5 -> new Both(set, bits(p -> digit(p, 5) == 1));
      default -> new Both(set, bits(p -> digit(p, field) >= low && digit(p, field) <= high));
    };
  }

  private BitSet asked(PacketSet set) {
    return bits(p -> set.meets(points.get(p)));
  }

  @Test
  void everyOperationIsAsByBruteForce() {
    makePoints();
    for (int seed = 0; seed < ROUNDS; seed++) {
      Both made = random(new Random(seed), 6);
      assertThat(asked(made.set)).as("seed " + seed).isEqualTo(made.bits);
      assertThat(made.set.isEmpty()).as("seed " + seed).isEqualTo(made.bits.isEmpty());
      PacketSet again = space.none();
      for (int p = 0; p < POINTS; p++) {
        again = made.bits.get(p) ? again.or(points.get(p)) : again;
      }
      assertThat(made.set.contains(again)).as("seed " + seed).isTrue();
    }
  }

  @Test
  void aSampleIsInItsSet() {
    for (int seed = 0; seed < 10 * ROUNDS; seed++) {
      Both made = random(new Random(seed), 6);
      if (made.set.isEmpty()) {
        assertThat(made.set.sample()).isEmpty();
        continue;
      }
      PacketSet sample = made.set.sample().orElseThrow().set();
      assertThat(sample.isEmpty()).as("seed " + seed).isFalse();
      assertThat(made.set.contains(sample)).as("seed " + seed).isTrue();
    }
  }

  /** Sets that are told by a few boxes: each packet is in just one of these. */
  @Test
  void boxesCoverTheirSetAndDoNotOverlap() {
    makePoints();
    for (int seed = 0; seed < ROUNDS / 4; seed++) {
      Both made = random(new Random(seed), 4);
      List<Box> boxes = made.set.boxes(10_000);
      int[] times = new int[POINTS];
      for (Box box : boxes) {
        for (int p = 0; p < POINTS; p++) {
          times[p] += holds(box, p) ? 1 : 0;
        }
      }
      for (int p = 0; p < POINTS; p++) {
        assertThat(times[p])
            .as("seed " + seed + ", point " + p)
            .isEqualTo(made.bits.get(p) ? 1 : 0);
      }
    }
  }

  private boolean holds(Box box, int point) {
    for (Box.Condition condition : box.conditions()) {
      long value = value(condition, point);
      boolean in =
          condition.runs().stream()
              .anyMatch(
                  r ->
                      Interval.compare(r.firstHigh(), r.firstLow(), 0, value) <= 0
                          && Interval.compare(0, value, r.lastHigh(), r.lastLow()) <= 0);
      if (!in) {
        return false;
      }
    }
    return true;
  }

  private static long value(Box.Condition condition, int point) {
    int level = condition.level();
    if (!condition.question().isEmpty()) {
      return digit(point, 5);
    }
    if (level >= Field.values().length) {
      return digit(point, 4) >> (level - Field.values().length) / 2 & 1;
    }
    return switch (Field.values()[level]) {
      case FAMILY -> 0;
      case PROTOCOL -> PROTOCOLS[digit(point, 0)];
      case SOURCE -> ADDRESSES[digit(point, 1)];
      case DESTINATION -> ADDRESSES[digit(point, 2)];
      case DESTINATION_PORT -> PORTS[digit(point, 3)];
      default -> throw new AssertionError(condition);
    };
  }

  /** Marks change as linux/netfilter/xt_mark.h and xt_connmark.h say. */
  @Test
  void marksChangeAsTheKernelDoesIt() {
    Random random = new Random(7);
    for (int i = 0; i < 20 * ROUNDS; i++) {
      long mark = random.nextInt() & 0xffffffffL;
      long connmark = random.nextInt() & 0xffffffffL;
      long value = random.nextInt() & 0xffffffffL;
      long mask = random.nextInt() & 0xffffffffL;
      PacketSet one = space.ofMark(mark, 0xffffffffL).and(space.ofConnmark(connmark, 0xffffffffL));
      assertThat(one.markChanged(value, mask).knownMark())
          .containsExactly(mark & ~mask ^ value, 0xffffffffL);
      assertThat(one.markRestored(value, mask).knownMark())
          .containsExactly(mark & ~value ^ connmark & mask, 0xffffffffL);
      PacketSet saved =
          space
              .ofMark(mark, 0xffffffffL)
              .and(space.ofConnmark(connmark & ~mask ^ mark & value, 0xffffffffL));
      assertThat(one.markSaved(value, mask)).isEqualTo(saved);
      assertThat(one.connmarkChanged(value, mask))
          .isEqualTo(
              space
                  .ofMark(mark, 0xffffffffL)
                  .and(space.ofConnmark(connmark & ~mask ^ value, 0xffffffffL)));
    }
    PacketSet some = space.ofMark(5, 0xf);
    assertThat(some.markChanged(0x10, 0x30).knownMark()).containsExactly(0x15, 0x3f);
    assertThat(some.markChanged(0, 1).and(space.ofMark(4, 0xf))).isEqualTo(some.markChanged(0, 1));
  }

  /** A mark of which nothing is known is copied without a node for each of its values. */
  @Test
  void aFreeMarkIsCopiedBitByBit() {
    PacketSet restored = space.all().markRestored(0xffffffffL, 0xffffffffL);
    assertThat(restored.and(space.ofMark(5, 0xf)).and(space.ofConnmark(4, 0xf)).isEmpty()).isTrue();
    assertThat(restored.and(space.ofMark(5, 0xf)).and(space.ofConnmark(5, 0xf)).isEmpty())
        .isFalse();
    assertThat(restored.markSaved(0xffffffffL, 0xffffffffL)).isEqualTo(restored);
    assertThat(space.size()).isLessThan(100_000);
  }

  @Test
  void whatIsForgottenMayHaveAnyValue() {
    PacketSet set =
        space
            .of(Field.PROTOCOL, Interval.of(6))
            .and(space.ofQuestion("a"))
            .or(space.of(Field.PROTOCOL, Interval.of(17)));
    assertThat(set.withoutQuestions())
        .isEqualTo(
            space.of(Field.PROTOCOL, Interval.of(6)).or(space.of(Field.PROTOCOL, Interval.of(17))));
    assertThat(set.without(Field.PROTOCOL)).isEqualTo(space.all());
    assertThat(set.withoutQuestion("a")).isEqualTo(set.withoutQuestions());
    assertThat(set.withoutQuestion("b")).isEqualTo(set);
    assertThat(set.with(Field.PROTOCOL, 1).withoutQuestions())
        .isEqualTo(space.of(Field.PROTOCOL, Interval.of(1)));
  }

  @Test
  void interfacesWithTheSameBeginningLieTogether() {
    PacketSet eths = space.of(Field.INPUT_INTERFACE, Interval.ofInterface("eth+"));
    for (String name : List.of("eth", "eth0", "eth123456789012", "eth\u00ff")) {
      PacketSet one = space.of(Field.INPUT_INTERFACE, Interval.ofInterface(name));
      assertThat(eths.contains(one)).as(name).isTrue();
      assertThat(one.sample().orElseThrow().interfaceName(Field.INPUT_INTERFACE)).contains(name);
    }
    for (String name : List.of("", "et", "eti", "br0", "Eth0")) {
      PacketSet one = space.of(Field.INPUT_INTERFACE, Interval.ofInterface(name));
      assertThat(eths.meets(one)).as(name).isFalse();
    }
  }

  @Test
  void networksOfBothFamiliesAreTheirAddresses() {
    Random random = new Random(3);
    for (int i = 0; i < 10 * ROUNDS; i++) {
      Family family = Family.values()[random.nextInt(2)];
      IpAddress address =
          new IpAddress(
              family,
              family == Family.IPV6 ? random.nextLong() : 0,
              family == Family.IPV6 ? random.nextLong() : random.nextInt() & 0xffffffffL);
      Cidr network = new Cidr(address, random.nextInt(family.bits() + 1)).network();
      IpAddress other =
          new IpAddress(
              family,
              address.high(),
              address.low() ^ 1L << random.nextInt(family == Family.IPV6 ? 64 : 32));
      PacketSet set = space.of(Field.SOURCE, network);
      assertThat(set.meets(space.of(Field.SOURCE, other)))
          .as(network + " " + other)
          .isEqualTo(network.contains(Cidr.host(other)));
      assertThat(set.complement().or(set)).isEqualTo(space.all());
      AddressRange range = set.values(Field.SOURCE, family).get(0).addresses(family);
      assertThat(Box.shown(range, 1))
          .isEqualTo(
              network.prefix() == family.bits()
                  ? network.address().toString()
                  : network.toString());
    }
  }
}
