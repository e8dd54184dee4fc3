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
public record LeftOut(Set<String> chains, List<Place> places) {
  /** Every rule counts. */
  public static final LeftOut NOTHING = new LeftOut(Set.of(), List.of());

  /** The same with one rule more. */
  public LeftOut and(Place place) {
    List<Place> more = new ArrayList<>(places);
    more.add(place);
    return new LeftOut(chains, more);
  }

  /** The same with all rules of a chain. */
  public LeftOut andChain(String chain) {
    Set<String> more = new LinkedHashSet<>(chains);
    more.add(chain);
    return new LeftOut(more, places);
  }

  /** Whether a rule is passed over. */
  boolean has(Place place) {
    return chains.contains(place.chain()) || places.stream().anyMatch(place::isAt);
  }

  boolean isNothing() {
    return chains.isEmpty() && places.isEmpty();
  }
}
