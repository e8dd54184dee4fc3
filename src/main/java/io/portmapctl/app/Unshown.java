package io.portmapctl.app;

import io.portmapctl.fault.RulesetFault;
import io.portmapctl.plan.Change;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.text.Octets;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Rules that a newer iptables made than the one that printed the ruleset: of what they say it wrote
 * {@code [unsupported revision]}, which names no rule.
 */
public final class Unshown {
  private Unshown() {}

  /** Whether a table has such rules. */
  static boolean isIn(Table table) {
    return first(table).isPresent();
  }

  /** The line of the first of them in a saved table, where it is told. */
  static OptionalInt line(Table table, String save) {
    Optional<Found> first = first(table);
    return first.isEmpty()
        ? OptionalInt.empty()
        : SaveFormat.line(save, table.name(), first.get().chain(), first.get().rule());
  }

  /** One of them, and the chain that it is in. */
  private record Found(String chain, Octets rule) {}

  private static Optional<Found> first(Table table) {
    for (Chain chain : table.chains().values()) {
      for (RuleEntry row : chain.rows()) {
        if (row.isUnshown()) {
          return Optional.of(new Found(chain.name(), row.text()));
        }
      }
    }
    return Optional.empty();
  }

  /** Whether a change would have to name such a rule by its words. */
  public static boolean isNamed(Change change) {
    return change.rule().map(Rule::isUnshown).orElse(false);
  }

  /** Why a plan with such a change is refused. */
  static RulesetFault refusal(Table table, Change change, String save) {
    Octets text =
        change instanceof Change.DeleteRule delete
            ? delete.row().text()
            : change.rule().map(Rule::text).orElse(Octets.EMPTY);
    return new RulesetFault.Unshown(
        SaveFormat.line(save, table.name(), change.chain(), text), change.chain());
  }
}
