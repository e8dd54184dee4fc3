package io.portmapctl.cli;

import io.portmapctl.audit.Audit;
import io.portmapctl.audit.Finding;
import io.portmapctl.audit.Remedies;
import io.portmapctl.iptables.ShellScript;
import io.portmapctl.layout.ChainNames;
import io.portmapctl.netconf.Identity;
import io.portmapctl.plan.Plan;
import io.portmapctl.render.Sentences;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ParseResult;

/**
 * What makes right what check has found.
 *
 * @param commands command lines, in their order
 * @param advice where no command can know, what a person must decide
 */
record Mend(List<String> commands, List<String> advice) {

  /** What belongs to check alone, not to the add that mends. */
  private static final List<String> OWN = List.of("--output", "--color", "--verbose", "--quiet");

  /**
   * What mends it.
   *
   * @param given what check was given
   */
  static Mend of(ParseResult given, RulesetOptions rulesets, Audit audit) {
    List<String> commands = new ArrayList<>();
    Set<String> advice = new LinkedHashSet<>();
    List<Plan.Part> deletions = Remedies.deletions(audit);
    if (!deletions.isEmpty()) {
      Plan plan = new Plan(deletions, List.of(), List.of(), List.of(), List.of());
      ShellScript.commands(plan).lines().forEach(commands::add);
    }
    commands.addAll(rivals(audit, advice));
    boolean jumps =
        deletions.stream()
            .flatMap(p -> p.changes().stream())
            .flatMap(c -> c.rule().stream())
            .anyMatch(r -> r.target().name().startsWith(ChainNames.SHARED));
    commands.addAll(additions(given, rulesets, audit, jumps));
    return new Mend(List.copyOf(commands), List.copyOf(advice));
  }

  /**
   * Live it is applied; a saved ruleset is printed as it should be, a family at a time.
   *
   * @param jumps whether jumps were deleted that add must put back: that is of the host itself
   */
  private static List<String> additions(
      ParseResult given, RulesetOptions rulesets, Audit audit, boolean jumps) {
    List<String> commands = new ArrayList<>();
    boolean sysctls = audit.findings().stream().anyMatch(f -> !f.sysctls().isEmpty());
    boolean rules = audit.plan().hasChanges();
    if (rulesets.live() || jumps) {
      List<String> without = new ArrayList<>(OWN);
      without.addAll(List.of("--ruleset", "--ruleset6"));
      if (rules || sysctls || jumps) {
        commands.add(CommandText.like(given, "add", without, List.of("--apply")));
      }
      return commands;
    }
    List<String> without = new ArrayList<>(OWN);
    without.add("--family");
    for (Plan.Part part : audit.plan().families()) {
      if (!part.changes().isEmpty()) {
        String family = part.before().family().id();
        List<String> more = List.of("--family", family, "--output", "save");
        commands.add(CommandText.like(given, "add", without, more));
      }
    }
    return commands;
  }

  /** Containers in the way: those that are not among the wanted go. */
  private static Set<String> rivals(Audit audit, Set<String> advice) {
    Set<String> commands = new LinkedHashSet<>();
    for (Finding finding : audit.findings()) {
      for (Finding.Shadow shadow : finding.shadows()) {
        if (shadow.containerChain().isEmpty()) {
          continue;
        }
        if (isWanted(audit, shadow.container())) {
          advice.add(Sentences.shadow(shadow) + "; both are wanted, and one of them must go");
        } else {
          advice.add(
              Sentences.owner(shadow)
                  + " is none of those that were checked: if it is not alive any more, del removes"
                  + " what is left of it");
          commands.add(CommandText.removing(shadow.container(), shadow.containerChain().get()));
        }
      }
    }
    return commands;
  }

  private static boolean isWanted(Audit audit, Optional<Identity> container) {
    return audit.findings().stream()
        .filter(f -> f.status() != Finding.Status.DEAD)
        .anyMatch(f -> container.equals(Optional.of(f.attachment().identity())));
  }
}
