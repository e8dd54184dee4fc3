package io.portmapctl.explain;

import io.portmapctl.net.Family;
import io.portmapctl.path.Rules;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.RuleIndex;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules around the nat table that a question is about.
 *
 * @param tables of each family the other tables of iptables, of both variants
 * @param written of each family what nft wrote itself
 * @param untold of each family what nobody tells of, where there is such
 */
public record Around(
    Map<Family, List<Table>> tables,
    Map<Family, Rules.Written> written,
    Map<Family, Assumption.Untold> untold) {

  /** Copies the maps. */
  public Around {
    tables = Map.copyOf(tables);
    written = Map.copyOf(written);
    untold = Map.copyOf(untold);
  }

  /** What is not told of a family. */
  List<Assumption> assumptions(Family family) {
    return Optional.<Assumption>ofNullable(untold.get(family)).stream().toList();
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
