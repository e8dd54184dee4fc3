package io.portmapctl.cli;

import io.portmapctl.app.AppNotice;
import io.portmapctl.app.Failure;
import io.portmapctl.app.HostAttachments;
import io.portmapctl.app.KeptFolder;
import io.portmapctl.app.ListMappings;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.MappingFilter;
import io.portmapctl.app.Rulesets;
import io.portmapctl.app.Sources;
import io.portmapctl.check.CheckNotice;
import io.portmapctl.check.Mapping;
import io.portmapctl.check.MappingReason;
import io.portmapctl.check.Overlap;
import io.portmapctl.check.State;
import io.portmapctl.cni.Identity;
import io.portmapctl.notice.Notice;
import io.portmapctl.view.ListJson;
import io.portmapctl.view.ListMetrics;
import io.portmapctl.view.ListView;
import io.portmapctl.view.Theme;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl list}: the mappings in a ruleset and their owners. */
final class ListCommand implements Command {
  /** What can be printed. */
  private enum Style {
    TABLE,
    WIDE,
    JSON,
    METRICS
  }

  private static final Option<List<String>> ATTACHMENTS =
      Option.texts(
          "SOURCE",
          "Files and folders with the attachments that this host has; whatever is of none of"
              + " them is an orphan (default: on the live ruleset "
              + HostAttachments.CACHE
              + " and what is kept); repeatable.",
          "--attachments");

  private static final Option<Boolean> EXIT_CODE =
      Option.flag(
          "Exit 1 when the filter finds nothing, or one that is not ok; with a --state of those"
              + " that are not, when there are some.",
          "--exit-code");

  private static final Option<Style> OUTPUT =
      Option.choice(
          Style.values(),
          Style.TABLE,
          "A table as wide as the terminal or 80 columns, one with everything, JSON, or metrics"
              + " for Prometheus (default: table).",
          "-o",
          "--output");

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
    ATTACHMENTS.declare(spec);
    IdentityOptions.declarePluginType(spec);
    FilterOptions.declare(spec);
    EXIT_CODE.declare(spec);
    OUTPUT.declare(spec);
    ApplyOptions.declareWait(spec);
    KeepOptions.declareFolder(spec);
    OutputOptions.declareKeepGoing(spec);
    OutputOptions.declare(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Rulesets rulesets = RulesetOptions.of(session, given);
    Style style = OUTPUT.of(given);
    OutputOptions output = OutputOptions.of(given);
    Sources attachments =
        new Sources(
            ATTACHMENTS.of(given),
            session.in(),
            IdentityOptions.pluginType(given),
            output.keepGoing());
    MappingFilter filter = FilterOptions.of(given);
    Optional<String> kept = KeepOptions.of(given).folder();
    ListMappings listing = new ListMappings(rulesets, attachments, kept, filter);
    Outcome outcome = new Outcome(session, output);
    try {
      LiveHost host =
          ChosenHost.of(given)
              .open(session, rulesets.variant(), ApplyOptions.waitSeconds(given), true);
      ListMappings.Result result = listing.run(host, outcome);
      show(session, style, output, outcome, result, sources(host, attachments, kept));
      if (!result.complete()) {
        return ExitCode.INPUT.number();
      }
      return (EXIT_CODE.of(given) && differs(result, filter) ? ExitCode.DIFFERENCES : ExitCode.OK)
          .number();
    } catch (Failure failure) {
      return outcome.failed(failure, style == Style.JSON);
    }
  }

  /** What tells gc the same. */
  private static List<String> sources(LiveHost host, Sources attachments, Optional<String> kept) {
    List<String> words = new ArrayList<>(attachments.names());
    if (words.isEmpty()) {
      HostAttachments standing =
          new HostAttachments(KeptFolder.of(kept, host.documents()), attachments.overrides());
      standing.sources().stream().findFirst().ifPresent(words::add);
    }
    kept.ifPresent(folder -> words.addAll(List.of(KeepOptions.KEEP_IN.name(), folder)));
    return words;
  }

  /** Whether what is shown is other than whoever asks for an exit code hopes. */
  private static boolean differs(ListMappings.Result result, MappingFilter filter) {
    if (filter.state().isPresent() && filter.state().get() != State.OK) {
      return !result.shown().isEmpty();
    }
    return filter.narrows() && result.shown().isEmpty()
        || result.shown().stream().anyMatch(m -> m.state() != State.OK);
  }

  private static void show(
      Session session,
      Style style,
      OutputOptions output,
      Outcome outcome,
      ListMappings.Result result,
      List<String> sources) {
    List<Notice> warnings = warnings(result, sources);
    if (style == Style.JSON) {
      session.print(ListJson.render(result.shown(), warnings));
      return;
    }
    if (style == Style.METRICS) {
      session.print(ListMetrics.render(result.shown(), Instant.now().getEpochSecond()));
      outcome.warnings(warnings);
      return;
    }
    session.print(
        ListView.render(
            result.shown(),
            style == Style.WIDE,
            new Theme(output.color(session)),
            OutputOptions.unicode(session),
            OutputOptions.width(session)));
    outcome.warnings(warnings);
    if (result.shown().isEmpty() && !output.quiet()) {
      session.say(
          result.all() == 0
              ? "No mappings."
              : result.all() == 1
                  ? "The only mapping is not of that kind."
                  : "None of the " + result.all() + " mappings is of that kind.");
    }
  }

  private static List<Notice> warnings(ListMappings.Result result, List<String> sources) {
    List<Notice> warnings = new ArrayList<>(result.notices());
    result.overlaps().forEach(o -> warnings.add(new CheckNotice.ClaimedTwice(o, cure(o))));
    result.shown().stream()
        .filter(m -> m.reason() == MappingReason.TAKEN)
        .forEach(m -> warnings.add(new CheckNotice.Taken(m)));
    result.shown().stream()
        .filter(ListCommand::isUnclaimed)
        .map(Mapping::chain)
        .distinct()
        .map(c -> new AppNotice.Unclaimed(c, CommandText.removing(Optional.empty(), c)))
        .forEach(warnings::add);
    warnings.addAll(result.foreign());
    orphans(result, sources).ifPresent(warnings::add);
    return warnings;
  }

  /** Of a chain that no entry leads to, and that nothing tells the owner of. */
  private static boolean isUnclaimed(Mapping mapping) {
    boolean noEntry =
        mapping.reason() == MappingReason.NO_ENTRY
            || mapping.reason() == MappingReason.NO_ENTRY_NO_RULE;
    return noEntry && mapping.owner().isEmpty();
  }

  /** Who is gone, and what removes what is left. */
  private static Optional<Notice> orphans(ListMappings.Result result, List<String> sources) {
    List<Identity> gone =
        result.shown().stream()
            .filter(m -> m.state() == State.ORPHAN)
            .flatMap(m -> m.owner().stream())
            .distinct()
            .toList();
    if (gone.isEmpty()) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>(List.of("gc"));
    words.addAll(sources);
    boolean elsewhere =
        gone.stream().anyMatch(g -> result.owners().map(o -> !o.knows(g.network())).orElse(false));
    if (elsewhere) {
      words.add("--all-networks");
    }
    return Optional.of(
        new AppNotice.OrphansListed(
            gone.get(0), gone.size(), CommandText.of(words.toArray(new String[0]))));
  }

  /** Who is in the way and dead is removed. */
  private static Optional<String> cure(Overlap overlap) {
    Mapping first = overlap.first();
    if (first.state() != State.ORPHAN || overlap.second().state() == State.ORPHAN) {
      return Optional.empty();
    }
    return Optional.of(CommandText.removing(first.owner(), first.chain()));
  }
}
