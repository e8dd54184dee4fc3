package io.portmapctl.packet;

import io.portmapctl.model.Family;
import io.portmapctl.model.IpAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
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
    return of(space.apply(PacketSpace.Operation.AND, node, other.node));
  }

  /** The packets that are in one of the two. */
  public PacketSet or(PacketSet other) {
    return of(space.apply(PacketSpace.Operation.OR, node, other.node));
  }

  /** The packets that are not in the other. */
  public PacketSet minus(PacketSet other) {
    return of(space.apply(PacketSpace.Operation.MINUS, node, other.node));
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
    return of(space.without(node, level -> level == field.level()));
  }

  /** Those that have a value of a field that one of these has, whatever else they are. */
  public PacketSet only(Field field) {
    return of(
        space.without(node, level -> level != field.level() && level != Field.FAMILY.level()));
  }

  /** Those that differ from one of these at most in marks. */
  public PacketSet withoutMarks() {
    return of(space.without(node, PacketSpace::isMark));
  }

  /** Those that differ from one of these at most in answers that nobody knows. */
  public PacketSet withoutQuestions() {
    return of(space.without(node, PacketSpace::isQuestion));
  }

  /** Those that differ from one of these at most in the answer to one question. */
  public PacketSet withoutQuestion(String words) {
    return of(space.without(node, level -> words.equals(space.question(level))));
  }

  /**
   * Those of which every packet is in the set, whatever the answers that nobody knows: what is
   * certain of it.
   */
  public PacketSet whateverTheAnswers() {
    return complement().withoutQuestions().complement();
  }

  /** These packets with another value of a field that is no address. */
  public PacketSet with(Field field, long value) {
    return with(field, Interval.of(value), field.bits(Family.IPV6));
  }

  /** These packets, of one family, with another address. */
  public PacketSet with(Field field, IpAddress address) {
    return with(
        field,
        new Interval(address.high(), address.low(), address.high(), address.low()),
        address.family().bits());
  }

  private PacketSet with(Field field, Interval value, int bits) {
    Node any = without(field).node;
    return of(space.withValue(any, field.level(), value.firstHigh(), value.firstLow(), bits));
  }

  /** These packets with every value of a field that a set allows. */
  public PacketSet with(Field field, PacketSet allowed) {
    return without(field).and(allowed);
  }

  /** These packets with what a field was kept in the field behind it, and any value in itself. */
  public PacketSet keptBehind(Field field) {
    Field behind = field.behind();
    return of(space.moved(without(behind).node, field.level()));
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
      return space.withBit(space.without(from, l -> l == level), level, flip);
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
    long value = 0;
    long known = 0;
    for (int bit = 0; bit < PacketSpace.MARK_BITS; bit++) {
      boolean zero = space.withBit(node, PacketSpace.markLevel(bit), true) == space.noneNode();
      boolean one = space.withBit(node, PacketSpace.markLevel(bit), false) == space.noneNode();
      if (zero || one) {
        known |= 1L << bit;
        value |= one && !zero ? 1L << bit : 0;
      }
    }
    return new long[] {value, known};
  }

  /** The values that a field has in them, as runs in order that do not touch. */
  public List<Interval> values(Field field, Family family) {
    int level = field.level();
    Node only = space.without(node, l -> l != level);
    List<Interval> runs = new ArrayList<>();
    if (only == space.noneNode()) {
      return runs;
    }
    int bits = field.bits(family);
    long lastHigh = bits == 128 ? -1L : 0;
    long lastLow = bits >= 64 ? -1L : (1L << bits) - 1;
    if (only == space.allNode()) {
      return List.of(new Interval(0, 0, lastHigh, lastLow));
    }
    for (int i = 0; i < only.size(); i++) {
      if (only.next(i) == space.noneNode()) {
        continue;
      }
      boolean last = i + 1 == only.size();
      long low = last ? lastLow : only.low(i + 1) - 1;
      long high = last ? lastHigh : only.high(i + 1) - (only.low(i + 1) == 0 ? 1 : 0);
      runs.add(new Interval(only.high(i), only.low(i), high, low));
    }
    return List.copyOf(runs);
  }

  /** The questions on whose answers it depends, by their words. */
  public Set<String> questions() {
    Set<String> words = new LinkedHashSet<>();
    collectQuestions(node, words, new HashSet<>());
    return words;
  }

  private void collectQuestions(Node from, Set<String> words, Set<Integer> seen) {
    if (from.isEnd() || !seen.add(from.id())) {
      return;
    }
    String question = space.question(from.level());
    if (!question.isEmpty()) {
      words.add(question);
    }
    for (int i = 0; i < from.size(); i++) {
      collectQuestions(from.next(i), words, seen);
    }
  }

  /** Whether a field makes a difference in it. */
  public boolean dependsOn(Field field) {
    return depends(node, field.level(), new HashSet<>());
  }

  private static boolean depends(Node from, int level, Set<Integer> seen) {
    if (from.level() > level || !seen.add(from.id())) {
      return false;
    }
    if (from.level() == level) {
      return true;
    }
    for (int i = 0; i < from.size(); i++) {
      if (depends(from.next(i), level, seen)) {
        return true;
      }
    }
    return false;
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
