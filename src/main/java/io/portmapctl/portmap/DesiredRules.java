package io.portmapctl.portmap;

import io.portmapctl.ruleset.Rule;
import java.util.List;
import java.util.Map;

/**
 * What publishes one attachment's ports in one family.
 *
 * @param containerChains the container's own chains and all their rules
 * @param shared shared chains that must be there, with rules that must stand in them once
 * @param jumps rules of built-in chains, each once
 * @param entries the rules of other chains, shared or built-in, that lead to the container's
 */
public record DesiredRules(
    Map<String, List<Rule>> containerChains,
    Map<String, List<Rule>> shared,
    List<Placement> jumps,
    List<Placement> entries) {

  /** Nothing: the attachment makes no rule in this family. */
  public static final DesiredRules NOTHING =
      new DesiredRules(Map.of(), Map.of(), List.of(), List.of());

  /**
   * A rule and where it goes when it is new.
   *
   * @param chain the chain that it stands in
   * @param rule the rule
   * @param first whether it is put before all others, else after; only where the container has no
   *     entry in that chain yet
   */
  public record Placement(String chain, Rule rule, boolean first) {}
}
