package io.portmapctl.cli;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.model.Family;
import io.portmapctl.model.Table;
import io.portmapctl.netconf.Documents;
import io.portmapctl.netconf.Identity;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.render.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl del}: plans the removal of mappings. */
final class DelCommand implements Command {

  /** What del can print. */
  enum Format {
    DIFF,
    JSON,
    SAVE
  }

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
            Format.values(),
            "What to print: the changes, the plan as JSON, or the table of one family as it"
                + " will be (default: diff).",
            "-o",
            "--output"));
    OutputOptions.declare(spec);
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
            Options.chosen(given, "--output", Format.values(), Format.DIFF),
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
      List<Request> requests = new ArrayList<>();
      List<Report.Subject> subjects = new ArrayList<>();
      List<String> warnings = new ArrayList<>();
      boolean inputErrors = false;
      if (named) {
        Documents documents =
            Documents.read(identity.sources(), session.in(), identity.overrides(session), true);
        if (!documents.errors().isEmpty()) {
          ExitCode code = identity.sources().isEmpty() ? ExitCode.USAGE : ExitCode.INPUT;
          if (!output.keepGoing() || documents.attachments().isEmpty()) {
            throw new Failure(code, documents.errors());
          }
          outcome.errors(code, documents.errors(), false);
          inputErrors = true;
        }
        outcome.skipped(documents.skipped());
        warnings.addAll(documents.warnings());
        for (var attachment : documents.attachments()) {
          Identity who = attachment.identity();
          requests.add(new Request.Withdraw(who));
          subjects.add(new Report.Subject(who, attachment.ifName(), Optional.empty()));
        }
      }
      for (String chain : chains) {
        if (!ChainNames.isContainerChain(chain)) {
          throw new Failure(
              ExitCode.USAGE,
              "command line",
              "--chain: found "
                  + Portmapctl.shown(chain)
                  + ", expected CNI-DN- or CNI-SN- and 21 hexadecimal digits");
        }
        requests.add(new Request.WithdrawChain(chain.substring("CNI-DN-".length())));
      }
      if (prune) {
        requests.add(new Request.Prune());
      }
      List<Table> tables = rulesets.read(session, warnings);
      Plan plan = Plans.of(tables, requests);
      warnings.addAll(plan.warnings());
      Report report =
          new Report("del", List.copyOf(subjects), rulesets.sources(), plan, List.copyOf(warnings));
      switch (format) {
        case JSON -> outcome.json(report);
        case SAVE -> {
          Family family = saveFamily(plan);
          outcome.aside(report);
          if (!outcome.refused(plan)) {
            outcome.save(report, family);
          }
        }
        default -> outcome.diff(report);
      }
      return outcome.code(plan, inputErrors);
    }

    /** The one family that -o save prints: the only one that changes, where none is asked for. */
    private Family saveFamily(Plan plan) throws Failure {
      if (rulesets.families() != RulesetOptions.Families.BOTH) {
        return rulesets.families().list().get(0);
      }
      List<Family> changing =
          plan.families().stream()
              .filter(p -> !p.changes().isEmpty())
              .map(p -> p.before().family())
              .toList();
      if (changing.size() > 1) {
        throw new Failure(
            ExitCode.USAGE,
            "command line",
            "-o save prints one family, and both change: give --family ipv4 or --family ipv6");
      }
      return changing.isEmpty() ? Family.IPV4 : changing.get(0);
    }
  }
}
