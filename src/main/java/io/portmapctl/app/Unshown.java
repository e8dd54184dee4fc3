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
  private static final String CANNOT =
      "an iptables that cannot show all of it (\"[unsupported revision]\")";

  private Unshown() {}

  /**
   * What a reader of a saved table should know.
   *
   * @param save the file's text, which tells the line
   */
  static Optional<String> warning(Table table, String save) {
    for (Chain chain : table.chains().values()) {
      for (RuleEntry row : chain.rows()) {
        if (row.rule().isUnshown()) {
          return Optional.of(
              line(save, table, chain.name(), row.text())
                  + "this file was written by "
                  + CANNOT
                  + ": what such rules do cannot be told; take the save with the iptables that made"
                  + " the rules");
        }
      }
    }
    return Optional.empty();
  }

  /** The same of the running kernel's table. */
  static Optional<String> liveWarning(Table table) {
    return warning(table, "")
        .map(
            w ->
                "the live "
                    + table.family().title()
                    + " ruleset was read by "
                    + CANNOT
                    + ": what such rules do cannot be told; use the iptables that made the rules");
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

  private static String line(String save, Table table, String chain, Octets rule) {
    OptionalInt line = SaveFormat.line(save, table.name(), chain, rule);
    return line.isPresent() ? "line " + line.getAsInt() + ": " : "";
  }
}
