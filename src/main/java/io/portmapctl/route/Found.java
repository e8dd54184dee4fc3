package io.portmapctl.route;

import io.portmapctl.packet.PacketSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the policy rules and the tables say of packets.
 *
 * @param packets the packets
 * @param rule the rule that decides; empty where none does
 * @param route the route that decides; empty where a rule does, or nothing
 * @param hop where it leads, where it leads to one place
 * @param outcome what comes of it
 * @param open what is not known of it
 */
record Found(
    PacketSet packets,
    Optional<PolicyRule> rule,
    Optional<Route> route,
    Optional<Route.Hop> hop,
    Outcome outcome,
    List<Missing> open) {

  /** What comes of a look into the tables. */
  enum Outcome {
    /** There is a route, of a type that has no refusal. */
    ROUTE,
    BLACKHOLE,
    UNREACHABLE,
    PROHIBIT,
    NO_ROUTE,
    UNKNOWN
  }

  Found with(PacketSet others) {
    return new Found(others, rule, route, hop, outcome, open);
  }

  List<Decider> by() {
    List<Decider> by = new ArrayList<>();
    rule.ifPresent(r -> by.add(new Decider.ByRule(r)));
    route.ifPresent(r -> by.add(new Decider.ByRoute(r)));
    return by;
  }
}
