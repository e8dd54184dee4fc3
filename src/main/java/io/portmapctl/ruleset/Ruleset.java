package io.portmapctl.ruleset;

import io.portmapctl.net.Family;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tables of one family and one variant.
 *
 * @param family the family
 * @param variant which engine holds them
 * @param tables the tables by name, in printed order
 */
public record Ruleset(Family family, Variant variant, Map<TableName, Table> tables) {

  /** Copies the map, keeping its order. */
  public Ruleset {
    tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
  }

  /** The table of that name, if there is one. */
  public Optional<Table> table(TableName name) {
    return Optional.ofNullable(tables.get(name));
  }
}
