package io.portmapctl.audit;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.model.Chain;
import io.portmapctl.model.Row;
import io.portmapctl.model.Table;
import io.portmapctl.plan.Published;
import io.portmapctl.plan.Translations;
import java.util.ArrayList;
import java.util.List;

/** Other programs whose rules in a ruleset may come between a port and its mapping. */
public final class Neighbours {
  private static final String SERVICES = "KUBE-SERVICES";

  private Neighbours() {}

  /** The warnings of these tables about these ports. */
  public static List<String> of(List<Table> tables, List<Published> ports) {
    List<String> warnings = new ArrayList<>();
    for (Table table : tables) {
      List<Published> own = ports.stream().filter(p -> p.family() == table.family()).toList();
      if (!own.isEmpty()) {
        warnings.addAll(new Translations(table).warnings(own));
        kubernetes(table, warnings);
      }
    }
    return warnings;
  }

  /** Which of kube-proxy's chains and ours a packet meets first. */
  private static void kubernetes(Table table, List<String> warnings) {
    int ours = -1;
    int theirs = -1;
    List<Row> rows = table.chain("PREROUTING").map(Chain::rows).orElse(List.of());
    for (int i = rows.size() - 1; i >= 0; i--) {
      String target = rows.get(i).rule().target().chain().orElse("");
      ours = target.equals(ChainNames.DNAT) ? i : ours;
      theirs = target.equals(SERVICES) ? i : theirs;
    }
    if (ours >= 0 && theirs >= 0) {
      warnings.add(
          table.family().title()
              + (theirs < ours
                  ? ": kube-proxy's chains stand before ours: a service or node port of the same"
                      + " number takes the packets of a mapping"
                  : ": kube-proxy's chains stand after ours: a mapping takes the packets of a"
                      + " service or node port of the same number (CVE-2019-9946)"));
    }
  }
}
