package io.portmapctl.explain;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.model.Chain;
import io.portmapctl.model.Row;
import io.portmapctl.model.Table;
import io.portmapctl.trace.Exit;
import io.portmapctl.trace.Host;
import io.portmapctl.trace.Step;
import io.portmapctl.trace.Trace;
import io.portmapctl.trace.Tracer;
import io.portmapctl.trace.Way;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who would get a packet if those who get it were not there. */
public final class Claimants {
  /** More than these are not looked for. */
  private static final int MOST = 8;

  private Claimants() {}

  /**
   * Whoever else claims what a packet was redirected for, in their order.
   *
   * @param trace the packet's way through this table; nobody is looked for where it is not certain
   */
  public static List<Whose.Recipient> besides(Table table, Host host, Whose whose, Trace trace) {
    List<Whose.Recipient> others = new ArrayList<>();
    Table rest = table;
    Optional<Way> way = certain(trace);
    while (way.isPresent() && others.size() < MOST) {
      Optional<Exit> taken = way.get().redirection();
      if (taken.isEmpty()) {
        break;
      }
      rest = without(rest, taken.get());
      way = certain(new Tracer(rest, host).follow(trace.packet()));
      way.flatMap(whose::of).filter(r -> !others.contains(r)).ifPresent(others::add);
    }
    return List.copyOf(others);
  }

  private static Optional<Way> certain(Trace trace) {
    return trace.isCertain() ? Optional.of(trace.ways().get(0)) : Optional.empty();
  }

  /** Without the rule that redirected; without all rules of a container's chain. */
  private static Table without(Table table, Exit exit) {
    Step last = exit.way().get(exit.way().size() - 1);
    Chain chain = table.chain(last.chain()).orElseThrow();
    List<Row> rows = new ArrayList<>(chain.rows());
    if (ChainNames.isContainerChain(chain.name())) {
      rows.clear();
    } else {
      rows.remove(last.index() - 1);
    }
    Map<String, Chain> chains = new LinkedHashMap<>(table.chains());
    chains.put(
        chain.name(), new Chain(chain.name(), chain.policy(), chain.counters(), List.copyOf(rows)));
    return table.with(chains);
  }
}
