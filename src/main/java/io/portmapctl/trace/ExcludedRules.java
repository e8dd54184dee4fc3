package io.portmapctl.trace;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Rules that are passed over, as if they were not there.
 *
 * @param chains all rules of these chains
 * @param places these rules
 */
public record ExcludedRules(Set<String> chains, List<RulePlace> places) {
  /** Every rule counts. */
  public static final ExcludedRules NOTHING = new ExcludedRules(Set.of(), List.of());

  /** The same with one rule more. */
  public ExcludedRules and(RulePlace place) {
    List<RulePlace> more = new ArrayList<>(places);
    more.add(place);
    return new ExcludedRules(chains, more);
  }

  /** The same with all rules of a chain. */
  public ExcludedRules andChain(String chain) {
    Set<String> more = new LinkedHashSet<>(chains);
    more.add(chain);
    return new ExcludedRules(more, places);
  }

  /** Whether a rule is passed over. */
  boolean has(RulePlace place) {
    return chains.contains(place.chain()) || places.stream().anyMatch(place::isAt);
  }

  boolean isNothing() {
    return chains.isEmpty() && places.isEmpty();
  }
}
