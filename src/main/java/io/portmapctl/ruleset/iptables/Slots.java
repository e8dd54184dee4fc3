package io.portmapctl.ruleset.iptables;

import java.util.ArrayList;
import java.util.List;

/** What options say, each of them once, in the order in which iptables-save prints them. */
final class Slots<T> {
  private final List<T> values = new ArrayList<>(2);

  /** A bit for each place that has a value. */
  private long places;

  /**
   * What the option of that place says.
   *
   * @param place 0 to 63
   */
  void put(int place, T value) throws NotUnderstood {
    long bit = 1L << place;
    if ((places & bit) != 0) {
      throw new NotUnderstood();
    }
    values.add(Long.bitCount(places & bit - 1), value);
    places |= bit;
  }

  /** All that was said, at least one. */
  List<T> some() throws NotUnderstood {
    if (values.isEmpty()) {
      throw new NotUnderstood();
    }
    return all();
  }

  /** All that was said. */
  List<T> all() {
    return List.copyOf(values);
  }
}
