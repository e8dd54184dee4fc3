package io.portmapctl.plan;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.model.Chain;
import io.portmapctl.model.Row;
import io.portmapctl.model.Table;
import io.portmapctl.trace.Flow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The entries of the container chains in a table, with their places. */
public final class Entries {

  /**
   * A rule of the shared chain that leads to a container's.
   *
   * @param row the rule
   * @param place how many rules stand before it
   */
  public record Entry(Row row, int place) {}

  private final Map<String, List<Entry>> byChain = new HashMap<>();

  /** Of a table. */
  public Entries(Table table) {
    List<Row> rows = table.chain(ChainNames.DNAT).map(Chain::rows).orElse(List.of());
    for (int i = 0; i < rows.size(); i++) {
      String target = rows.get(i).rule().target().chain().orElse("");
      if (ChainNames.isContainerChain(target)) {
        byChain.computeIfAbsent(target, t -> new ArrayList<>()).add(new Entry(rows.get(i), i));
      }
    }
  }

  /** The entries that lead to a chain, in order. */
  public List<Entry> of(String chain) {
    return byChain.getOrDefault(chain, List.of());
  }

  /** The first entry of a chain that packets take. */
  public OptionalInt place(String chain, Flow flow) {
    return of(chain).stream()
        .filter(e -> flow.narrowed(e.row().rule()).isPresent())
        .mapToInt(Entry::place)
        .findFirst();
  }

  /** The first entry of another chain that stands before one of ours and takes the same packets. */
  public Optional<Entry> before(String ours, String other, Flow flow) {
    for (Entry own : of(ours)) {
      Optional<Flow> taken = flow.narrowed(own.row().rule());
      for (Entry rival : of(other)) {
        boolean first = rival.place() < own.place();
        if (first && taken.flatMap(f -> f.narrowed(rival.row().rule())).isPresent()) {
          return Optional.of(rival);
        }
      }
    }
    return Optional.empty();
  }

  /** Whether there are packets that entries of both chains take. */
  public boolean share(String one, String other, Flow flow) {
    return before(one, other, flow).isPresent() || before(other, one, flow).isPresent();
  }
}
