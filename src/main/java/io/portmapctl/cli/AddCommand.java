package io.portmapctl.cli;

import io.portmapctl.app.AddRequest;
import io.portmapctl.app.DesiredMappings;
import io.portmapctl.app.Failure;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.Rulesets;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.view.DocumentView;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl add}: plans the mappings of attachments. */
final class AddCommand implements PlanningCommand {
  private static final Option.Choice<Format> OUTPUT =
      Option.choice(
          Format.values(),
          Format.DIFF,
          "What to print: the changes, only what they mean (brief), the plan as JSON, the input of"
              + " iptables-restore or the table as it will be (of one family), shell lines, a plan"
              + " that apply carries out later, or the attachment as a document (default: diff).",
          "-o",
          "--output");

  @Override
  public String name() {
    return "add";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description("Plans the port mappings of the attachments and shows what would change.")
        .footerHeading("Examples:%n")
        .footer(
            "  sudo portmapctl add /var/lib/cni/results",
            "  portmapctl add web.json --ruleset saved-rules.txt",
            "  portmapctl add --net web --container-id 5f3c --ip 10.89.5.6/24 -p 8080:80");
    MappingRequest.declare(spec);
    RulesetOptions.declare(spec);
    OUTPUT.declare(spec);
    ApplyOptions.declare(spec);
    KeepOptions.declareKeep(spec);
    OutputOptions.declareOfPlans(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Rulesets rulesets = RulesetOptions.of(session, given);
    Format format = OUTPUT.of(given);
    ApplyOptions applying = ApplyOptions.of(given);
    OutputOptions output = OutputOptions.of(given);
    Outcome outcome = new Outcome(session, output);
    try {
      LiveHost host =
          ChosenHost.of(given)
              .recordedFor(format)
              .open(session, rulesets.variant(), applying.waitSeconds(), false);
      if (format == Format.DOCUMENT) {
        return documents(session, given, host, rulesets, outcome);
      }
      applying.requireInput(session, MappingRequest.of(given).identity().sources());
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

  private static int documents(
      Session session, ParseResult given, LiveHost host, Rulesets rulesets, Outcome outcome)
      throws Failure {
    MappingRequest mappings = MappingRequest.of(given);
    DesiredMappings desired =
        mappings.desired(session, host, rulesets, outcome.options().keepGoing(), outcome);
    Documents read = desired.documents();
    for (Attachment attachment : read.attachments()) {
      if (Layouts.candidates(mappings.asked()).stream().anyMatch(l -> l.needsPrefix(attachment))) {
        desired.prefixes().require(rulesets.families().list());
      }
      session.print(DocumentView.render(attachment, desired.layout()));
    }
    outcome.warnings(read.notices());
    return (read.errors().isEmpty() ? ExitCode.OK : ExitCode.INPUT).number();
  }

  @Override
  public Planned planned(
      Session session, ParseResult given, LiveHost host, Rulesets rulesets, Outcome outcome)
      throws Failure {
    MappingRequest mappings = MappingRequest.of(given);
    boolean keepGoing = outcome.options().keepGoing();
    DesiredMappings desired = mappings.desired(session, host, rulesets, keepGoing, outcome);
    Documents read = desired.documents();
    DesiredMappings living = desired.without(mappings.dead(host, rulesets.anyLive()), outcome);
    if (OUTPUT.of(given).oneFamily()) {
      family(rulesets, living.documents()); // that it cannot be told is an error before all else
    }
    return new Planned(
        new AddRequest(
            name(),
            living,
            rulesets.sources(),
            keepGoing,
            KeepOptions.of(given).keeper(host, rulesets)),
        plan -> family(rulesets, living.documents()),
        read.notices(),
        !read.errors().isEmpty());
  }

  /** Whatever the plan: what a script gets must not depend on the host's state. */
  private static Family family(Rulesets rulesets, Documents documents) throws Failure {
    if (rulesets.families() != Rulesets.Families.BOTH) {
      return rulesets.families().list().get(0);
    }
    List<Attachment> attachments = documents.attachments();
    boolean v4 = attachments.stream().anyMatch(a -> a.address(Family.IPV4).isPresent());
    boolean v6 = attachments.stream().anyMatch(a -> a.address(Family.IPV6).isPresent());
    if (v4 && v6) {
      throw Failure.usage(
          "this output is of one family, and the attachments have both: give --family ipv4 or"
              + " --family ipv6");
    }
    return v6 ? Family.IPV6 : Family.IPV4;
  }
}
