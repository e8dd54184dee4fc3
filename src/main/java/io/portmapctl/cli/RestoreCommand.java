package io.portmapctl.cli;

import io.portmapctl.app.AddRequest;
import io.portmapctl.app.Dead;
import io.portmapctl.app.DesiredMappings;
import io.portmapctl.app.Failure;
import io.portmapctl.app.HostAttachments;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.Notes;
import io.portmapctl.app.Rulesets;
import io.portmapctl.app.Spelling;
import io.portmapctl.cni.Attachment;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl restore}: puts back every mapping that is kept, by hand or by a runtime. */
final class RestoreCommand implements Command {
  private static final Option.Choice<Format> OUTPUT =
      Option.choice(
          Format.APPLIED,
          Format.DIFF,
          "What to print: the changes, only what they mean (brief), or the plan as JSON (default:"
              + " diff).",
          "-o",
          "--output");

  @Override
  public String name() {
    return "restore";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Puts back the mappings that are kept (add --keep) and those of the living records in "
                + HostAttachments.CACHE
                + ", as add --apply does: on a terminal it shows the changes and asks first, else"
                + " it makes them. No mapping is removed.")
        .footerHeading("Examples:%n")
        .footer("  sudo portmapctl check", "  sudo portmapctl restore");
    KeepOptions.declareFolder(spec);
    IdentityOptions.declarePluginType(spec);
    RulesetOptions.declareLive(spec);
    OUTPUT.declare(spec);
    ApplyOptions.declareOfRestore(spec);
    OutputOptions.declare(spec);
    OutputOptions.declareForce(spec);
    OutputOptions.declareKeepGoing(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Rulesets rulesets = RulesetOptions.of(session, given);
    Format format = OUTPUT.of(given);
    ApplyOptions applying = ApplyOptions.applying(given);
    OutputOptions output = OutputOptions.of(given);
    Outcome outcome = new Outcome(session, output);
    try {
      LiveHost host =
          ChosenHost.local().open(session, rulesets.variant(), applying.waitSeconds(), false);
      DesiredMappings desired = desired(host, rulesets, given, output.keepGoing(), outcome);
      boolean inputErrors = !desired.documents().errors().isEmpty();
      DesiredMappings living =
          desired.without(Dead.whoseNamespaceIsGone(host.host(), true), outcome);
      AddRequest request = new AddRequest(name(), living, rulesets.sources(), output.keepGoing());
      return new Execution(
              session,
              rulesets,
              applying,
              output,
              OUTPUT.given(given),
              host,
              desired.documents().notices())
          .run(request, rulesets::onlyChanging, inputErrors);
    } catch (Failure failure) {
      return outcome.failed(failure, format == Format.JSON);
    }
  }

  /**
   * What the host knows of by itself, the dead among them.
   *
   * @throws Failure where a document is wrong
   */
  static DesiredMappings desired(
      LiveHost host, Rulesets rulesets, ParseResult given, boolean keepGoing, Notes notes)
      throws Failure {
    Predicate<Attachment> dead = Dead.whoseNamespaceIsGone(host.host(), rulesets.anyLive());
    HostAttachments standing =
        new HostAttachments(KeepOptions.of(given).on(host), IdentityOptions.pluginType(given));
    return new DesiredMappings(
        standing.wanted(dead, keepGoing, notes),
        Optional.empty(),
        families -> {}, // a document has the prefixes of its addresses
        new Spelling(host, rulesets));
  }
}
