package io.portmapctl.packet;

import io.portmapctl.net.Family;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A set of packets of one space. Immutable; equal sets of a space are equal values. Every operation
 * is exact.
 */
@SuppressWarnings("ReferenceEquality") // of equal nodes a space has one
public final class PacketSet {
  private final PacketSpace space;
  private final Node node;

  PacketSet(PacketSpace space, Node node) {
    this.space = space;
    this.node = node;
  }

  private PacketSet of(Node other) {
    return other == node ? this : new PacketSet(space, other);
  }

  Node node() {
    return node;
  }

  /** The space that it is of. */
  public PacketSpace space() {
    return space;
  }

  /** Whether no packet is in it. */
  public boolean isEmpty() {
    return node == space.noneNode();
  }

  /** The packets that are in both. */
  public PacketSet and(PacketSet other) {
    return switch (space.inside(node, other.node)) {
      case ALL -> this;
      case NONE -> space.none();
      case PERHAPS -> of(space.apply(PacketSpace.Operation.AND, node, other.node));
    };
  }

  /** The packets that are in one of the two. */
  public PacketSet or(PacketSet other) {
    return of(space.apply(PacketSpace.Operation.OR, node, other.node));
  }

  /** The packets that are not in the other. */
  public PacketSet minus(PacketSet other) {
    return switch (space.inside(node, other.node)) {
      case ALL -> space.none();
      case NONE -> this;
      case PERHAPS -> of(space.apply(PacketSpace.Operation.MINUS, node, other.node));
    };
  }

  /** The packets that are not in it. */
  public PacketSet complement() {
    return of(space.apply(PacketSpace.Operation.MINUS, space.allNode(), node));
  }

  /** The complement where a condition is negated. */
  public PacketSet negatedIf(boolean negated) {
    return negated ? complement() : this;
  }

  /** Whether every packet of the other is in it. */
  public boolean contains(PacketSet other) {
    return other.minus(this).isEmpty();
  }

  /** Whether a packet is in both. */
  public boolean meets(PacketSet other) {
    return !and(other).isEmpty();
  }

  /** Those that differ from one of these at most in a field. */
  public PacketSet without(Field field) {
    return of(space.without(node, field.level(), field.level()));
  }

  /** Those that have a value of a field that one of these has, whatever else they are. */
  public PacketSet only(Field field) {
    int level = field.level();
    Node others = space.without(node, level + 1, Node.END - 1);
    return of(space.without(others, Field.FAMILY.level() + 1, level - 1));
  }

  /** Those that differ from one of these at most in marks. */
  public PacketSet withoutMarks() {
    return of(space.without(node, PacketSpace.FIRST_MARK, PacketSpace.FIRST_QUESTION - 1));
  }

  /** Those that differ from one of these at most in answers that nobody knows. */
  public PacketSet withoutQuestions() {
    return of(space.without(node, PacketSpace.FIRST_QUESTION, Node.END - 1));
  }

  /** Those that differ from one of these at most in the answer to one question. */
  public PacketSet withoutQuestion(String words) {
    int level = space.questionLevel(words);
    return level < 0 ? this : of(space.without(node, level, level));
  }

  /** These packets with another value of a field that is no address. */
  public PacketSet with(Field field, long value) {
    return rewritten(List.of(Rewrite.to(field, value)), Family.IPV6);
  }

  /**
   * These packets with other values of some fields.
   *
   * @param rewrites each of another field
   * @param family the family of addresses among them
   */
  public PacketSet rewritten(List<Rewrite> rewrites, Family family) {
    return of(space.rewritten(node, rewrites, family));
  }

  /** After {@code mark = (mark & ~mask) ^ value}. */
  public PacketSet markChanged(long value, long mask) {
    Node result = node;
    for (int bit = 0; bit < PacketSpace.MARK_BITS; bit++) {
      result =
          changed(
              result,
              PacketSpace.markLevel(bit),
              (mask >>> bit & 1) != 0,
              (value >>> bit & 1) != 0);
    }
    return of(result);
  }

  /** After {@code ctmark = (ctmark & ~mask) ^ value}. */
  public PacketSet connmarkChanged(long value, long mask) {
    Node result = node;
    for (int bit = 0; bit < PacketSpace.MARK_BITS; bit++) {
      result =
          changed(
              result,
              PacketSpace.connmarkLevel(bit),
              (mask >>> bit & 1) != 0,
              (value >>> bit & 1) != 0);
    }
    return of(result);
  }

  /** After {@code mark = (mark & ~nfMask) ^ (ctmark & ctMask)}. */
  public PacketSet markRestored(long nfMask, long ctMask) {
    Node result = node;
    for (int bit = 0; bit < PacketSpace.MARK_BITS; bit++) {
      result =
          copied(
              result,
              PacketSpace.connmarkLevel(bit),
              PacketSpace.markLevel(bit),
              (nfMask >>> bit & 1) != 0,
              (ctMask >>> bit & 1) != 0);
    }
    return of(result);
  }

  /** After {@code ctmark = (ctmark & ~ctMask) ^ (mark & nfMask)}. */
  public PacketSet markSaved(long nfMask, long ctMask) {
    Node result = node;
    for (int bit = 0; bit < PacketSpace.MARK_BITS; bit++) {
      result =
          copied(
              result,
              PacketSpace.markLevel(bit),
              PacketSpace.connmarkLevel(bit),
              (ctMask >>> bit & 1) != 0,
              (nfMask >>> bit & 1) != 0);
    }
    return of(result);
  }

  /** A bit, cleared or not, then turned over or not. */
  private Node changed(Node from, int level, boolean clear, boolean flip) {
    if (clear) {
      return space.withBit(space.without(from, level, level), level, flip);
    }
    return flip ? space.flipped(from, level) : from;
  }

  /** A bit, cleared or not, then turned over where another bit is set and looked at. */
  private Node copied(Node from, int source, int target, boolean clear, boolean look) {
    if (!look) {
      return changed(from, target, clear, false);
    }
    Node zero = changed(space.withBit(from, source, false), target, clear, false);
    Node one = changed(space.withBit(from, source, true), target, clear, true);
    return space.apply(PacketSpace.Operation.OR, zero, one);
  }

  /** The bits of the mark that are the same in all of them, with their values: value, then mask. */
  public long[] knownMark() {
    Node marks = node;
    while (marks.level() < PacketSpace.FIRST_MARK) {
      Node only = space.only(marks);
      if (only == space.noneNode()) {
        marks = space.without(marks, 0, PacketSpace.FIRST_MARK - 1);
      } else {
        marks = only;
      }
    }
    long value = 0;
    long known = 0;
    Node at = marks;
    while (at.level() < PacketSpace.FIRST_QUESTION) {
      if (!PacketSpace.isPacketMark(at.level())) {
        at = space.only(at);
        if (at == space.noneNode()) {
          return compared(marks);
        }
        continue;
      }
      boolean zero = at.next(1) == space.noneNode();
      boolean one = at.next(0) == space.noneNode();
      if (!zero && !one) {
        return compared(marks);
      }
      long bit = 1L << (at.level() - PacketSpace.markLevel(0)) / 2;
      known |= bit;
      value |= one ? bit : 0;
      at = at.next(zero ? 0 : 1);
    }
    return new long[] {value, known};
  }

  /** The same where bits depend on one another: each is tried. */
  private long[] compared(Node marks) {
    long value = 0;
    long known = 0;
    for (int bit = 0; bit < PacketSpace.MARK_BITS; bit++) {
      int level = PacketSpace.markLevel(bit);
      boolean zero = space.withBit(marks, level, true) == space.noneNode();
      boolean one = space.withBit(marks, level, false) == space.noneNode();
      if (zero || one) {
        known |= 1L << bit;
        value |= one && !zero ? 1L << bit : 0;
      }
    }
    return new long[] {value, known};
  }

  /** The values that a field has in them, as runs in order that do not touch. */
  public List<Interval> values(Field field, Family family) {
    if (isEmpty()) {
      return List.of();
    }
    int bits = field.bits(family);
    Interval every = new Interval(0, 0, bits == 128 ? -1L : 0, bits >= 64 ? -1L : (1L << bits) - 1);
    List<Interval> runs = new ArrayList<>();
    Node from = node;
    while (from.level() < field.level() && space.only(from) != space.noneNode()) {
      from = space.only(from);
    }
    if (!collect(from, field.level(), every, runs, new HashSet<>())) {
      return List.of(every);
    }
    return Interval.united(runs);
  }

  /** Collects the runs of nodes that ask for a level; false where some way does not ask. */
  private boolean collect(
      Node from, int level, Interval every, List<Interval> runs, Set<Integer> seen) {
    if (from == space.noneNode() || !seen.add(from.id())) {
      return true;
    }
    if (from.level() > level) {
      return false;
    }
    for (int i = 0; i < from.size(); i++) {
      if (from.level() < level) {
        if (!collect(from.next(i), level, every, runs, seen)) {
          return false;
        }
      } else if (from.next(i) != space.noneNode()) {
        boolean last = i + 1 == from.size();
        long low = last ? every.lastLow() : from.low(i + 1) - 1;
        long high = last ? every.lastHigh() : from.high(i + 1) - (from.low(i + 1) == 0 ? 1 : 0);
        runs.add(new Interval(from.high(i), from.low(i), high, low));
      }
    }
    return true;
  }

  /** One of the packets, with the lowest values that it may have; empty where there is none. */
  public Optional<Sample> sample() {
    return isEmpty() ? Optional.empty() : Optional.of(Sample.of(space, node));
  }

  /** The packets as boxes that do not overlap, at most as many. */
  public List<Box> boxes(int most) {
    return Box.of(space, node, most);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PacketSet set && set.node == node;
  }

  @Override
  public int hashCode() {
    return node.id();
  }

  /** Its boxes, for a test's message. */
  @Override
  public String toString() {
    return isEmpty()
        ? "no packet"
        : String.join("; or ", boxes(8).stream().map(Box::toString).toList());
  }
}
