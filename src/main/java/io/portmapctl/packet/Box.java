package io.portmapctl.packet;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A part of a set of packets that is told by conditions which all hold: for each level that counts,
 * the runs of values that it may have.
 *
 * @param conditions in the order of the levels
 */
@SuppressWarnings("ReferenceEquality") // of equal nodes a space has one
public record Box(List<Condition> conditions) {

  /** Copies the list. */
  public Box {
    conditions = List.copyOf(conditions);
  }

  /**
   * One condition.
   *
   * @param level which level
   * @param question the words of a question that nobody can answer; empty for a field or a bit
   * @param runs the values, in order
   */
  record Condition(int level, String question, List<Interval> runs) {}

  static List<Box> of(PacketSpace space, Node from, int most) {
    List<Box> boxes = new ArrayList<>();
    collect(space, from, new ArrayDeque<>(), boxes, most);
    return List.copyOf(boxes);
  }

  private static void collect(
      PacketSpace space, Node from, Deque<Condition> above, List<Box> boxes, int most) {
    if (from == space.noneNode() || boxes.size() >= most) {
      return;
    }
    if (from.isEnd()) {
      boxes.add(new Box(List.copyOf(above)));
      return;
    }
    List<Node> told = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      Node to = from.next(i);
      if (to == space.noneNode() || told.contains(to)) {
        continue;
      }
      told.add(to);
      List<Interval> runs = new ArrayList<>();
      for (int k = i; k < from.size(); k++) {
        if (from.next(k) == to) {
          boolean last = k + 1 == from.size();
          long low = last ? -1L : from.low(k + 1) - 1;
          long high = last ? -1L : from.high(k + 1) - (from.low(k + 1) == 0 ? 1 : 0);
          runs.add(new Interval(from.high(k), from.low(k), high, low));
        }
      }
      above.addLast(new Condition(from.level(), space.question(from.level()), runs));
      collect(space, to, above, boxes, most);
      above.removeLast();
    }
  }

  /** A range of addresses as the fewest networks, where they are at most as many; else as it is. */
  public static String shown(AddressRange range, int most) {
    List<String> networks = new ArrayList<>();
    int bits = range.family().bits();
    BigInteger from = number(range.first());
    BigInteger end = number(range.last()).add(BigInteger.ONE);
    while (from.compareTo(end) < 0 && networks.size() <= most) {
      int host = from.signum() == 0 ? bits : Math.min(bits, from.getLowestSetBit());
      while (from.add(BigInteger.ONE.shiftLeft(host)).compareTo(end) > 0) {
        host--;
      }
      IpAddress first = address(range.family(), from);
      networks.add(host == 0 ? first.toString() : new Cidr(first, bits - host).toString());
      from = from.add(BigInteger.ONE.shiftLeft(host));
    }
    return networks.size() > most ? range.toString() : String.join(", ", networks);
  }

  private static BigInteger number(IpAddress address) {
    return unsigned(address.high()).shiftLeft(64).add(unsigned(address.low()));
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  private static IpAddress address(Family family, BigInteger number) {
    return new IpAddress(family, number.shiftRight(64).longValue(), number.longValue());
  }

  /** The conditions, for a test's message. */
  @Override
  public String toString() {
    List<String> all = new ArrayList<>();
    for (Condition condition : conditions) {
      if (!condition.question().isEmpty()) {
        all.add((condition.runs().get(0).firstLow() == 0 ? "not " : "") + condition.question());
      } else if (condition.level() < Field.values().length) {
        all.add(Field.at(condition.level()) + " " + condition.runs());
      } else {
        int bit = condition.level() - PacketSpace.markLevel(0);
        all.add((bit % 2 == 0 ? "mark " : "connmark ") + bit / 2 + " " + condition.runs());
      }
    }
    return String.join(", ", all);
  }
}
