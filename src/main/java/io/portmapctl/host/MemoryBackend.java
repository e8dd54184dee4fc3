package io.portmapctl.host;

import io.portmapctl.fault.HostFault;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tables in memory, as strict as the kernel: a change is made on a copy, which replaces the table
 * at the end.
 */
public final class MemoryBackend implements Backend {
  private final Map<Family, Table> tables = new EnumMap<>(Family.class);

  /** With these tables; a family without one has an empty table. */
  public MemoryBackend(List<Table> tables) {
    tables.forEach(t -> this.tables.put(t.family(), t));
  }

  @Override
  public Reading read(Family family) {
    return new Reading(table(family), List.of());
  }

  @Override
  public Table table(Family family) {
    return tables.getOrDefault(family, Table.empty(TableName.NAT, family));
  }

  @Override
  public boolean has(Family family) {
    return true;
  }

  @Override
  public void apply(Plan.Part part, Consumer<Plan.Part> made) throws HostException {
    Family family = part.before().family();
    Table before = table(family);
    Map<String, Chain> chains = new LinkedHashMap<>(before.chains());
    for (Change change : part.changes()) {
      make(chains, change);
    }
    tables.put(family, before.with(chains));
    made.accept(part);
  }

  /** Puts a table in the place of its family's, as somebody else might. */
  public void replace(Table table) {
    tables.put(table.family(), table);
  }

  private static void make(Map<String, Chain> chains, Change change) throws HostException {
    String name = change.chain();
    if (change instanceof Change.CreateChain) {
      require(!chains.containsKey(name), HostFault.Refusal.EXISTS, name);
      chains.put(name, Chain.user(name, List.of()));
      return;
    }
    Chain chain = chains.get(name);
    if (chain == null) {
      throw refused(HostFault.Refusal.NO_CHAIN, name);
    }
    if (change instanceof Change.DeleteChain) {
      boolean used =
          chains.values().stream()
              .flatMap(c -> c.rows().stream())
              .anyMatch(r -> r.targetChain().equals(name));
      require(!chain.builtIn() && chain.rows().isEmpty() && !used, HostFault.Refusal.IN_USE, name);
      chains.remove(name);
      return;
    }
    List<RuleEntry> rows = new ArrayList<>(chain.rows());
    if (change instanceof Change.DeleteRule delete) {
      int at = texts(rows).indexOf(delete.row().text());
      boolean planned =
          delete.position() <= rows.size()
              && rows.get(delete.position() - 1).text().equals(delete.row().text());
      require(at >= 0, HostFault.Refusal.NO_RULE, name);
      rows.remove(planned ? delete.position() - 1 : at);
    } else if (change instanceof Change.InsertRule insert) {
      require(insert.position() <= rows.size() + 1, HostFault.Refusal.POSITION, name);
      rows.add(insert.position() - 1, insert.row());
    } else if (change instanceof Change.AppendRule append) {
      rows.add(append.row());
    }
    chains.put(name, new Chain(name, chain.policy(), chain.counters(), rows));
  }

  private static List<Octets> texts(List<RuleEntry> rows) {
    return rows.stream().map(RuleEntry::text).toList();
  }

  private static void require(boolean holds, HostFault.Refusal otherwise, String chain)
      throws HostException {
    if (!holds) {
      throw refused(otherwise, chain);
    }
  }

  private static HostException refused(HostFault.Refusal refusal, String chain) {
    return new HostException(HostException.Kind.FAILED, new HostFault.NotApplied(refusal, chain));
  }
}
