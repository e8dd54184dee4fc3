package io.portmapctl.packet;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of values of a field, unsigned 128-bit numbers.
 *
 * @param firstHigh the upper 64 bits of the lowest
 * @param firstLow the lower 64 bits of the lowest
 * @param lastHigh the upper 64 bits of the highest
 * @param lastLow the lower 64 bits of the highest
 */
public record Interval(long firstHigh, long firstLow, long lastHigh, long lastLow) {
  private static final int NAME_BYTES = 16;

  /** One value. */
  public static Interval of(long value) {
    return new Interval(0, value, 0, value);
  }

  /** From one value to another. */
  public static Interval of(long first, long last) {
    return new Interval(0, first, 0, last);
  }

  /** The addresses of a range. */
  public static Interval of(AddressRange range) {
    return new Interval(
        range.first().high(), range.first().low(), range.last().high(), range.last().low());
  }

  /** The addresses of a network. */
  public static Interval of(Cidr cidr) {
    IpAddress first = cidr.network().address();
    int host = first.family().bits() - cidr.prefix();
    long high = first.high();
    long low = first.low();
    if (host >= 64) {
      high |= host == 128 ? -1L : (1L << (host - 64)) - 1;
      low = -1L;
    } else {
      low |= host == 64 ? -1L : (1L << host) - 1;
    }
    return new Interval(first.high(), first.low(), high, low);
  }

  /**
   * The interfaces that a name of a rule stands for, where a {@code +} at its end stands for
   * anything. A name is the number of its bytes, the first the highest, so that names with the same
   * beginning lie beside one another.
   */
  public static Interval ofInterface(String pattern) {
    boolean prefix = pattern.endsWith("+");
    byte[] name =
        (prefix ? pattern.substring(0, pattern.length() - 1) : pattern)
            .getBytes(StandardCharsets.ISO_8859_1);
    long[] halves = {0, 0};
    long[] rest = {0, 0};
    for (int i = 0; i < NAME_BYTES; i++) {
      int half = i / 8;
      halves[half] = halves[half] << 8 | (i < name.length ? name[i] & 0xff : 0);
      rest[half] = rest[half] << 8 | (i < name.length ? 0 : 0xff);
    }
    return prefix
        ? new Interval(halves[0], halves[1], halves[0] | rest[0], halves[1] | rest[1])
        : new Interval(halves[0], halves[1], halves[0], halves[1]);
  }

  /** The name of an interface, as {@link #ofInterface} numbers it; empty for none. */
  public static String interfaceName(long high, long low) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < NAME_BYTES; i++) {
      int octet = (int) ((i < 8 ? high : low) >>> (56 - 8 * (i % 8)) & 0xff);
      if (octet == 0) {
        break;
      }
      name.append((char) octet);
    }
    return name.toString();
  }

  /** The values that are in one of some runs, as runs in order that do not touch. */
  static List<Interval> united(List<Interval> runs) {
    List<Interval> sorted = new ArrayList<>(runs);
    sorted.sort(
        (one, other) -> compare(one.firstHigh, one.firstLow, other.firstHigh, other.firstLow));
    List<Interval> united = new ArrayList<>();
    for (Interval run : sorted) {
      Interval last = united.isEmpty() ? null : united.get(united.size() - 1);
      if (last == null || !last.reaches(run)) {
        united.add(run);
      } else if (compare(last.lastHigh, last.lastLow, run.lastHigh, run.lastLow) < 0) {
        united.set(
            united.size() - 1,
            new Interval(last.firstHigh, last.firstLow, run.lastHigh, run.lastLow));
      }
    }
    return List.copyOf(united);
  }

  /** Whether a run that begins behind this one's first overlaps it or begins right behind it. */
  private boolean reaches(Interval run) {
    boolean highest = lastHigh == -1 && lastLow == -1;
    long low = lastLow + 1;
    long high = lastHigh + (low == 0 ? 1 : 0);
    return highest || compare(run.firstHigh, run.firstLow, high, low) <= 0;
  }

  /** Whether the two have a value in common. */
  public boolean overlaps(Interval other) {
    return !isBelow(other) && !other.isBelow(this);
  }

  /** Whether each of its values is below each of the other's. */
  public boolean isBelow(Interval other) {
    return compare(lastHigh, lastLow, other.firstHigh, other.firstLow) < 0;
  }

  /** Whether it is one value. */
  public boolean isOne() {
    return firstHigh == lastHigh && firstLow == lastLow;
  }

  /** As addresses of a family. */
  public AddressRange addresses(Family family) {
    return new AddressRange(
        new IpAddress(family, firstHigh, firstLow), new IpAddress(family, lastHigh, lastLow));
  }

  /** Whether one unsigned 128-bit number is below another, the same, or above it: -1, 0, 1. */
  static int compare(long high, long low, long otherHigh, long otherLow) {
    int highs = Long.compareUnsigned(high, otherHigh);
    return highs != 0 ? highs : Long.compareUnsigned(low, otherLow);
  }
}
