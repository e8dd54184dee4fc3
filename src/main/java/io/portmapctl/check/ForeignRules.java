package io.portmapctl.check;

import io.portmapctl.notice.Notice;
import io.portmapctl.plan.ForeignDnat;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Leaving;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

  /**
   * Which ports another nat table of the same kernel translates too.
   *
   * @param ports of the table's family
   */
  public static List<CheckNotice> elsewhere(
      Table table, Variant variant, List<PublishedPort> ports, Supplier<HostAddresses> host) {
    if (!translates(table)) {
      return List.of();
    }
    Interceptors interceptors = new Interceptors(new PortmapTable(table), host);
    Map<String, List<PublishedPort>> byPlace = new LinkedHashMap<>();
    Map<String, Leaving> places = new LinkedHashMap<>();
    for (PublishedPort port : ports) {
      interceptors.translating(port).stream()
          .findFirst()
          .ifPresent(
              l -> {
                String place = l.last().orElseThrow().chain() + " " + to(l);
                byPlace.computeIfAbsent(place, p -> new ArrayList<>()).add(port);
                places.putIfAbsent(place, l);
              });
    }
    List<CheckNotice> notices = new ArrayList<>();
    places.forEach(
        (place, leaving) ->
            notices.add(
                new CheckNotice.TranslatedElsewhere(
                    byPlace.getOrDefault(place, List.of()),
                    Optional.of(variant),
                    table.name().id(),
                    leaving.last().orElseThrow().chain(),
                    to(leaving),
                    false)));
    return notices;
  }

  private static Optional<String> to(Leaving leaving) {
    return leaving
        .target()
        .filter(Target.Dnat.class::isInstance)
        .map(t -> ((Target.Dnat) t).to().place());
  }

  /** Whether a rule of a table gives packets another destination. */
  private static boolean translates(Table table) {
    for (Chain chain : table.chains().values()) {
      for (RuleEntry row : chain.rows()) {
        Target target = row.rule().target();
        if (ForeignDnat.redirects(target) || target instanceof Target.Redirect) {
          return true;
        }
      }
    }
    return false;
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
