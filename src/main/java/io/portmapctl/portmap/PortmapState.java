package io.portmapctl.portmap;

import io.portmapctl.cni.Identity;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What of the tables of all families is whose, and of which layout: the one index that everything
 * asks which looks for containers in a ruleset.
 */
public final class PortmapState {
  private static final String KUBERNETES = "KUBE-SERVICES";

  private final List<PortmapTable> tables;

  /** Of the tables of all families; looks at nothing yet. */
  public PortmapState(List<Table> tables) {
    this.tables = tables.stream().map(PortmapTable::new).toList();
  }

  /** The tables, in their order. */
  public List<PortmapTable> tables() {
    return tables;
  }

  /** Whether a table has that chain. */
  public boolean has(String chain) {
    for (PortmapTable table : tables) {
      if (table.table().chain(chain).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** Whether a table has kube-proxy's chains. */
  public boolean hasKubernetes() {
    return has(KUBERNETES);
  }

  /** The entries of all tables that lead to a container's chain. */
  public List<PortmapTable.Entry> entries(String containerChain) {
    List<PortmapTable.Entry> all = new ArrayList<>();
    tables.forEach(t -> all.addAll(t.entries(containerChain)));
    return all;
  }

  /** The layout of a container's chains, where they are there and tell. */
  public Optional<Layout> layout(ContainerChains container) {
    Optional<Layout> best = Optional.empty();
    Layout.Evidence most = Layout.Evidence.NONE;
    for (Layout layout : Layouts.all()) {
      Layout.Evidence evidence = layout.evidence(container, this);
      if (evidence.compareTo(most) > 0) {
        most = evidence;
        best = Optional.of(layout);
      }
    }
    return best;
  }

  /**
   * What is in the tables of one container.
   *
   * @param container its chains' names
   * @param named whom entries name, each once; several where one name of a chain is two containers'
   * @param chains those of its chains that are there; none where entries alone are left
   */
  public record Remains(ContainerChains container, List<Identity> named, List<String> chains) {

    /** Whom an entry names, the last of several; empty where none does. */
    public Optional<Identity> owner() {
      return named.isEmpty() ? Optional.empty() : Optional.of(named.get(named.size() - 1));
    }
  }

  /** What is there of any container, in the order of the tables. */
  public List<Remains> remains() {
    Map<String, List<Identity>> owners = new LinkedHashMap<>();
    Map<String, Set<String>> chains = new LinkedHashMap<>();
    for (PortmapTable table : tables) {
      for (Chain chain : table.table().chains().values()) {
        String digits = ContainerChains.digits(chain.name());
        if (!digits.isEmpty()) {
          owners.putIfAbsent(digits, List.of());
          chains.computeIfAbsent(digits, d -> new LinkedHashSet<>()).add(chain.name());
        }
        if (Layouts.isShared(chain.name()) || Layouts.holdsEntries(chain.name())) {
          for (RuleEntry row : chain.rows()) {
            String to = ContainerChains.digits(row.targetChain());
            if (!to.isEmpty()) {
              PortmapTable.owner(row.rule(), row.targetChain())
                  .ifPresent(o -> owners.merge(to, List.of(o), PortmapState::and));
            }
          }
        }
      }
    }
    List<Remains> remains = new ArrayList<>();
    owners.forEach(
        (digits, named) ->
            remains.add(
                new Remains(
                    new ContainerChains(digits),
                    named,
                    List.copyOf(chains.getOrDefault(digits, Set.of())))));
    return remains;
  }

  /** The same with one more at the end, where it is not the last already. */
  private static List<Identity> and(List<Identity> named, List<Identity> more) {
    Identity last = more.get(0);
    if (!named.isEmpty() && named.get(named.size() - 1).equals(last)) {
      return named;
    }
    List<Identity> all = new ArrayList<>(named);
    all.remove(last);
    all.add(last);
    return List.copyOf(all);
  }
}
