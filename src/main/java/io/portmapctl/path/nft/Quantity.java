package io.portmapctl.path.nft;

import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Something that an expression has of every packet, as a number: which packets have it, and which
 * packets have which value.
 */
abstract class Quantity {
  /** More runs than this are not made of a mask with gaps. */
  private static final int MOST_RUNS = 4096;

  private final PacketSpace space;
  private final PacketSet present;
  private final int bits;

  /**
   * Of a space.
   *
   * @param present the packets that have it; a rule stops for the others
   * @param bits how many it has
   */
  Quantity(PacketSpace space, PacketSet present, int bits) {
    this.space = space;
    this.present = present;
    this.bits = bits;
  }

  final PacketSpace space() {
    return space;
  }

  final PacketSet present() {
    return present;
  }

  final int bits() {
    return bits;
  }

  /** The values that a constant stands for; empty where that is not known. */
  abstract Optional<Interval> values(String constant);

  /** The packets with a value of a run. */
  abstract PacketSet among(Interval run);

  /**
   * The packets of which the bits of a mask are a value; empty where that cannot be told.
   *
   * @param value nothing outside of the mask
   */
  Optional<PacketSet> masked(BigInteger mask, BigInteger value) {
    List<Integer> free = new ArrayList<>();
    int low = mask.signum() == 0 ? bits : Math.min(bits, mask.getLowestSetBit());
    for (int bit = low; bit < bits; bit++) {
      if (!mask.testBit(bit)) {
        free.add(bit);
      }
    }
    if (free.size() > 12 || 1 << free.size() > MOST_RUNS) {
      return Optional.empty();
    }
    BigInteger rest = BigInteger.ONE.shiftLeft(low).subtract(BigInteger.ONE);
    List<PacketSet> runs = new ArrayList<>();
    for (int i = 0; i < 1 << free.size(); i++) {
      BigInteger first = value;
      for (int k = 0; k < free.size(); k++) {
        first = (i >> k & 1) != 0 ? first.setBit(free.get(k)) : first;
      }
      runs.add(among(interval(first, first.or(rest))));
    }
    return Optional.of(united(space, runs));
  }

  /** The packets that are in one of some sets; halves first, so that many stay cheap. */
  static PacketSet united(PacketSpace space, List<PacketSet> sets) {
    return switch (sets.size()) {
      case 0 -> space.none();
      case 1 -> sets.get(0);
      default -> {
        int half = sets.size() / 2;
        yield united(space, sets.subList(0, half))
            .or(united(space, sets.subList(half, sets.size())));
      }
    };
  }

  /** All bits. */
  final BigInteger all() {
    return BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
  }

  static Interval interval(BigInteger first, BigInteger last) {
    return new Interval(
        first.shiftRight(64).longValue(),
        first.longValue(),
        last.shiftRight(64).longValue(),
        last.longValue());
  }

  static BigInteger first(Interval run) {
    return number(run.firstHigh(), run.firstLow());
  }

  static BigInteger last(Interval run) {
    return number(run.lastHigh(), run.lastLow());
  }

  private static BigInteger number(long high, long low) {
    return unsigned(high).shiftLeft(64).or(unsigned(low));
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }
}
