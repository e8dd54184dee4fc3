package io.portmapctl.cli;

import io.portmapctl.check.ForeignRules;
import io.portmapctl.check.Inventory;
import io.portmapctl.check.Mapping;
import io.portmapctl.check.Overlap;
import io.portmapctl.check.Owners;
import io.portmapctl.check.State;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.InputError;
import io.portmapctl.cni.Overrides;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import io.portmapctl.view.ListJson;
import io.portmapctl.view.ListView;
import io.portmapctl.view.Sentences;
import io.portmapctl.view.Theme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl list}: the mappings in a ruleset and their owners. */
final class ListCommand implements Command {
  /** Where libcni keeps what container runtimes attached. */
  private static final String CACHE = "/var/lib/cni/results";

  /** What can be printed. */
  private enum Style {
    TABLE,
    WIDE,
    JSON
  }

  @Override
  public String name() {
    return "list";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description("Lists the port mappings in a ruleset, of every layout, with their owners.")
        .footerHeading("Examples:%n")
        .footer(
            "  sudo portmapctl list --port 8080",
            "  sudo portmapctl list --state orphan --exit-code",
            "  portmapctl list --ruleset saved-rules.txt -o json");
    RulesetOptions.declare(spec);
    spec.addOption(
        Options.many(
            "SOURCE",
            "Files and folders with the attachments that this host has; whatever is of none of"
                + " them is an orphan (default: on the live ruleset "
                + CACHE
                + "); repeatable.",
            "--attachments"));
    IdentityOptions.declarePluginType(spec);
    MappingFilter.declare(spec);
    spec.addOption(Options.flag("With --state: exit 1 when there are some.", "--exit-code"));
    spec.addOption(
        Options.choice(
            Style.values(),
            "A table as wide as the terminal or 80 columns, one with everything, or JSON (default:"
                + " table).",
            "-o",
            "--output"));
    ApplyOptions.declareWait(spec);
    OutputOptions.declareKeepGoing(spec);
    OutputOptions.declare(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    boolean some = given.hasMatchedOption("--exit-code");
    if (some && !given.hasMatchedOption("--state")) {
      throw new ParameterException(
          given.commandSpec().commandLine(), "--exit-code is for --state, which is not given");
    }
    Run run =
        new Run(
            session,
            RulesetOptions.of(given),
            Options.texts(given, "--attachments"),
            given.matchedOptionValue("--plugin-type", "portmap"),
            MappingFilter.of(given),
            Options.chosen(given, "--output", Style.values(), Style.TABLE),
            ApplyOptions.waitSeconds(given),
            OutputOptions.of(given));
    Outcome outcome = new Outcome(session, run.output);
    try {
      return run.list(outcome, some);
    } catch (Failure failure) {
      return outcome.failed(failure, run.style == Style.JSON);
    }
  }

  /** One call, with everything that was given. */
  private record Run(
      Session session,
      RulesetOptions rulesets,
      List<String> attachments,
      String pluginType,
      MappingFilter filter,
      Style style,
      int waitSeconds,
      OutputOptions output) {

    private int list(Outcome outcome, boolean exitCode) throws Failure {
      List<String> warnings = new ArrayList<>();
      Known known = known(outcome, warnings);
      LiveHost host = LiveHost.of(session, rulesets.variant(), waitSeconds, true, warnings);
      List<Table> tables = rulesets.read(host.backend(), warnings);
      Inventory inventory = Inventory.of(tables, known.owners, HostOptions.known(rulesets.live()));
      List<Mapping> shown = inventory.mappings().stream().filter(filter::takes).toList();
      warnings.addAll(inventory.warnings());
      for (Overlap overlap : inventory.overlaps()) {
        if (filter.takes(overlap.first()) || filter.takes(overlap.second())) {
          warnings.add(Sentences.overlap(overlap, cure(overlap)));
        }
      }
      shown.stream()
          .filter(m -> m.takenBy().isPresent())
          .forEach(m -> warnings.add(Sentences.taken(m)));
      warnings.addAll(
          ForeignRules.of(
              tables, published(shown.stream().filter(m -> m.takenBy().isEmpty()).toList())));
      if (shown.isEmpty()) {
        warnings.addAll(
            ForeignRules.translating(tables, filter.asked(), HostOptions.known(rulesets.live())));
      }
      if (style == Style.JSON) {
        session.print(ListJson.render(shown, warnings));
      } else {
        session.print(
            ListView.render(
                shown,
                style == Style.WIDE,
                new Theme(output.color(session)),
                OutputOptions.unicode(session),
                OutputOptions.width(session)));
        outcome.warnings(warnings);
        if (shown.isEmpty() && !output.quiet()) {
          session.say(
              inventory.mappings().isEmpty()
                  ? "No mappings."
                  : "None of the " + inventory.mappings().size() + " mappings is of that kind.");
        }
      }
      if (!known.complete) {
        return ExitCode.INPUT.number();
      }
      return (exitCode && !shown.isEmpty() ? ExitCode.DIFFERENCES : ExitCode.OK).number();
    }

    private static List<PublishedPort> published(List<Mapping> mappings) {
      return mappings.stream()
          .filter(m -> m.hostPort().isPresent())
          .map(
              m -> new PublishedPort(m.family(), m.protocol(), m.hostIp(), m.hostPort().getAsInt()))
          .toList();
    }

    /** Who is in the way and dead is removed. */
    private Optional<String> cure(Overlap overlap) {
      Mapping first = overlap.first();
      if (first.state() != State.ORPHAN || overlap.second().state() == State.ORPHAN) {
        return Optional.empty();
      }
      return Optional.of(CommandText.removing(first.owner(), first.chain()));
    }

    /**
     * The attachments that this host has.
     *
     * @param owners empty where they are not known
     * @param complete whether every record could be read
     */
    private record Known(Optional<Owners> owners, boolean complete) {}

    private Known known(Outcome outcome, List<String> warnings) throws Failure {
      boolean live = rulesets.anyLive();
      boolean byDefault = attachments.isEmpty();
      if (byDefault && !(live && Files.isReadable(Path.of(CACHE)))) {
        return new Known(Optional.empty(), true);
      }
      List<String> sources = byDefault ? List.of(CACHE) : attachments;
      Documents documents =
          Documents.read(
              sources, session.in(), Overrides.pluginType(pluginType), Documents.Need.OWNER);
      List<InputError> errors =
          documents.errors().stream()
              .filter(e -> !(byDefault && e.source().equals(CACHE))) // an empty cache has nobody
              .toList();
      if (!errors.isEmpty() && !byDefault && !output.keepGoing()) {
        throw new Failure(ExitCode.INPUT, errors);
      }
      if (!byDefault) {
        outcome.skipped(documents.skipped());
      }
      if (!errors.isEmpty()) {
        warnings.add(
            "nothing is called an orphan, because not every attachment is known: "
                + errors.stream().map(InputError::toString).collect(Collectors.joining("; ")));
        return new Known(Optional.empty(), byDefault);
      }
      return new Known(
          Optional.of(
              new Owners(documents.attachments(), MappingRequest.whoseNamespaceIsGone(live))),
          true);
    }
  }
}
