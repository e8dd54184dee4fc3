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
 * @param stages the stations of a packet's way that have rules
 * @param goes the rules that the plan removes
 */
public record Walkthrough(Family family, List<Stage> stages, List<Line> goes) {

  /**
   * A station of a packet's way.
   *
   * @param title what happens there
   * @param lines its rules, in order
   */
  public record Stage(String title, List<Line> lines) {}

  /**
   * A rule.
   *
   * @param purpose what it is for, in a sentence
   * @param chain the chain that it stands in
   * @param rule the rule
   * @param isNew whether the plan makes it
   */
  public record Line(String purpose, String chain, Rule rule, boolean isNew) {}

  /** The rules that stand for these containers when the plan is made. */
  public static Walkthrough of(Plan.Part part, List<Identity> containers, ChainOwners whose) {
    return new Collecting(part, containers, new Purpose(whose)).all();
  }

  /** Collects the lines. */
  private static final class Collecting {
    private final Plan.Part part;
    private final Table table;
    private final Purpose purpose;
    private final List<Identity> containers;
    private final List<Stage> stages = new ArrayList<>();

    Collecting(Plan.Part part, List<Identity> containers, Purpose purpose) {
      this.part = part;
      this.table = part.after();
      this.purpose = purpose;
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
      stage("What comes in: chain PREROUTING", lines("PREROUTING", to(ChainNames.DNAT)));
      stage("What this host itself sends: chain OUTPUT", lines("OUTPUT", to(ChainNames.DNAT)));
      stage("Whose port it is: chain " + ChainNames.DNAT, entries);
      Set<String> marking = new LinkedHashSet<>();
      for (String chain : inOrder(entries)) {
        List<Line> lines = lines(chain, r -> true);
        stage("Where it goes: chain " + chain, lines);
        lines.stream()
            .flatMap(l -> l.rule().target().chain().stream())
            .filter(t -> table.chain(t).isPresent())
            .forEach(marking::add);
      }
      for (String chain : marking) {
        stage("How it is marked: chain " + chain, lines(chain, r -> true));
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
      stage("Before it leaves: chain POSTROUTING", leaving);
      if (marks) {
        stage("Who is masqueraded: chain " + ChainNames.MASQ, lines(ChainNames.MASQ, r -> true));
      }
      stage("Whose connections are masqueraded: chain " + ChainNames.SNAT, sources);
      for (String chain : inOrder(sources)) {
        stage("Which of them: chain " + chain, lines(chain, r -> true));
      }
      return new Walkthrough(table.family(), List.copyOf(stages), goes());
    }

    private void stage(String title, List<Line> lines) {
      if (!lines.isEmpty()) {
        stages.add(new Stage(title, lines));
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
          lines.add(new Line(purpose.of(chain, rule), chain, rule, isNew));
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
                r -> goes.add(new Line(purpose.of(change.chain(), r), change.chain(), r, false)));
      }
      return List.copyOf(goes);
    }
  }
}
