package io.portmapctl.cli;

import io.portmapctl.app.Rulesets;
import io.portmapctl.app.Unshown;
import io.portmapctl.check.Advice;
import io.portmapctl.check.Audit;
import io.portmapctl.check.Finding;
import io.portmapctl.check.Program;
import io.portmapctl.check.Remedies;
import io.portmapctl.cni.Identity;
import io.portmapctl.host.live.ShellScript;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.view.Terminal;
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
record Repair(List<String> commands, List<Advice> advice) {

  /** What belongs to check alone, not to the add that mends. */
  private static final List<String> OWN =
      List.of(
          CheckCommand.OUTPUT.name(),
          OutputOptions.COLOR.name(),
          OutputOptions.VERBOSE.name(),
          OutputOptions.QUIET.name());

  /**
   * What mends it.
   *
   * @param given what check was given
   */
  static Repair of(Session session, ParseResult given, Rulesets rulesets, Audit audit) {
    List<String> commands = new ArrayList<>();
    Set<Advice> advice = new LinkedHashSet<>();
    askOthers(audit, advice);
    for (Finding.Shadow shadow : Remedies.incurable(audit)) {
      advice.add(new Advice.NobodysRule(shadow.chain()));
    }
    List<String> additions = new ArrayList<>();
    if (audit.plan().changes().stream().anyMatch(Unshown::isNamed)) {
      advice.add(new Advice.UnshownRules());
    } else {
      additions.addAll(additions(session, given, rulesets, audit));
    }
    List<Plan.Part> moves = Remedies.moves(audit);
    if (!moves.isEmpty()) {
      Plan plan = new Plan(moves, List.of(), List.of(), List.of(), List.of());
      String lines = Terminal.decoded(ShellScript.commands(plan));
      lines.lines().forEach(commands::add);
    }
    commands.addAll(rivals(audit, advice));
    if (!commands.isEmpty() && !rulesets.live()) {
      advice.add(new Advice.OtherHost());
    }
    if (!additions.isEmpty() && IdentityOptions.of(given).sources().contains("-")) {
      advice.add(new Advice.SameInput());
    }
    additions.addAll(commands);
    return new Repair(List.copyOf(additions), List.copyOf(advice));
  }

  /** Live it is applied; a saved ruleset is printed as it should be, a family at a time. */
  private static List<String> additions(
      Session session, ParseResult given, Rulesets rulesets, Audit audit) {
    List<String> commands = new ArrayList<>();
    List<String> fromEnvironment = fromEnvironment(session, given);
    boolean sysctls = audit.findings().stream().anyMatch(f -> !f.sysctls().isEmpty());
    boolean rules = audit.plan().hasChanges();
    if (rulesets.live()) {
      List<String> without = new ArrayList<>(OWN);
      without.addAll(
          List.of(
              ChosenHost.HOST.name(),
              RulesetOptions.RULESET.name(),
              RulesetOptions.RULESET6.name()));
      if ((rules || sysctls) && CheckCommand.isOfHost(MappingRequest.of(given), rulesets)) {
        return List.of(CommandText.like(given, "restore", without, List.of()));
      }
      if (rules || sysctls) {
        List<String> more = new ArrayList<>(fromEnvironment);
        more.add("--apply");
        commands.add(CommandText.like(given, "add", without, more));
      }
      return commands;
    }
    List<String> without = new ArrayList<>(OWN);
    without.add(RulesetOptions.FAMILY.name());
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
    boolean asked = IdentityOptions.CONTAINER_ID.isGiven(given);
    return session
        .variable("CNI_CONTAINERID")
        .filter(id -> !asked && IdentityOptions.of(given).sources().isEmpty())
        .map(id -> List.of("--container-id", id))
        .orElse(List.of());
  }

  /** Other programs' rules are never removed: they put them back, and lose what they are for. */
  private static void askOthers(Audit audit, Set<Advice> advice) {
    for (Finding finding : audit.findings()) {
      for (Finding.Shadow shadow : finding.shadows()) {
        if (shadow.extent() == Finding.Extent.OPEN) {
          continue;
        }
        Optional<Program> program = Remedies.program(shadow);
        if (program.isPresent()) {
          advice.add(new Advice.AskProgram(shadow.chain(), program.get()));
        } else if (shadow.elsewhere().isPresent()) {
          advice.add(new Advice.NobodysRule(shadow.chain()));
        } else if (shadow.way().isEmpty()) {
          advice.add(new Advice.NobodyMasquerades(shadow.chain()));
        } else if (shadow.effect() == Finding.Effect.SOURCE) {
          advice.add(new Advice.MasqueradesMore(shadow.chain()));
        }
      }
    }
  }

  /** Containers in the way: those that are not among the wanted go. */
  private static Set<String> rivals(Audit audit, Set<Advice> advice) {
    Set<String> commands = new LinkedHashSet<>();
    for (Finding finding : audit.findings()) {
      for (Finding.Shadow shadow : finding.shadows()) {
        if (shadow.containerChain().isEmpty()
            || shadow.effect() != Finding.Effect.PORT
            || shadow.extent() == Finding.Extent.OPEN) {
          continue;
        }
        if (isWanted(audit, shadow.container(), shadow.containerChain().get())) {
          advice.add(
              new Advice.BothWanted(
                  shadow.port(),
                  shadow.extent(),
                  shadow.container(),
                  shadow.containerChain().get(),
                  shadow.packets()));
        } else {
          advice.add(new Advice.NotChecked(shadow.container(), shadow.containerChain().get()));
          commands.add(CommandText.removing(shadow.container(), shadow.containerChain().get()));
        }
      }
    }
    return commands;
  }

  private static boolean isWanted(Audit audit, Optional<Identity> container, String chain) {
    return audit.findings().stream()
        .filter(f -> f.status() != Finding.Status.DEAD)
        .map(f -> f.attachment().identity())
        .anyMatch(
            i -> container.equals(Optional.of(i)) || ContainerChains.of(i).names().contains(chain));
  }
}
