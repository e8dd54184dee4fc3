package io.portmapctl.cli;

import io.portmapctl.layout.Layout;
import io.portmapctl.layout.LayoutChecks;
import io.portmapctl.layout.LayoutChoice;
import io.portmapctl.model.Family;
import io.portmapctl.model.Table;
import io.portmapctl.netconf.Attachment;
import io.portmapctl.netconf.Documents;
import io.portmapctl.netconf.InputError;
import io.portmapctl.netconf.Overrides;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.render.DocumentView;
import io.portmapctl.render.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl add}: plans the mappings of attachments. */
final class AddCommand implements Command {

  /** Which layout. */
  enum LayoutName {
    AUTO,
    SNAT,
    MARK
  }

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
    IdentityOptions.declare(spec);
    MappingOptions.declare(spec);
    RulesetOptions.declare(spec);
    spec.addOption(
        Options.choice(
            LayoutName.values(),
            "Which chains and rules publish a port (default: auto).",
            "--layout"));
    spec.addOption(
        Options.choice(
            Format.values(),
            "What to print: the changes, the plan as JSON, the input of iptables-restore or the"
                + " table as it will be (of one family), shell lines, or the attachment as a"
                + " document (default: diff).",
            "-o",
            "--output"));
    ApplyOptions.declare(spec);
    OutputOptions.declare(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Run run =
        new Run(
            session,
            IdentityOptions.of(given),
            MappingOptions.of(given),
            RulesetOptions.of(given),
            Options.chosen(given, "--layout", LayoutName.values(), LayoutName.AUTO),
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
      IdentityOptions identity,
      MappingOptions pieces,
      RulesetOptions rulesets,
      LayoutName layout,
      Format format,
      ApplyOptions applying,
      OutputOptions output) {

    private int plan(Outcome outcome) throws Failure {
      requirePieces();
      Overrides overrides = pieces.with(identity.overrides(session));
      if (!overrides.errors().isEmpty()) {
        throw new Failure(ExitCode.USAGE, overrides.errors());
      }
      if (layout == LayoutName.SNAT && pieces.needsMark()) {
        throw new Failure(
            ExitCode.USAGE,
            "command line",
            "--masq-all, --mark-bit and --set-mark-chain are of layout mark, not of --layout snat");
      }
      Documents documents = Documents.read(identity.sources(), session.in(), overrides, false);
      outcome.skipped(documents.skipped());
      outcome.requireUsable(documents, identity);
      if (format == Format.DOCUMENT) {
        for (Attachment attachment : documents.attachments()) {
          if (attachment.snat() && !attachment.masqAll() && layout != LayoutName.SNAT) {
            pieces.requirePrefix(rulesets.families().list());
          }
          session.print(DocumentView.render(attachment, wanted()));
        }
        outcome.warnings(documents.warnings());
        return documents.errors().isEmpty() ? ExitCode.OK.number() : ExitCode.INPUT.number();
      }
      applying.requireInput(session, identity);
      Additions additions = new Additions(documents, pieces, rulesets, layout, output.keepGoing());
      if (format.oneFamily()) {
        additions.printed(); // that it cannot be told is an error before anything is read
      }
      return new Execution(session, rulesets, applying, output, format, documents.warnings())
          .run(additions, !documents.errors().isEmpty());
    }

    private Optional<Layout> wanted() {
      return layout == LayoutName.AUTO
          ? Optional.empty()
          : Optional.of(Layout.valueOf(layout.name()));
    }

    private void requirePieces() throws Failure {
      if (!identity.sources().isEmpty()) {
        return;
      }
      List<String> missing = new ArrayList<>();
      if (identity.network().isEmpty()) {
        missing.add("--net");
      }
      if (!identity.hasContainerId(session)) {
        missing.add("--container-id");
      }
      if (!pieces.hasAddress()) {
        missing.add("--ip");
      }
      if (!pieces.hasMapping()) {
        missing.add("-p");
      }
      if (!missing.isEmpty()) {
        throw new Failure(
            ExitCode.USAGE,
            "command line",
            "give a SOURCE, or what is missing: " + String.join(", ", missing));
      }
    }
  }

  /** The attachments that shall be published. */
  private record Additions(
      Documents documents,
      MappingOptions pieces,
      RulesetOptions rulesets,
      LayoutName layout,
      boolean keepGoing)
      implements Planning {

    @Override
    public Report on(List<Table> tables, List<String> given) throws Failure {
      List<String> warnings = new ArrayList<>(given);
      LayoutChoice.Evidence evidence = new LayoutChoice.Evidence(tables);
      List<Request> requests = new ArrayList<>();
      List<Report.Subject> subjects = new ArrayList<>();
      List<InputError> leftOut = new ArrayList<>();
      for (int i = 0; i < documents.attachments().size(); i++) {
        Attachment attachment = documents.attachments().get(i);
        Documents.Origin origin = documents.origins().get(i);
        LayoutChoice choice =
            layout == LayoutName.AUTO
                ? LayoutChoice.auto(attachment, evidence)
                : LayoutChoice.asked(Layout.valueOf(layout.name()), evidence);
        LayoutChoice.warning(choice, evidence)
            .filter(w -> !warnings.contains(w))
            .ifPresent(warnings::add);
        if (choice.layout() == Layout.MARK && attachment.snat() && !attachment.masqAll()) {
          pieces.requirePrefix(rulesets.families().list());
        }
        Map<String, String> wrong = LayoutChecks.errors(attachment, choice.layout(), tables);
        wrong.forEach(
            (field, message) ->
                leftOut.add(new InputError(origin.source(), origin.path(field), message)));
        if (!wrong.isEmpty()) {
          continue;
        }
        requests.add(new Request.Publish(attachment, choice));
        subjects.add(
            new Report.Subject(attachment.identity(), attachment.ifName(), Optional.of(choice)));
      }
      if (!leftOut.isEmpty() && (!keepGoing || requests.isEmpty())) {
        throw new Failure(ExitCode.INPUT, leftOut);
      }
      Plan plan = Plans.of(tables, requests);
      warnings.addAll(plan.warnings());
      return new Report(
          "add",
          List.copyOf(subjects),
          rulesets.sources(),
          plan,
          List.copyOf(warnings),
          List.copyOf(leftOut));
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
