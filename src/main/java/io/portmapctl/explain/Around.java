package io.portmapctl.explain;

import io.portmapctl.net.Family;
import io.portmapctl.path.Rules;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.trace.RuleIndex;
import java.util.List;
import java.util.Map;

/**
 * The rules around the nat table that a question is about.
 *
 * @param tables of each family the other tables of iptables, of both variants
 * @param written of each family what nft wrote itself
 * @param untold of each family the tables that nobody tells of, where what nft wrote is not told
 *     either
 */
public record Around(
    Map<Family, List<Table>> tables,
    Map<Family, Rules.Written> written,
    Map<Family, List<TableName>> untold) {

  /** Copies the maps. */
  public Around {
    tables = Map.copyOf(tables);
    written = Map.copyOf(written);
    untold = Map.copyOf(untold);
  }

  /** What is not told of a family. */
  List<Assumption> assumptions(Family family) {
    return untold.containsKey(family)
        ? List.of(new Assumption.Untold(family, untold.get(family)))
        : List.of();
  }

  /** All rules that a family's packets meet, with the nat table among them. */
  Rules rules(RuleIndex nat) {
    Family family = nat.table().family();
    return new Rules(
        nat,
        tables.getOrDefault(family, List.of()).stream().map(RuleIndex::new).toList(),
        written.getOrDefault(family, Rules.Written.NOTHING));
  }
}
