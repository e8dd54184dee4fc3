package io.portmapctl.cli;

import io.portmapctl.audit.Audit;
import io.portmapctl.audit.Finding;
import io.portmapctl.audit.Remedies;
import io.portmapctl.iptables.ShellScript;
import io.portmapctl.layout.ChainNames;
import io.portmapctl.netconf.Identity;
import io.portmapctl.plan.Change;
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

  private static final List<String> BUILT_IN =
      List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");

  /** What belongs to check alone, not to the add that mends. */
  private static final List<String> OWN = List.of("--output", "--color", "--verbose", "--quiet");

  /**
   * What mends it.
   *
   * @param given what check was given
   */
  static Mend of(Session session, ParseResult given, RulesetOptions rulesets, Audit audit) {
    List<String> commands = new ArrayList<>();
    Set<String> advice = new LinkedHashSet<>();
    List<Plan.Part> deletions = Remedies.deletions(audit);
    for (Plan.Part part : deletions) {
      for (Change change : part.changes()) {
        String chain = change.chain();
        boolean anothers = !BUILT_IN.contains(chain) && !chain.startsWith(ChainNames.SHARED);
        if (anothers) {
          advice.add(
              "Chain "
                  + chain
                  + " is another program's: it may put its rule back, and lose what it is for; another"
                  + " host port is the other way");
        }
      }
    }
    if (!deletions.isEmpty()) {
      Plan plan = new Plan(deletions, List.of(), List.of(), List.of(), List.of());
      ShellScript.commands(plan).lines().forEach(commands::add);
    }
    commands.addAll(rivals(audit, advice));
    boolean jumps =
        deletions.stream()
            .flatMap(p -> p.changes().stream())
            .flatMap(c -> c.rule().stream())
            .anyMatch(r -> r.target().chain().orElse("").startsWith(ChainNames.SHARED));
    List<String> additions = new ArrayList<>();
    if (audit.plan().changes().stream().anyMatch(Unshown::isNamed)) {
      advice.add(
          "What the iptables that wrote the ruleset could not show may be right: take the save with"
              + " the iptables that made the rules, and check that.");
    } else {
      additions.addAll(additions(session, given, rulesets, audit, jumps));
    }
    if (!commands.isEmpty() && !rulesets.live()) {
      advice.add("Commands that change rules are for the host that the rulesets are of.");
    }
    if (!additions.isEmpty() && IdentityOptions.of(given).sources().contains("-")) {
      advice.add("The add reads the same standard input again.");
    }
    commands.addAll(additions);
    return new Mend(List.copyOf(commands), List.copyOf(advice));
  }

  /**
   * Live it is applied; a saved ruleset is printed as it should be, a family at a time.
   *
   * @param jumps whether jumps were deleted that add must put back: that is of the host itself
   */
  private static List<String> additions(
      Session session, ParseResult given, RulesetOptions rulesets, Audit audit, boolean jumps) {
    List<String> commands = new ArrayList<>();
    List<String> fromEnvironment = fromEnvironment(session, given);
    boolean sysctls = audit.findings().stream().anyMatch(f -> !f.sysctls().isEmpty());
    boolean rules = audit.plan().hasChanges();
    if (rulesets.live() || jumps) {
      List<String> without = new ArrayList<>(OWN);
      without.addAll(List.of("--ruleset", "--ruleset6"));
      if (rules || sysctls || jumps) {
        List<String> more = new ArrayList<>(fromEnvironment);
        more.add("--apply");
        commands.add(CommandText.like(given, "add", without, more));
      }
      return commands;
    }
    List<String> without = new ArrayList<>(OWN);
    without.add("--family");
    for (Plan.Part part : audit.plan().families()) {
      if (!part.changes().isEmpty()) {
        String family = part.before().family().id();
        List<String> more = new ArrayList<>(fromEnvironment);
        more.addAll(List.of("--family", family, "--output", "save"));
        commands.add(CommandText.like(given, "add", without, more));
      }
    }
    return commands;
  }

  /** What the environment has said to check, it may not say to the shell that mends. */
  private static List<String> fromEnvironment(Session session, ParseResult given) {
    boolean asked = given.hasMatchedOption("--container-id");
    return session
        .variable("CNI_CONTAINERID")
        .filter(id -> !asked && IdentityOptions.of(given).sources().isEmpty())
        .map(id -> List.of("--container-id", id))
        .orElse(List.of());
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
