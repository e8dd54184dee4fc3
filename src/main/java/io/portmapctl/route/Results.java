package io.portmapctl.route;

import io.portmapctl.packet.PacketSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decisions as they come, those that are the same as one. */
final class Results {
  private final Map<Decision, PacketSet> parts = new LinkedHashMap<>();

  void add(PacketSet packets, Decision decision) {
    if (!packets.isEmpty()) {
      parts.merge(decision, packets, PacketSet::or);
    }
  }

  /** Refuses packets by what the tables say of them. */
  void refuse(Found found, Refusal why, boolean told) {
    add(found.packets(), new Decision.Refused(why, told, found.by(), found.open()));
  }

  /** Refuses packets by settings. */
  void refuse(PacketSet packets, Refusal why, List<Setting> settings, List<Missing> open) {
    add(packets, new Decision.Refused(why, false, settings(settings), open));
  }

  /** Refuses packets by what no setting changes. */
  void refuse(PacketSet packets, Refusal why) {
    refuse(packets, why, List.of(), List.of());
  }

  static List<Decider> settings(List<Setting> settings) {
    return settings.stream().map(s -> (Decider) new Decider.BySetting(s)).toList();
  }

  static List<Decider> deciders(List<Decider> first, List<Setting> settings) {
    List<Decider> all = new ArrayList<>(first);
    all.addAll(settings(settings));
    return all;
  }

  static List<Missing> both(List<Missing> first, List<Missing> second) {
    Set<Missing> all = new LinkedHashSet<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  /** What a refusal of the tables is called; empty where they have a route, or nobody knows. */
  static Optional<Refusal> refusal(Found.Outcome outcome) {
    return switch (outcome) {
      case BLACKHOLE -> Optional.of(Refusal.BLACKHOLE);
      case UNREACHABLE -> Optional.of(Refusal.UNREACHABLE);
      case PROHIBIT -> Optional.of(Refusal.PROHIBIT);
      case NO_ROUTE -> Optional.of(Refusal.NO_ROUTE);
      case ROUTE, UNKNOWN -> Optional.empty();
    };
  }

  List<Routed> all() {
    List<Routed> all = new ArrayList<>();
    parts.forEach((decision, packets) -> all.add(new Routed(packets, decision)));
    return List.copyOf(all);
  }
}
