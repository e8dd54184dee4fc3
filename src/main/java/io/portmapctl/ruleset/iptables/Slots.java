package io.portmapctl.ruleset.iptables;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What options say, each of them once, in the order in which iptables-save prints them. */
final class Slots<T> {
  private final Map<Integer, T> values = new TreeMap<>();

  /** What the option of that place says. */
  void put(int place, T value) throws NotUnderstood {
    if (values.put(place, value) != null) {
      throw new NotUnderstood();
    }
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
    return List.copyOf(values.values());
  }
}
