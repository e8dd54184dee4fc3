package io.portmapctl.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nat table of one family.
 *
 * @param family the family
 * @param chains the chains by name, in printed order
 */
public record Table(Family family, Map<String, Chain> chains) {

  /** Copies the map, keeping its order. */
  public Table {
    chains = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(chains));
  }

  /** A nat table in which nothing was ever done. */
  public static Table empty(Family family) {
    Map<String, Chain> chains = new LinkedHashMap<>();
    for (String name : List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING")) {
      chains.put(name, new Chain(name, "ACCEPT", "", List.of()));
    }
    return new Table(family, chains);
  }

  /** The chain of that name, if there is one. */
  public Optional<Chain> chain(String name) {
    return Optional.ofNullable(chains.get(name));
  }
}
