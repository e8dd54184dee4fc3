package io.portmapctl.check;

import io.portmapctl.plan.ForeignDnat;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.RulePlace;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Other programs whose rules in a ruleset may come between a port and its mapping. */
public final class ForeignRules {
  private static final String SERVICES = "KUBE-SERVICES";

  private ForeignRules() {}

  /** The warnings of these tables about these ports. */
  public static List<String> of(List<Table> tables, List<PublishedPort> ports) {
    List<String> warnings = new ArrayList<>();
    for (Table table : tables) {
      List<PublishedPort> own = ports.stream().filter(p -> p.family() == table.family()).toList();
      if (!own.isEmpty()) {
        warnings.addAll(new ForeignDnat(table).warnings(own));
        kubernetes(table, warnings);
      }
    }
    return warnings;
  }

  /** Who else translates a port of which no mapping of ours is there. */
  public static List<String> translating(
      List<Table> tables, List<PublishedPort> ports, Supplier<HostAddresses> host) {
    Set<String> said = new LinkedHashSet<>();
    for (Table table : tables) {
      Interceptors interceptors = new Interceptors(new PortmapTable(table), host);
      for (PublishedPort port : ports) {
        if (port.family() == table.family()) {
          interceptors.translating(port).forEach(l -> said.add(translated(port, l)));
        }
      }
    }
    return List.copyOf(said);
  }

  private static String translated(PublishedPort port, Leaving leaving) {
    RulePlace rule = leaving.last().orElseThrow();
    String program = Program.of(leaving.rules()).map(p -> ", of " + p.title() + ",").orElse("");
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
    List<RuleEntry> rows = table.chain("PREROUTING").map(Chain::rows).orElse(List.of());
    for (int i = rows.size() - 1; i >= 0; i--) {
      Rule rule = rows.get(i).rule();
      ours = Layouts.isToEntries(rule) ? i : ours;
      theirs = rule.target().leadsTo(SERVICES) ? i : theirs;
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
