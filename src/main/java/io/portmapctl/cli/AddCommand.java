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
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl add}: plans the mappings of attachments. */
final class AddCommand implements Command {

  /** What add can print. */
  enum Format {
    DIFF,
    JSON,
    SAVE,
    DOCUMENT
  }

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
            "What to print: the changes, the plan as JSON, the table of one family as it"
                + " will be, or the attachment as a document (default: diff).",
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
            MappingOptions.of(given),
            RulesetOptions.of(given),
            Options.chosen(given, "--layout", LayoutName.values(), LayoutName.AUTO),
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
      MappingOptions pieces,
      RulesetOptions rulesets,
      LayoutName layout,
      Format format,
      OutputOptions output) {

    private int plan(Outcome outcome) throws Failure {
      requirePieces();
      Overrides overrides = pieces.with(identity.overrides(session));
      Documents documents = Documents.read(identity.sources(), session.in(), overrides, false);
      if (!documents.errors().isEmpty()) {
        ExitCode code = identity.sources().isEmpty() ? ExitCode.USAGE : ExitCode.INPUT;
        if (!output.keepGoing() || documents.attachments().isEmpty()) {
          throw new Failure(code, documents.errors());
        }
        outcome.errors(code, documents.errors(), false);
      }
      outcome.skipped(documents.skipped());
      List<String> warnings = new ArrayList<>(documents.warnings());
      if (format == Format.DOCUMENT) {
        documents.attachments().forEach(a -> session.print(DocumentView.render(a)));
        return documents.errors().isEmpty() ? ExitCode.OK.number() : ExitCode.INPUT.number();
      }
      Optional<Family> family = saveFamily(documents.attachments());
      List<Table> tables = rulesets.read(session, warnings);
      LayoutChoice.Evidence evidence = new LayoutChoice.Evidence(tables);
      List<Request> requests = new ArrayList<>();
      List<Report.Subject> subjects = new ArrayList<>();
      List<InputError> errors = new ArrayList<>();
      for (int i = 0; i < documents.attachments().size(); i++) {
        Attachment attachment = documents.attachments().get(i);
        String origin = documents.origins().get(i);
        LayoutChoice choice =
            layout == LayoutName.AUTO
                ? LayoutChoice.auto(attachment, evidence)
                : LayoutChoice.asked(Layout.valueOf(layout.name()), evidence);
        LayoutChoice.warning(choice, evidence)
            .filter(w -> !warnings.contains(w))
            .ifPresent(warnings::add);
        checkPrefix(attachment, choice);
        LayoutChecks.errors(attachment, choice.layout(), tables)
            .forEach((path, message) -> errors.add(new InputError(origin, path, message)));
        requests.add(new Request.Publish(attachment, choice));
        subjects.add(
            new Report.Subject(attachment.identity(), attachment.ifName(), Optional.of(choice)));
      }
      if (!errors.isEmpty()) {
        throw new Failure(ExitCode.INPUT, errors);
      }
      Plan plan = Plans.of(tables, requests);
      warnings.addAll(plan.warnings());
      Report report =
          new Report("add", List.copyOf(subjects), rulesets.sources(), plan, List.copyOf(warnings));
      switch (format) {
        case JSON -> outcome.json(report);
        case SAVE -> {
          outcome.aside(report);
          if (!outcome.refused(plan)) {
            family.ifPresent(f -> outcome.save(report, f));
          }
        }
        default -> outcome.diff(report);
      }
      return outcome.code(plan, !documents.errors().isEmpty());
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

    /** The prefix tells which other containers' traffic is hairpin traffic. */
    private void checkPrefix(Attachment attachment, LayoutChoice choice) throws Failure {
      Optional<String> bare = pieces.bareAddress();
      if (bare.isPresent()
          && choice.layout() == Layout.MARK
          && attachment.snat()
          && !attachment.masqAll()) {
        throw new Failure(
            ExitCode.USAGE,
            "command line",
            "--ip "
                + bare.get()
                + ": give the prefix, as "
                + bare.get()
                + (bare.get().indexOf(':') < 0 ? "/24" : "/64")
                + "; layout mark masquerades the traffic of the other containers of the subnet"
                + " (hairpin), and the prefix tells which they are");
      }
    }

    /** The one family that -o save prints. */
    private Optional<Family> saveFamily(List<Attachment> attachments) throws Failure {
      if (format != Format.SAVE) {
        return Optional.empty();
      }
      if (rulesets.families() != RulesetOptions.Families.BOTH) {
        return Optional.of(rulesets.families().list().get(0));
      }
      boolean v4 = attachments.stream().anyMatch(a -> a.address(Family.IPV4).isPresent());
      boolean v6 = attachments.stream().anyMatch(a -> a.address(Family.IPV6).isPresent());
      if (v4 && v6) {
        throw new Failure(
            ExitCode.USAGE,
            "command line",
            "-o save prints one family, and the attachments have both: give --family ipv4 or"
                + " --family ipv6");
      }
      return Optional.of(v6 ? Family.IPV6 : Family.IPV4);
    }
  }
}
