package io.portmapctl.cli;

import io.portmapctl.model.Family;
import io.portmapctl.model.Table;
import io.portmapctl.netconf.Attachment;
import io.portmapctl.netconf.Documents;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.render.DocumentView;
import io.portmapctl.render.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl add}: plans the mappings of attachments. */
final class AddCommand implements Command {

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
    Wish.declare(spec);
    RulesetOptions.declare(spec);
    spec.addOption(
        Options.choice(
            Format.values(),
            "What to print: the changes, the plan as JSON, the input of iptables-restore or the"
                + " table as it will be (of one family), shell lines, or the attachment as a"
                + " document (default: diff).",
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
            Wish.of(given),
            RulesetOptions.of(given),
            Options.chosen(given, "--output", Format.values(), Format.DIFF),
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
      Wish wish,
      RulesetOptions rulesets,
      Format format,
      ApplyOptions applying,
      OutputOptions output) {

    private int plan(Outcome outcome) throws Failure {
      Documents read = wish.read(session, outcome);
      if (format == Format.DOCUMENT) {
        for (Attachment attachment : read.attachments()) {
          if (attachment.snat() && !attachment.masqAll() && wish.layout() != Wish.LayoutName.SNAT) {
            wish.pieces().requirePrefix(rulesets.families().list());
          }
          session.print(DocumentView.render(attachment, wish.asked()));
        }
        outcome.warnings(read.warnings());
        return read.errors().isEmpty() ? ExitCode.OK.number() : ExitCode.INPUT.number();
      }
      applying.requireInput(session, wish.identity().sources());
      Predicate<Attachment> dead = wish.dead(rulesets.anyLive());
      outcome.dead(read.attachments().stream().filter(dead).toList());
      Documents documents = read.without(dead);
      Additions additions = new Additions(documents, wish, rulesets, output.keepGoing());
      if (format.oneFamily()) {
        additions.printed(); // that it cannot be told is an error before anything is read
      }
      return new Execution(session, rulesets, applying, output, format, documents.warnings())
          .run(additions, !documents.errors().isEmpty());
    }
  }

  /** The attachments that shall be published. */
  private record Additions(
      Documents documents, Wish wish, RulesetOptions rulesets, boolean keepGoing)
      implements Planning {

    @Override
    public Report on(List<Table> tables, List<String> given) throws Failure {
      Wish.Requests wanted = wish.on(tables, documents, rulesets);
      if (!wanted.leftOut().isEmpty() && (!keepGoing || wanted.requests().isEmpty())) {
        throw new Failure(ExitCode.INPUT, wanted.leftOut());
      }
      List<String> warnings = new ArrayList<>(given);
      warnings.addAll(wanted.warnings());
      Plan plan = Plans.of(tables, List.copyOf(wanted.requests()));
      warnings.addAll(plan.warnings());
      return new Report(
          "add",
          subjects(wanted.requests()),
          rulesets.sources(),
          plan,
          List.copyOf(warnings),
          wanted.leftOut());
    }

    private static List<Report.Subject> subjects(List<Request.Publish> requests) {
      return requests.stream()
          .map(
              r ->
                  new Report.Subject(
                      r.attachment().identity(), r.attachment().ifName(), Optional.of(r.choice())))
          .toList();
    }

    @Override
    public Family printed(Plan plan) throws Failure {
      return printed();
    }

    /** Whatever the plan: what a script gets must not depend on the host's state. */
    private Family printed() throws Failure {
      if (rulesets.families() != RulesetOptions.Families.BOTH) {
        return rulesets.families().list().get(0);
      }
      List<Attachment> attachments = documents.attachments();
      boolean v4 = attachments.stream().anyMatch(a -> a.address(Family.IPV4).isPresent());
      boolean v6 = attachments.stream().anyMatch(a -> a.address(Family.IPV6).isPresent());
      if (v4 && v6) {
        throw new Failure(
            ExitCode.USAGE,
            "command line",
            "this output is of one family, and the attachments have both: give --family ipv4 or"
                + " --family ipv6");
      }
      return v6 ? Family.IPV6 : Family.IPV4;
    }
  }
}
