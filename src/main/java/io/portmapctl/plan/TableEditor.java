package io.portmapctl.plan;

import io.portmapctl.net.Family;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A table while it is being planned on: every edit is made and recorded. */
final class TableEditor {
  private final Table before;

  /** The rules of all chains; those of a chain that was edited are a list of this editor's. */
  private final Map<String, List<RuleEntry>> rows;

  private final Set<String> edited = new HashSet<>();
  private final List<Change> changes = new ArrayList<>();

  /** For each container chain, the chains in which a rule leads to it. */
  private final Map<String, Set<String>> referrers = new HashMap<>();

  /** Built-in chains are there, whether a file names them or not; nothing creates them. */
  private static final List<String> BUILT_IN =
      List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");

  TableEditor(Table before) {
    this.before = before;
    this.rows = new LinkedHashMap<>(before.chains().size() * 4 / 3 + 8);
    for (String name : BUILT_IN) {
      if (before.chain(name).isEmpty()) {
        rows.put(name, List.of());
      }
    }
    for (Chain chain : before.chains().values()) {
      rows.put(chain.name(), chain.rows());
      Set<String> only = Set.of(chain.name());
      for (RuleEntry row : chain.rows()) {
        refer(only, row);
      }
    }
  }

  /** That a rule of a chain leads where it does; most chains have one that leads to them. */
  private void refer(Set<String> chain, RuleEntry row) {
    String target = row.targetChain();
    if (Layouts.isContainerChain(target)) {
      Set<String> known = referrers.putIfAbsent(target, chain);
      if (known != null && !known.containsAll(chain)) {
        Set<String> more = new LinkedHashSet<>(known);
        more.addAll(chain);
        referrers.put(target, more);
      }
    }
  }

  Family family() {
    return before.family();
  }

  List<Change> changes() {
    return List.copyOf(changes);
  }

  boolean has(String chain) {
    return rows.containsKey(chain);
  }

  Set<String> chainNames() {
    return rows.keySet();
  }

  List<RuleEntry> rows(String chain) {
    return rows.getOrDefault(chain, List.of());
  }

  /** The chains that hold, or held, a rule that leads to the container chain. */
  List<String> referrers(String containerChain) {
    return List.copyOf(referrers.getOrDefault(containerChain, Set.of()));
  }

  void create(String chain) {
    if (!has(chain)) {
      rows.put(chain, List.of());
      changes.add(new Change.CreateChain(family(), chain));
    }
  }

  void insert(String chain, int index, Rule rule) {
    insert(chain, index, RuleEntry.of(rule));
  }

  void insert(String chain, int index, RuleEntry row) {
    List<RuleEntry> list = edited(chain);
    refer(Set.of(chain), row);
    if (index == list.size()) {
      changes.add(new Change.AppendRule(family(), chain, index + 1, row));
    } else {
      changes.add(new Change.InsertRule(family(), chain, index + 1, row));
    }
    list.add(index, row);
  }

  void delete(String chain, int index) {
    RuleEntry row = edited(chain).remove(index);
    changes.add(new Change.DeleteRule(family(), chain, index + 1, row));
  }

  void flush(String chain) {
    for (int i = rows(chain).size() - 1; i >= 0; i--) {
      delete(chain, 0);
    }
  }

  void deleteChain(String chain) {
    flush(chain);
    rows.remove(chain);
    edited.remove(chain);
    changes.add(new Change.DeleteChain(family(), chain));
  }

  private List<RuleEntry> edited(String chain) {
    List<RuleEntry> list = rows.get(chain);
    if (list == null) {
      throw new IllegalStateException("no chain " + chain);
    }
    if (edited.add(chain)) {
      list = new ArrayList<>(list);
      rows.put(chain, list);
    }
    return list;
  }

  /** The table as it is now; new chains stand among the user's chains by name, as iptables does. */
  Table table() {
    List<String> created = new ArrayList<>();
    Map<String, Chain> chains = new LinkedHashMap<>();
    List<String> order = new ArrayList<>();
    for (String name : rows.keySet()) {
      if (before.chain(name).isPresent()) {
        order.add(name);
      } else if (!BUILT_IN.contains(name)) {
        created.add(name);
      } else if (!rows(name).isEmpty()) {
        put(chains, name);
      }
    }
    created.sort(null);
    int next = 0;
    for (String name : order) {
      boolean user = before.chain(name).map(c -> !c.builtIn()).orElse(true);
      while (user && next < created.size() && created.get(next).compareTo(name) < 0) {
        put(chains, created.get(next++));
      }
      put(chains, name);
    }
    while (next < created.size()) {
      put(chains, created.get(next++));
    }
    return before.with(chains);
  }

  private static Chain with(Chain chain, List<RuleEntry> rows) {
    return new Chain(chain.name(), chain.policy(), chain.counters(), rows);
  }

  private void put(Map<String, Chain> chains, String name) {
    Chain chain =
        before
            .chain(name)
            .map(c -> rows(name) == c.rows() ? c : with(c, rows(name)))
            .orElseGet(
                () ->
                    BUILT_IN.contains(name)
                        ? new Chain(name, "ACCEPT", "", rows(name))
                        : Chain.user(name, rows(name)));
    chains.put(name, chain);
  }
}
