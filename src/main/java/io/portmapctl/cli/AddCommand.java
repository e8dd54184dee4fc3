package io.portmapctl.cli;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.view.DocumentView;
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
    MappingRequest.declare(spec);
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
            MappingRequest.of(given),
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
      MappingRequest wish,
      RulesetOptions rulesets,
      Format format,
      ApplyOptions applying,
      OutputOptions output) {

    private int plan(Outcome outcome) throws Failure {
      Documents read = wish.read(session, outcome);
      if (format == Format.DOCUMENT) {
        for (Attachment attachment : read.attachments()) {
          if (wish.asked().orElse(Layouts.MARK).needsPrefix(attachment)) {
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
      Additions additions = new Additions("add", documents, wish, rulesets, output.keepGoing());
      if (format.oneFamily()) {
        additions.printed(); // that it cannot be told is an error before anything is read
      }
      return new Execution(session, rulesets, applying, output, format, documents.warnings())
          .run(additions, !documents.errors().isEmpty());
    }
  }
}
