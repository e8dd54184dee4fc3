package io.portmapctl.cli;

import io.portmapctl.app.Dead;
import io.portmapctl.app.Failure;
import io.portmapctl.app.GcRequest;
import io.portmapctl.app.HostAttachments;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.Rulesets;
import io.portmapctl.app.Sources;
import io.portmapctl.check.Owners;
import io.portmapctl.cni.Documents;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl gc}: plans the removal of mappings that no living container owns. */
final class GcCommand implements PlanningCommand {
  private static final Option<List<String>> SOURCE =
      Option.arguments(
          "SOURCE",
          "Files, folders, or - for standard input, with all attachments that this host has.");

  private static final Option<Boolean> ALL_NETWORKS =
      Option.flag("On any network, not only on those that the SOURCEs name.", "--all-networks");

  private static final Option.Choice<Format> OUTPUT =
      Option.choice(
          Format.REMOVALS,
          Format.DIFF,
          "What to print: the changes, only what they mean (brief), the plan as JSON, the input of"
              + " iptables-restore or the table as it will be (of one family), shell lines, or a"
              + " plan that apply carries out later (default: diff).",
          "-o",
          "--output");

  @Override
  public String name() {
    return "gc";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Plans the removal of the mappings of containers that are in none of the SOURCEs, or"
                + " dead, on the networks that the SOURCEs name. One record that cannot be read"
                + " stops it, with --keep-going too: what it owns would be taken for nobody's.")
        .footerHeading("Examples:%n")
        .footer(
            "  sudo portmapctl gc /var/lib/cni/results",
            "  sudo portmapctl gc /var/lib/cni/results --apply");
    SOURCE.declare(spec);
    ALL_NETWORKS.declare(spec);
    IdentityOptions.declarePluginType(spec);
    RulesetOptions.declare(spec);
    OUTPUT.declare(spec);
    ApplyOptions.declare(spec);
    KeepOptions.declareFolder(spec);
    OutputOptions.declareOfPlans(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    OutputOptions output = OutputOptions.of(given);
    Format format = OUTPUT.of(given);
    Outcome outcome = new Outcome(session, output);
    try {
      Rulesets rulesets = RulesetOptions.of(session, given);
      ApplyOptions applying = ApplyOptions.of(given);
      requireSources(given);
      applying.requireInput(session, SOURCE.of(given));
      LiveHost host =
          ChosenHost.of(given)
              .recordedFor(format)
              .open(session, rulesets.variant(), applying.waitSeconds(), false);
      Session asking = format == Format.PLAN ? PlanFile.withInput(session, given) : session;
      Planned planned = planned(asking, given, host, rulesets, outcome);
      return new Execution(
              asking, rulesets, applying, output, OUTPUT.given(given), host, planned.notices())
          .saving(format, () -> PlanFile.request(asking, given, name()))
          .run(planned.request(), planned.printed(), planned.inputErrors());
    } catch (Failure failure) {
      return outcome.failed(failure, format == Format.JSON);
    }
  }

  private static void requireSources(ParseResult given) throws Failure {
    if (SOURCE.of(given).isEmpty()) {
      throw Failure.usage(
          "give a SOURCE with all attachments that this host has; without one, all mappings would"
              + " be nobody's");
    }
  }

  @Override
  public Planned planned(
      Session session, ParseResult given, LiveHost host, Rulesets rulesets, Outcome outcome)
      throws Failure {
    requireSources(given);
    Documents documents =
        new Sources(SOURCE.of(given), session.in(), IdentityOptions.pluginType(given), false)
            .read(host.documents(), Documents.Need.OWNER, outcome);
    boolean all = ALL_NETWORKS.of(given);
    HostAttachments standing =
        new HostAttachments(KeepOptions.of(given).on(host), IdentityOptions.pluginType(given));
    Owners owners =
        new Owners(
            documents,
            Dead.whoseNamespaceIsGone(host.host(), rulesets.anyLive()),
            rulesets.anyLive() ? standing.keptOwners() : Documents.NONE);
    GcRequest request =
        new GcRequest(
            owners,
            network -> all || owners.knows(network),
            rulesets.sources(),
            chain -> CommandText.of("del", "--chain", chain));
    return new Planned(request, rulesets::onlyChanging, documents.notices(), false);
  }
}
