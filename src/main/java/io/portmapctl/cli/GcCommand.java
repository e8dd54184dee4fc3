package io.portmapctl.cli;

import io.portmapctl.check.Orphans;
import io.portmapctl.check.Owners;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.Overrides;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.ruleset.Table;
import io.portmapctl.view.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl gc}: plans the removal of mappings that no living container owns. */
final class GcCommand implements Command {

  @Override
  public String name() {
    return "gc";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Plans the removal of the mappings of containers that are in none of the SOURCEs, or "
                + "dead, on the networks that the SOURCEs name. One record that cannot be read stops it, "
                + "with --keep-going too: what it owns would be taken for nobody's.")
        .footerHeading("Examples:%n")
        .footer(
            "  sudo portmapctl gc /var/lib/cni/results",
            "  sudo portmapctl gc /var/lib/cni/results --apply");
    spec.addPositional(
        Options.arguments(
            "SOURCE",
            "Files, folders, or - for standard input, with all attachments that this host has."));
    spec.addOption(
        Options.flag("On any network, not only on those that the SOURCEs name.", "--all-networks"));
    IdentityOptions.declarePluginType(spec);
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
    OutputOptions output = OutputOptions.of(given);
    Format format = Options.chosen(given, "--output", Format.REMOVALS, Format.DIFF);
    Outcome outcome = new Outcome(session, output);
    try {
      return plan(session, given, outcome, format, output);
    } catch (Failure failure) {
      return outcome.failed(failure, format == Format.JSON);
    }
  }

  private static int plan(
      Session session, ParseResult given, Outcome outcome, Format format, OutputOptions output)
      throws Failure {
    List<String> sources = List.copyOf(given.matchedPositionalValue(0, List.<String>of()));
    RulesetOptions rulesets = RulesetOptions.of(given);
    ApplyOptions applying = ApplyOptions.of(given);
    if (sources.isEmpty()) {
      throw new Failure(
          ExitCode.USAGE,
          "command line",
          "give a SOURCE with all attachments that this host has; without one, all mappings would"
              + " be nobody's");
    }
    applying.requireInput(session, sources);
    Documents documents =
        Documents.read(
            sources,
            session.in(),
            Overrides.pluginType(given.matchedOptionValue("--plugin-type", "portmap")),
            Documents.Need.OWNER);
    outcome.skipped(documents.skipped());
    if (!documents.errors().isEmpty()) {
      throw new Failure(ExitCode.INPUT, documents.errors());
    }
    Set<String> named =
        documents.attachments().stream()
            .map(a -> a.identity().network())
            .collect(Collectors.toSet());
    boolean all = given.hasMatchedOption("--all-networks");
    Owners owners =
        new Owners(
            documents.attachments(), MappingRequest.whoseNamespaceIsGone(rulesets.anyLive()));
    return new Execution(session, rulesets, applying, output, format, documents.warnings())
        .run(new Sweep(owners, network -> all || named.contains(network), rulesets), false);
  }

  /** What shall be swept away. */
  private record Sweep(Owners owners, Predicate<String> networks, RulesetOptions rulesets)
      implements Planning {

    @Override
    public Report on(List<Table> tables, List<String> given) {
      Orphans garbage = Orphans.of(new PortmapState(tables), owners, networks);
      List<Request> requests = new ArrayList<>();
      List<Report.Subject> subjects = new ArrayList<>();
      for (Identity orphan : garbage.orphans()) {
        requests.add(new Request.Withdraw(orphan));
        subjects.add(new Report.Subject(orphan, "", Optional.empty()));
      }
      Plan plan = Plans.of(tables, requests);
      List<String> warnings = new ArrayList<>(given);
      for (String chain : garbage.unclaimed()) {
        warnings.add(
            "chain "
                + chain
                + ": nobody's entry tells whose it was; "
                + CommandText.of("del", "--chain", chain)
                + " removes it");
      }
      warnings.addAll(plan.warnings());
      return new Report(
          "gc", List.copyOf(subjects), rulesets.sources(), plan, List.copyOf(warnings), List.of());
    }

    @Override
    public Family printed(Plan plan) throws Failure {
      return rulesets.onlyChanging(plan);
    }
  }
}
