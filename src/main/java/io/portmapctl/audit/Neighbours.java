package io.portmapctl.audit;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.model.Chain;
import io.portmapctl.model.Row;
import io.portmapctl.model.Table;
import io.portmapctl.model.Target;
import io.portmapctl.plan.Entries;
import io.portmapctl.plan.Published;
import io.portmapctl.plan.Translations;
import io.portmapctl.trace.Host;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.Place;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

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

  /** Who else translates a port of which no mapping of ours is there. */
  public static List<String> translating(
      List<Table> tables, List<Published> ports, Supplier<Host> host) {
    Set<String> said = new LinkedHashSet<>();
    for (Table table : tables) {
      Interceptors interceptors = new Interceptors(table, new Entries(table), host);
      for (Published port : ports) {
        if (port.family() == table.family()) {
          interceptors.translating(port).forEach(l -> said.add(translated(port, l)));
        }
      }
    }
    return List.copyOf(said);
  }

  private static String translated(Published port, Leaving leaving) {
    Place rule = leaving.last().orElseThrow();
    String program = Program.of(leaving.way()).map(p -> ", of " + p.title() + ",").orElse("");
    String to =
        leaving
            .target()
            .filter(Target.Dnat.class::isInstance)
            .map(t -> " to " + ((Target.Dnat) t).to().place())
            .orElse("");
    return port.family().title()
        + ": "
        + port
        + " is no mapping of CNI, and is translated by a rule of chain "
        + rule.chain()
        + program
        + to
        + "; explain --port tells more";
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
