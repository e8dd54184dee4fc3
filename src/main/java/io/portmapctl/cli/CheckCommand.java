package io.portmapctl.cli;

import io.portmapctl.app.CheckMappings;
import io.portmapctl.app.CheckReport;
import io.portmapctl.app.DesiredMappings;
import io.portmapctl.app.Failure;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.Rulesets;
import io.portmapctl.check.Advice;
import io.portmapctl.view.CheckJson;
import io.portmapctl.view.CheckMetrics;
import io.portmapctl.view.CheckView;
import io.portmapctl.view.NagiosView;
import io.portmapctl.view.Theme;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl check}: whether mappings are exactly in a ruleset. */
final class CheckCommand implements Command {

  /** What can be printed. */
  enum Style {
    DIFF,
    JSON,
    NAGIOS,
    METRICS
  }

  static final Option<Style> OUTPUT =
      Option.choice(
          Style.values(),
          Style.DIFF,
          "What is missing and what is too much as a diff, all as JSON, one line and the exit codes"
              + " of a Nagios plugin, or metrics for Prometheus (default: diff).",
          "-o",
          "--output");

  @Override
  public String name() {
    return "check";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Checks that the attachments' port mappings are in the ruleset, exactly: every rule,"
                + " its order, and nothing before it that takes its packets. Exit 1 when not."
                + " Without a SOURCE, those that are kept, and the living records of libcni's"
                + " cache.")
        .footerHeading("Examples:%n")
        .footer(
            "  sudo portmapctl check",
            "  sudo portmapctl check /var/lib/cni/results",
            "  portmapctl check cache/ --ruleset v4.txt --ruleset6 v6.txt -o json");
    MappingRequest.declare(spec);
    RulesetOptions.declare(spec);
    OUTPUT.declare(spec);
    ApplyOptions.declareHostInterface(spec);
    ApplyOptions.declareWait(spec);
    KeepOptions.declareFolder(spec);
    OutputOptions.declareKeepGoing(spec);
    OutputOptions.declare(spec);
    return spec;
  }

  /** Whether it is about what the host knows of by itself. */
  static boolean isOfHost(MappingRequest mappings, Rulesets rulesets) {
    return rulesets.anyLive()
        && mappings.identity().sources().isEmpty()
        && !mappings.isGiven()
        && mappings.asked().isEmpty()
        && !mappings.includeDead();
  }

  @Override
  public int run(Session session, ParseResult given) {
    MappingRequest mappings = MappingRequest.of(given);
    Rulesets rulesets = RulesetOptions.of(session, given);
    Style style = OUTPUT.of(given);
    OutputOptions asked = OutputOptions.of(given);
    OutputOptions output = style == Style.NAGIOS ? asked.silent() : asked;
    int waitSeconds = ApplyOptions.waitSeconds(given);
    Outcome outcome = new Outcome(session, output);
    try {
      LiveHost host = ChosenHost.of(given).open(session, rulesets.variant(), waitSeconds, false);
      DesiredMappings desired =
          isOfHost(mappings, rulesets)
              ? RestoreCommand.desired(host, rulesets, given, output.keepGoing(), outcome)
              : mappings.desired(session, host, rulesets, output.keepGoing(), outcome);
      CheckMappings.Result result =
          new CheckMappings(
                  desired,
                  mappings.dead(host, rulesets.anyLive()),
                  rulesets,
                  ApplyOptions.hostInterface(given),
                  output.keepGoing())
              .run(host, desired.documents().notices(), outcome);
      Repair repair = Repair.of(session, given, rulesets, result.audit());
      List<Advice> advice = new ArrayList<>(repair.advice());
      advice.addAll(result.advice());
      CheckReport check =
          new CheckReport(result.audit(), result.report(), repair.commands(), List.copyOf(advice));
      if (style == Style.NAGIOS) {
        return told(session, NagiosView.of(check, result.complete()));
      }
      if (style == Style.JSON) {
        session.print(CheckJson.render(check));
      } else if (style == Style.METRICS) {
        long now = Instant.now().getEpochSecond();
        session.print(CheckMetrics.render(check, result.complete(), now));
      } else if (!output.quiet()) {
        boolean terminal = session.outIsTerminal();
        String text = CheckView.render(check, new Theme(output.color(session)), terminal);
        session.print(OutputOptions.wrapped(session, text));
      }
      if (!result.complete()) {
        return ExitCode.INPUT.number();
      }
      return (result.audit().ok() ? ExitCode.OK : ExitCode.DIFFERENCES).number();
    } catch (Failure failure) {
      if (style == Style.NAGIOS) {
        return told(session, NagiosView.unknown(failure.errors()));
      }
      return outcome.failed(failure, style == Style.JSON);
    }
  }

  private static int told(Session session, NagiosView told) {
    session.print(told.line());
    return told.code();
  }
}
