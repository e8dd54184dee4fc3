package io.portmapctl.audit;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.layout.Layout;
import io.portmapctl.model.Chain;
import io.portmapctl.model.Row;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Table;
import io.portmapctl.plan.Destination;
import io.portmapctl.trace.Flow;
import io.portmapctl.trace.Targets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rules of nobody's mappings at which a packet's way through a built-in chain ends before it
 * comes to where the mappings are.
 */
final class Takers {
  /** More rules than this are not looked at: jumps that fan out again and again never end. */
  private static final int MOST_STEPS = 1_000_000;

  /**
   * One of them.
   *
   * @param start the chain in which the way to it began
   * @param chain the chain that it stands in
   * @param row the rule
   * @param way the rules that lead to it, itself the last
   * @param spared ways out of the same chains that packets may have taken before
   * @param place how many rules of the shared chain stand before it; -1 before all of them
   */
  record Taker(
      String start, String chain, Row row, List<Rule> way, List<List<Rule>> spared, int place) {

    /** The packets that end here, or may; empty where there can be none. */
    Optional<Flow> of(Flow flow) {
      Optional<Flow> taken = narrowed(flow, way);
      if (taken.isEmpty()) {
        return taken;
      }
      for (List<Rule> out : spared) {
        Optional<Flow> gone = narrowed(taken.get(), out);
        if (gone.equals(taken)) {
          return Optional.empty();
        }
      }
      boolean goTo = Targets.isGoTo(row.rule().target());
      boolean known = goTo || Targets.ends(row.rule().target().name());
      return known ? taken : taken.map(Flow::unsure);
    }

    private static Optional<Flow> narrowed(Flow flow, List<Rule> rules) {
      Optional<Flow> narrow = Optional.of(flow);
      for (Rule rule : rules) {
        narrow = narrow.flatMap(f -> f.narrowed(rule));
      }
      return narrow;
    }
  }

  private final Table table;
  private final Map<Integer, List<Taker>> byPort = new HashMap<>();
  private final List<Taker> wide = new ArrayList<>();
  private final Set<String> ignored;
  private int steps;

  private Takers(Table table, Set<String> ignored) {
    this.table = table;
    this.ignored = ignored;
  }

  /** Those before and among the entries of the mappings, on the way from a built-in chain. */
  static Takers ofMappings(Table table, String builtIn) {
    Takers takers = new Takers(table, Set.of());
    Rule jump = jumpTo(ChainNames.DNAT);
    if (takers.collect(builtIn, builtIn, List.of(), List.of(), Set.of(), jump, false)) {
      takers.collect(ChainNames.DNAT, ChainNames.DNAT, List.of(), List.of(), Set.of(), jump, true);
    }
    return takers;
  }

  /**
   * Those before the masquerade of marked packets, or of localhost's.
   *
   * @param shared {@code CNI-HOSTPORT-MASQ} or {@code CNI-HOSTPORT-SNAT}
   */
  static Takers ofMasquerade(Table table, String shared, Optional<Rule> masquerade) {
    // who masquerades them does what was wanted
    Takers takers = new Takers(table, Set.of("MASQUERADE", "SNAT", "NETMAP"));
    boolean reached =
        takers.collect(
            "POSTROUTING", "POSTROUTING", List.of(), List.of(), Set.of(), jumpTo(shared), false);
    if (reached && masquerade.isPresent()) {
      takers.collect(shared, shared, List.of(), List.of(), Set.of(), masquerade.get(), false);
    }
    return takers;
  }

  /** Those in the chain that marks, before it has marked. */
  static Takers ofMark(Table table, Rule mark) {
    Takers takers = new Takers(table, Set.of());
    takers.collect(
        ChainNames.SETMARK, ChainNames.SETMARK, List.of(), List.of(), Set.of(), mark, false);
    return takers;
  }

  private static Rule jumpTo(String shared) {
    return Layout.sharedJumps().stream()
        .map(j -> j.rule())
        .filter(r -> r.target().name().equals(shared))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Goes through a chain up to a rule.
   *
   * @param start the chain in which the way began
   * @param way the rules that lead to the chain
   * @param before the ways out that packets may have taken already
   * @param above the chains that lead to it
   * @param goal the rule at which to stop
   * @param among whether the place among the chain's rules counts
   * @return whether the rule was found
   */
  private boolean collect(
      String start,
      String chain,
      List<Rule> way,
      List<List<Rule>> before,
      Set<String> above,
      Rule goal,
      boolean among) {
    List<Row> rows = table.chain(chain).map(Chain::rows).orElse(List.of());
    List<List<Rule>> spared = new ArrayList<>(before);
    for (int i = 0; i < rows.size() && ++steps < MOST_STEPS; i++) {
      Rule rule = rows.get(i).rule();
      if (above.isEmpty() && rule.equals(goal)) {
        return true;
      }
      String target = rule.target().name();
      boolean skipped =
          Targets.goesOn(target)
              || ignored.contains(target)
              || among && ChainNames.isContainerChain(target)
              || target.startsWith(ChainNames.SHARED)
              || above.contains(target);
      if (skipped) {
        continue;
      }
      List<Rule> to = new ArrayList<>(way);
      to.add(rule);
      boolean goTo = Targets.isGoTo(rule.target());
      if (goTo && above.isEmpty()) {
        add(new Taker(start, chain, rows.get(i), to, List.copyOf(spared), among ? i : -1));
      } else if (table.chain(target).isPresent()) {
        Set<String> deeper = new HashSet<>(above);
        deeper.add(chain);
        collect(start, target, to, spared, deeper, goal, false);
        if (goTo) {
          spared.add(to);
        }
      } else if (target.equals("RETURN") && !above.isEmpty()) {
        spared.add(to);
      } else {
        add(new Taker(start, chain, rows.get(i), to, List.copyOf(spared), among ? i : -1));
      }
    }
    return false;
  }

  private void add(Taker taker) {
    for (Rule rule : taker.way()) {
      List<Integer> few = Destination.of(rule).map(Destination::each).orElse(List.of());
      if (!few.isEmpty()) {
        few.forEach(port -> byPort.computeIfAbsent(port, p -> new ArrayList<>()).add(taker));
        return;
      }
    }
    wide.add(taker);
  }

  /** Whether there are none at all. */
  boolean isEmpty() {
    return byPort.isEmpty() && wide.isEmpty();
  }

  /**
   * What ends before the rule at that place of the shared chain; of certain ones the first.
   *
   * @param own the chain whose rules are where the packets should end
   */
  Optional<Taken> first(Flow flow, int port, int place, String own) {
    Optional<Taken> unsure = Optional.empty();
    List<Taker> candidates = new ArrayList<>(byPort.getOrDefault(port, List.of()));
    candidates.addAll(wide);
    for (Taker taker : candidates) {
      boolean before = taker.place() < place && !taker.chain().equals(own);
      Optional<Flow> taken = before ? taker.of(flow) : Optional.empty();
      if (taken.isPresent() && taken.get().sure()) {
        return Optional.of(new Taken(taker, true));
      }
      if (taken.isPresent() && unsure.isEmpty()) {
        unsure = Optional.of(new Taken(taker, false));
      }
    }
    return unsure;
  }

  /**
   * Packets that end at a rule.
   *
   * @param sure whether they do for certain
   */
  record Taken(Taker taker, boolean sure) {}
}
