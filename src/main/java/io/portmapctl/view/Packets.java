package io.portmapctl.view;

import io.portmapctl.packet.Box;
import io.portmapctl.packet.Difference;
import io.portmapctl.packet.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Parts of a set of packets, by what tells them from the rest. */
final class Packets {
  /** As many runs of values are told. */
  private static final int MOST_RUNS = 4;

  /** As many networks may stand for a run of addresses. */
  private static final int MOST_NETWORKS = 2;

  private Packets() {}

  /** The differences, for the middle of a sentence; empty where there are none. */
  static String of(List<Difference> differences) {
    List<String> texts = new ArrayList<>();
    for (Difference difference : differences) {
      texts.add((difference.negated() ? "not " : "") + word(difference) + " " + values(difference));
    }
    return String.join(", ", texts);
  }

  private static String word(Difference difference) {
    return switch (difference.field()) {
      case INPUT_INTERFACE -> "through";
      case SOURCE -> "from";
      case DESTINATION -> "to";
      case SOURCE_PORT -> "from port";
      case MAC -> "of the Ethernet address";
      case UID -> "of user";
      default -> "of group";
    };
  }

  private static String values(Difference difference) {
    List<Interval> runs = difference.runs();
    String some =
        runs.stream()
            .limit(MOST_RUNS)
            .map(r -> value(difference, r))
            .collect(Collectors.joining(", "));
    return runs.size() > MOST_RUNS ? some + " and others" : some;
  }

  private static String value(Difference difference, Interval run) {
    return switch (difference.field()) {
      case INPUT_INTERFACE -> {
        String name = Interval.interfaceName(run.firstHigh(), run.firstLow());
        boolean all = run.equals(Interval.ofInterface(name + "+"));
        yield name.isEmpty() || !run.isOne() && !all
            ? "certain interfaces"
            : name + (run.isOne() ? "" : "+");
      }
      case SOURCE, DESTINATION -> Box.shown(run.addresses(difference.family()), MOST_NETWORKS);
      case MAC -> String.format("%012x", run.firstLow()).replaceAll("(..)(?!$)", "$1:");
      default -> run.isOne() ? Long.toString(run.firstLow()) : run.firstLow() + ":" + run.lastLow();
    };
  }
}
