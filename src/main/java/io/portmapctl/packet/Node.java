package io.portmapctl.packet;

import java.util.Arrays;

/**
 * A node of a set's diagram: the values of its field fall into runs, and each run leads to the node
 * that asks on. Of equal nodes a space has one, so that equal sets are the same node.
 */
final class Node {
  /** The level of the two ends, behind all others. */
  static final int END = Integer.MAX_VALUE;

  private final int level;

  /**
   * For each run the first value, as its upper and its lower 64 bits; the first run begins at 0.
   */
  private final long[] starts;

  private final Node[] next;
  private final int id;
  private final int hash;

  Node(int level, long[] starts, Node[] next, int id) {
    this.level = level;
    this.starts = starts;
    this.next = next;
    this.id = id;
    int sum = level * 31 + Arrays.hashCode(starts);
    for (Node node : next) {
      sum = sum * 31 + node.id;
    }
    // neighbours in number must not be neighbours in the table, where each would push the next on
    int mixed = sum * 0x9E3779B9;
    this.hash = mixed ^ mixed >>> 15;
  }

  int level() {
    return level;
  }

  int id() {
    return id;
  }

  boolean isEnd() {
    return level == END;
  }

  /** How many runs there are. */
  int size() {
    return next.length;
  }

  Node next(int run) {
    return next[run];
  }

  long high(int run) {
    return starts[2 * run];
  }

  long low(int run) {
    return starts[2 * run + 1];
  }

  /** The run that a value is in. */
  int run(long high, long low) {
    int from = 0;
    int to = next.length - 1;
    while (from < to) {
      int middle = (from + to + 1) >>> 1;
      if (Interval.compare(high(middle), low(middle), high, low) <= 0) {
        from = middle;
      } else {
        to = middle - 1;
      }
    }
    return from;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof Node node)
        || node.hash != hash
        || node.level != level
        || !Arrays.equals(node.starts, starts)) {
      return false;
    }
    for (int i = 0; i < next.length; i++) {
      if (node.next[i] != next[i]) {
        return false;
      }
    }
    return true;
  }
}
