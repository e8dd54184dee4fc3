package io.portmapctl.explain;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The rules of a plan in the order in which a packet meets them.
 *
 * @param family the family
 * @param stages the stations of a packet's path that have rules
 * @param goes the rules that the plan removes
 */
public record Walkthrough(Family family, List<Stage> stages, List<Line> goes) {

  /**
   * A station of a packet's path.
   *
   * @param station what happens there
   * @param chain the chain of its rules
   * @param lines its rules, in order
   */
  public record Stage(Station station, String chain, List<Line> lines) {}

  /** What happens to a packet. */
  public enum Station {
    /** It comes in. */
    COMES_IN,
    /** This host itself sends it. */
    SENT,
    /** Whose port it is for is looked up. */
    LOOKED_UP,
    /** Where it goes is told. */
    DIRECTED,
    /** It is marked. */
    MARKED,
    /** It leaves. */
    LEAVES,
    /** Who is masqueraded is told. */
    MASQUERADED,
    /** Whose connections are masqueraded is looked up. */
    SOURCE_LOOKED_UP,
    /** Which of a container's connections are masqueraded is told. */
    SOURCE_MASQUERADED
  }

  /**
   * A rule.
   *
   * @param purpose what it is for
   * @param chain the chain that it stands in
   * @param rule the rule
   * @param isNew whether the plan makes it
   */
  public record Line(Purpose purpose, String chain, Rule rule, boolean isNew) {}

  /** The rules that stand for these containers when the plan is made. */
  public static Walkthrough of(Plan.Part part, List<Identity> containers, ChainOwners owners) {
    return new Collecting(part, containers, new Purposes(owners)).all();
  }

  /** Collects the lines. */
  private static final class Collecting {
    private final Plan.Part part;
    private final Table table;
    private final Purposes purposes;
    private final List<Identity> containers;
    private final List<Stage> stages = new ArrayList<>();

    Collecting(Plan.Part part, List<Identity> containers, Purposes purposes) {
      this.part = part;
      this.table = part.after();
      this.purposes = purposes;
      this.containers = containers;
    }

    Walkthrough all() {
      Set<String> dnat = new LinkedHashSet<>();
      Set<String> snat = new LinkedHashSet<>();
      containers.forEach(c -> dnat.add(ChainNames.dnat(c)));
      containers.forEach(c -> snat.add(ChainNames.snat(c)));
      List<Line> entries = lines(ChainNames.DNAT, r -> dnat.contains(target(r)));
      if (entries.isEmpty()) {
        return new Walkthrough(table.family(), List.of(), goes());
      }
      stage(Station.COMES_IN, "PREROUTING", lines("PREROUTING", to(ChainNames.DNAT)));
      stage(Station.SENT, "OUTPUT", lines("OUTPUT", to(ChainNames.DNAT)));
      stage(Station.LOOKED_UP, ChainNames.DNAT, entries);
      Set<String> marking = new LinkedHashSet<>();
      for (String chain : inOrder(entries)) {
        List<Line> lines = lines(chain, r -> true);
        stage(Station.DIRECTED, chain, lines);
        lines.stream()
            .flatMap(l -> l.rule().target().chain().stream())
            .filter(t -> table.chain(t).isPresent())
            .forEach(marking::add);
      }
      for (String chain : marking) {
        stage(Station.MARKED, chain, lines(chain, r -> true));
      }
      boolean marks = !marking.isEmpty();
      List<Line> sources = lines(ChainNames.SNAT, r -> snat.contains(target(r)));
      List<Line> leaving = new ArrayList<>();
      leaving.addAll(
          lines(
              "POSTROUTING",
              r ->
                  marks && target(r).equals(ChainNames.MASQ)
                      || !sources.isEmpty() && target(r).equals(ChainNames.SNAT)));
      stage(Station.LEAVES, "POSTROUTING", leaving);
      if (marks) {
        stage(Station.MASQUERADED, ChainNames.MASQ, lines(ChainNames.MASQ, r -> true));
      }
      stage(Station.SOURCE_LOOKED_UP, ChainNames.SNAT, sources);
      for (String chain : inOrder(sources)) {
        stage(Station.SOURCE_MASQUERADED, chain, lines(chain, r -> true));
      }
      return new Walkthrough(table.family(), List.copyOf(stages), goes());
    }

    private void stage(Station station, String chain, List<Line> lines) {
      if (!lines.isEmpty()) {
        stages.add(new Stage(station, chain, lines));
      }
    }

    private static String target(Rule rule) {
      return rule.target().chain().orElse("");
    }

    private static Predicate<Rule> to(String chain) {
      return rule -> target(rule).equals(chain);
    }

    private static Set<String> inOrder(List<Line> entries) {
      Set<String> chains = new LinkedHashSet<>();
      entries.forEach(l -> chains.add(target(l.rule())));
      return chains;
    }

    private List<Line> lines(String chain, Predicate<Rule> which) {
      List<Rule> there = new ArrayList<>(rules(part.before(), chain));
      List<Line> lines = new ArrayList<>();
      for (Rule rule : rules(table, chain)) {
        boolean isNew = !there.remove(rule);
        if (which.test(rule)) {
          lines.add(new Line(purposes.of(chain, rule), chain, rule, isNew));
        }
      }
      return List.copyOf(lines);
    }

    private static List<Rule> rules(Table table, String chain) {
      return table.chain(chain).map(Chain::rows).orElse(List.of()).stream()
          .map(RuleEntry::rule)
          .toList();
    }

    /** What goes, and does not come back at another place. */
    private List<Line> goes() {
      List<Line> goes = new ArrayList<>();
      for (Change change : part.changes()) {
        Optional<Rule> rule =
            change instanceof Change.DeleteRule ? change.rule() : Optional.empty();
        rule.filter(r -> !rules(table, change.chain()).contains(r))
            .ifPresent(
                r -> goes.add(new Line(purposes.of(change.chain(), r), change.chain(), r, false)));
      }
      return List.copyOf(goes);
    }
  }
}
