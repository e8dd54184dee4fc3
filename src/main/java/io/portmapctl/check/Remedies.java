package io.portmapctl.check;

import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.RulePlace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What goes before a rule that takes a mapping's packets: a rule of ours. Another program's rule is
 * never removed; where that program is known, it is asked instead.
 */
public final class Remedies {
  private Remedies() {}

  /**
   * For each family the moves that let the attachments' rules come first, to be made when the plan
   * of the audit is.
   */
  public static List<Plan.Part> moves(Audit audit) {
    List<Plan.Part> parts = new ArrayList<>();
    for (Plan.Part part : audit.plan().families()) {
      Moving moving = new Moving(part.after());
      for (Finding finding : audit.findings()) {
        Own own = new Own(finding, part.after().family());
        for (Finding.Shadow shadow : finding.shadows()) {
          if (shadow.port().family() == part.after().family()) {
            move(moving, own, shadow);
          }
        }
      }
      if (!moving.changes.isEmpty()) {
        parts.add(moving.part());
      }
    }
    return parts;
  }

  /** The program that must be asked, because its rule takes the packets. */
  public static Optional<Program> program(Finding.Shadow shadow) {
    boolean early = shadow.effect() == Finding.Effect.PORT;
    return early
        ? Program.of(shadow.way())
            .or(() -> shadow.elsewhere().flatMap(OtherNat.Translation::program))
        : Optional.empty();
  }

  /** Whether a rule of ours can go before it. */
  private static boolean isMovable(Finding.Shadow shadow) {
    return shadow.extent() != Finding.Extent.OPEN
        && shadow.effect() != Finding.Effect.SOURCE
        && shadow.containerChain().isEmpty()
        && !shadow.way().isEmpty()
        && program(shadow).isEmpty();
  }

  private static boolean move(Moving moving, Own own, Finding.Shadow shadow) {
    if (isMovable(shadow)) {
      for (RulePlace place : shadow.way()) {
        if (moving.ours(place, own)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * What no order of rules cures: a stranger's rule in a shared chain, or one that stands before
   * another program's, which a host port must not precede.
   */
  public static List<Finding.Shadow> incurable(Audit audit) {
    List<Finding.Shadow> found = new ArrayList<>();
    for (Plan.Part part : audit.plan().families()) {
      for (Finding finding : audit.findings()) {
        Own own = new Own(finding, part.after().family());
        for (Finding.Shadow shadow : finding.shadows()) {
          boolean here = shadow.port().family() == part.after().family();
          if (here && isMovable(shadow) && !move(new Moving(part.after()), own, shadow)) {
            found.add(shadow);
          }
        }
      }
    }
    return found;
  }

  /** Which rules of a table are an attachment's, or shared with it; what it wants is made once. */
  private static final class Own {
    private final Finding finding;
    private final Family family;
    private final List<String> chains;
    private @Nullable Map<String, List<Rule>> shared;

    Own(Finding finding, Family family) {
      this.finding = finding;
      this.family = family;
      this.chains = ContainerChains.of(finding.attachment().identity()).names();
    }

    boolean has(String chain, Rule rule) {
      String target = rule.target().chain().orElse("");
      return Layouts.isEntry(chain, target) && chains.contains(target)
          || Layouts.isSharedJump(chain, rule)
          || shared().getOrDefault(chain, List.of()).contains(rule);
    }

    private Map<String, List<Rule>> shared() {
      if (shared == null) {
        shared = finding.choice().layout().wanted(finding.attachment(), family).shared();
      }
      return shared;
    }
  }

  /** A table while rules are moved in it. */
  private static final class Moving {
    private final Table table;
    private final Map<String, List<RuleEntry>> rows = new LinkedHashMap<>();
    private final List<Change> changes = new ArrayList<>();

    Moving(Table table) {
      this.table = table;
      table.chains().forEach((name, chain) -> rows.put(name, new ArrayList<>(chain.rows())));
    }

    private List<RuleEntry> rows(String chain) {
      return rows.getOrDefault(chain, List.of());
    }

    /** Moves what is ours out of the way of a rule; whether there was something. */
    boolean ours(RulePlace thief, Own own) {
      List<RuleEntry> chain = rows(thief.chain());
      int at = find(chain, thief.rule());
      boolean marking = Layouts.isMarking(thief.chain());
      if (at < 0 || own.has(thief.chain(), thief.rule())) {
        return false;
      }
      if (marking && ends(thief.rule())) {
        return false; // behind what marks stands what translates, in another chain
      }
      boolean moved = false;
      for (int i = 0; i < chain.size(); i++) {
        if (i == at || !own.has(thief.chain(), chain.get(i).rule())) {
          continue;
        }
        if (i > at && isKubernetesBetween(chain, at, i)) {
          continue;
        }
        if (i > at) {
          move(thief.chain(), i, at);
          at++;
          moved = true;
        } else if (marking && changesMarks(thief.rule())) {
          move(thief.chain(), i, at);
          at--;
          i--;
          moved = true;
        }
      }
      return moved;
    }

    private static boolean ends(Rule rule) {
      return !changesMarks(rule)
          && !(rule.target() instanceof Target.Return)
          && rule.target().chain().isEmpty();
    }

    private static boolean changesMarks(Rule rule) {
      return rule.target() instanceof Target.SetMark || rule.target() instanceof Target.RestoreMark;
    }

    /** A host port before kube-proxy's rules takes the traffic of its services. */
    private static boolean isKubernetesBetween(List<RuleEntry> chain, int from, int to) {
      return chain.subList(from, to).stream()
          .flatMap(r -> r.rule().target().chain().flatMap(Program::of).stream())
          .anyMatch(p -> p == Program.KUBE_PROXY);
    }

    private static int find(List<RuleEntry> chain, Rule rule) {
      for (int i = 0; i < chain.size(); i++) {
        if (chain.get(i).rule().equals(rule)) {
          return i;
        }
      }
      return -1;
    }

    private void move(String chain, int from, int to) {
      List<RuleEntry> all = rows(chain);
      RuleEntry row = all.remove(from);
      changes.add(new Change.DeleteRule(table.family(), chain, from + 1, row));
      all.add(to, row);
      boolean last = to + 1 == all.size();
      changes.add(
          last
              ? new Change.AppendRule(table.family(), chain, to + 1, row)
              : new Change.InsertRule(table.family(), chain, to + 1, row));
    }

    Plan.Part part() {
      Map<String, Chain> after = new LinkedHashMap<>();
      table
          .chains()
          .forEach(
              (name, chain) ->
                  after.put(name, new Chain(name, chain.policy(), chain.counters(), rows(name))));
      return new Plan.Part(table, table.with(after), List.copyOf(changes));
    }
  }
}
