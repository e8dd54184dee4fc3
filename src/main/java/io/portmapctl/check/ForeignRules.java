package io.portmapctl.check;

import io.portmapctl.notice.Notice;
import io.portmapctl.plan.ForeignDnat;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Leaving;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Other programs whose rules in a ruleset may come between a port and its mapping. */
public final class ForeignRules {
  private static final String SERVICES = "KUBE-SERVICES";

  private ForeignRules() {}

  /** What is worth saying of these tables about these ports. */
  public static List<Notice> of(List<Table> tables, List<PublishedPort> ports) {
    List<Notice> notices = new ArrayList<>();
    for (Table table : tables) {
      List<PublishedPort> own = ports.stream().filter(p -> p.family() == table.family()).toList();
      if (!own.isEmpty()) {
        notices.addAll(new ForeignDnat(table).notices(own));
        kubernetes(table).ifPresent(notices::add);
      }
    }
    return notices;
  }

  /** Who else translates a port of which no mapping of ours is there. */
  public static List<CheckNotice> translating(
      List<Table> tables, List<PublishedPort> ports, Supplier<HostAddresses> host) {
    Set<CheckNotice> said = new LinkedHashSet<>();
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

  private static CheckNotice translated(PublishedPort port, Leaving leaving) {
    return new CheckNotice.NotCni(
        port,
        leaving.last().orElseThrow().chain(),
        Program.of(leaving.rules()),
        leaving.target().filter(Target.Dnat.class::isInstance).map(Target.Dnat.class::cast));
  }

  /** Which of kube-proxy's chains and ours a packet meets first. */
  private static Optional<CheckNotice> kubernetes(Table table) {
    int ours = -1;
    int theirs = -1;
    List<RuleEntry> rows = table.rows("PREROUTING");
    for (int i = rows.size() - 1; i >= 0; i--) {
      Rule rule = rows.get(i).rule();
      ours = Layouts.isToEntries(rule) ? i : ours;
      theirs = rule.target().leadsTo(SERVICES) ? i : theirs;
    }
    return ours >= 0 && theirs >= 0
        ? Optional.of(new CheckNotice.KubeProxyOrder(table.family(), theirs < ours))
        : Optional.empty();
  }
}
