package io.portmapctl.explain;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.ChainRole;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.Layouts;
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
      Set<String> own = new LinkedHashSet<>();
      containers.forEach(c -> own.addAll(ContainerChains.of(c).names()));
      Set<String> holders = shared(ChainRole.ENTRIES);
      List<Line> entries = new ArrayList<>();
      for (String holder : holders) {
        entries.addAll(lines(holder, r -> own.contains(target(r))));
      }
      // an entry may stand in a built-in chain itself
      List<Line> comesIn = lines("PREROUTING", r -> leadsTo(r, holders) || leadsTo(r, own));
      comesIn.stream().filter(l -> leadsTo(l.rule(), own)).forEach(entries::add);
      if (entries.isEmpty()) {
        return new Walkthrough(table.family(), List.of(), goes());
      }
      stage(Station.COMES_IN, "PREROUTING", comesIn);
      stage(Station.SENT, "OUTPUT", lines("OUTPUT", r -> leadsTo(r, holders) || leadsTo(r, own)));
      for (String holder : holders) {
        stage(
            Station.LOOKED_UP,
            holder,
            entries.stream().filter(l -> l.chain().equals(holder)).toList());
      }
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
      leaves(own, !marking.isEmpty());
      return new Walkthrough(table.family(), List.copyOf(stages), goes());
    }

    private void leaves(Set<String> own, boolean marks) {
      Set<String> masquerading = marks ? shared(ChainRole.MASQUERADES) : Set.of();
      List<Line> sources = new ArrayList<>();
      for (String holder : shared(ChainRole.SOURCES)) {
        sources.addAll(lines(holder, r -> leadsTo(r, own)));
      }
      Set<String> holders = new LinkedHashSet<>(masquerading);
      sources.forEach(l -> holders.add(l.chain()));
      stage(Station.LEAVES, "POSTROUTING", lines("POSTROUTING", r -> leadsTo(r, holders)));
      for (String chain : masquerading) {
        stage(Station.MASQUERADED, chain, lines(chain, r -> true));
      }
      if (!sources.isEmpty()) {
        stage(Station.SOURCE_LOOKED_UP, sources.get(0).chain(), sources);
      }
      for (String chain : inOrder(sources)) {
        stage(Station.SOURCE_MASQUERADED, chain, lines(chain, r -> true));
      }
    }

    /** The chains of the table that have this role. */
    private Set<String> shared(ChainRole role) {
      Set<String> chains = new LinkedHashSet<>();
      for (String chain : table.chains().keySet()) {
        if (Layouts.role(chain) == role) {
          chains.add(chain);
        }
      }
      return chains;
    }

    private static boolean leadsTo(Rule rule, Set<String> chains) {
      return chains.contains(target(rule));
    }

    private void stage(Station station, String chain, List<Line> lines) {
      if (!lines.isEmpty()) {
        stages.add(new Stage(station, chain, lines));
      }
    }

    private static String target(Rule rule) {
      return rule.target().chain().orElse("");
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
      return table.rows(chain).stream().map(RuleEntry::rule).toList();
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
