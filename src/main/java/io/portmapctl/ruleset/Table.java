package io.portmapctl.ruleset;

import io.portmapctl.net.Family;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table of one family.
 *
 * @param name its name
 * @param family the family
 * @param variant which engine holds it
 * @param chains the chains by name, in printed order
 */
public record Table(TableName name, Family family, Variant variant, Map<String, Chain> chains) {

  /** Copies the map, keeping its order. */
  public Table {
    chains = Collections.unmodifiableMap(new LinkedHashMap<>(chains));
  }

  /** A table in which nothing was ever done. */
  public static Table empty(TableName name, Family family) {
    Map<String, Chain> chains = new LinkedHashMap<>();
    for (Hook hook : name.priorities(Variant.UNKNOWN).keySet()) {
      chains.put(hook.name(), new Chain(hook.name(), "ACCEPT", "", List.of()));
    }
    return new Table(name, family, Variant.UNKNOWN, chains);
  }

  /** The same table with other chains. */
  public Table with(Map<String, Chain> others) {
    return new Table(name, family, variant, others);
  }

  /** The same, held by that engine. */
  public Table of(Variant engine) {
    return new Table(name, family, engine, chains);
  }

  /** The chain of that name, if there is one. */
  public Optional<Chain> chain(String chain) {
    return Optional.ofNullable(chains.get(chain));
  }

  /** The rules of a chain; none where there is no such chain. */
  public List<RuleEntry> rows(String chain) {
    return chain(chain).map(Chain::rows).orElse(List.of());
  }

  /** The chain that the kernel calls at a hook, if the table has one there. */
  public Optional<BaseChain> baseChain(Hook hook) {
    Integer priority = name.priorities(variant).get(hook);
    return priority == null
        ? Optional.empty()
        : chain(hook.name()).map(c -> new BaseChain(hook, priority, c));
  }

  /** The chains that the kernel calls. */
  public List<BaseChain> baseChains() {
    List<BaseChain> all = new ArrayList<>();
    name.priorities(variant).keySet().forEach(hook -> baseChain(hook).ifPresent(all::add));
    return List.copyOf(all);
  }
}
