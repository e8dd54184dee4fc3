package io.portmapctl.cli;

import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.ruleset.Table;
import io.portmapctl.view.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl del}: plans the removal of mappings. */
final class DelCommand implements Command {

  @Override
  public String name() {
    return "del";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Plans the removal of the attachments' port mappings and shows what would change.",
            "Only network name and container ID count. Connections already open go on until they"
                + " close.");
    IdentityOptions.declare(spec);
    spec.addOption(
        Options.many(
            "CHAIN",
            "Remove a CNI-DN or CNI-SN chain whose owner cannot be told any more; repeatable.",
            "--chain"));
    spec.addOption(
        Options.flag(
            "Remove the shared chains too, where nothing needs them any more.", "--prune"));
    RulesetOptions.declare(spec);
    spec.addOption(
        Options.choice(
            Format.REMOVALS,
            "What to print: the changes, the plan as JSON, the input of iptables-restore or the"
                + " table as it will be (of one family), or shell lines (default: diff).",
            "-o",
            "--output"));
    ApplyOptions.declare(spec);
    OutputOptions.declareOfPlans(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Run run =
        new Run(
            session,
            IdentityOptions.of(given),
            Options.texts(given, "--chain"),
            given.hasMatchedOption("--prune"),
            RulesetOptions.of(given),
            Options.chosen(given, "--output", Format.REMOVALS, Format.DIFF),
            ApplyOptions.of(given),
            OutputOptions.of(given));
    Outcome outcome = new Outcome(session, run.output);
    try {
      return run.plan(outcome);
    } catch (Failure failure) {
      return outcome.failed(failure, run.format == Format.JSON);
    }
  }

  /** One call, with everything that was given. */
  private record Run(
      Session session,
      IdentityOptions identity,
      List<String> chains,
      boolean prune,
      RulesetOptions rulesets,
      Format format,
      ApplyOptions applying,
      OutputOptions output) {

    private int plan(Outcome outcome) throws Failure {
      boolean named = !identity.sources().isEmpty() || identity.network().isPresent();
      if (!named && chains.isEmpty() && !prune) {
        throw new Failure(
            ExitCode.USAGE,
            "command line",
            "give a SOURCE, --net and --container-id, --chain, or --prune");
      }
      if (named && identity.sources().isEmpty() && !identity.hasContainerId(session)) {
        throw new Failure(ExitCode.USAGE, "command line", "--container-id is missing");
      }
      if (!named && identity.containerId().isPresent()) {
        throw new Failure(ExitCode.USAGE, "command line", "--net is missing");
      }
      applying.requireInput(session, identity.sources());
      List<Request> requests = new ArrayList<>();
      List<Report.Subject> subjects = new ArrayList<>();
      List<String> warnings = new ArrayList<>();
      boolean inputErrors = false;
      if (named) {
        Documents documents =
            Documents.read(
                identity.sources(),
                session.in(),
                identity.overrides(session),
                Documents.Need.IDENTITY);
        outcome.requireUsable(documents, identity);
        inputErrors = !documents.errors().isEmpty();
        outcome.skipped(documents.skipped());
        warnings.addAll(documents.warnings());
        for (var attachment : documents.attachments()) {
          Identity who = attachment.identity();
          requests.add(new Request.Withdraw(who));
          subjects.add(new Report.Subject(who, attachment.ifName(), Optional.empty()));
        }
      }
      for (String chain : chains) {
        ContainerChains container =
            ContainerChains.with(chain)
                .orElseThrow(
                    () ->
                        new Failure(
                            ExitCode.USAGE,
                            "command line",
                            "--chain: found "
                                + Portmapctl.shown(chain)
                                + ", expected CNI-DN- or CNI-SN- and 21 hexadecimal digits"));
        requests.add(new Request.WithdrawChain(container));
      }
      if (prune) {
        requests.add(new Request.Prune());
      }
      return new Execution(session, rulesets, applying, output, format, warnings)
          .run(new Removals(List.copyOf(requests), List.copyOf(subjects), rulesets), inputErrors);
    }
  }

  /** What shall be removed. */
  private record Removals(
      List<Request> requests, List<Report.Subject> subjects, RulesetOptions rulesets)
      implements Planning {

    @Override
    public Report on(List<Table> tables, List<String> given) {
      Plan plan = Plans.of(tables, requests);
      List<String> warnings = new ArrayList<>(given);
      warnings.addAll(plan.warnings());
      return new Report(
          "del", subjects, rulesets.sources(), plan, List.copyOf(warnings), List.of());
    }

    @Override
    public Family printed(Plan plan) throws Failure {
      return rulesets.onlyChanging(plan);
    }
  }
}
