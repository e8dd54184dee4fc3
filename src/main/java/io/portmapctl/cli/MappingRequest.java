package io.portmapctl.cli;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.InputError;
import io.portmapctl.cni.Overrides;
import io.portmapctl.host.live.NetworkNamespaces;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.ruleset.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * Which mappings shall be there, as add and check are told.
 *
 * @param identity the sources, and whose mappings
 * @param pieces what the command line says in place of documents
 * @param asked the layout asked for, where one was
 * @param includeDead whether records of dead containers count
 */
record MappingRequest(
    IdentityOptions identity, MappingOptions pieces, Optional<Layout> asked, boolean includeDead) {

  /** What {@code --layout} takes: {@code auto}, or a layout's name. */
  private static List<String> layoutNames() {
    List<String> names = new ArrayList<>(List.of("auto"));
    Layouts.all().forEach(l -> names.add(l.id()));
    return names;
  }

  static void declare(CommandSpec spec) {
    IdentityOptions.declare(spec);
    MappingOptions.declare(spec);
    spec.addOption(
        Options.choice(
            layoutNames(), "Which chains and rules publish a port (default: auto).", "--layout"));
    spec.addOption(
        Options.flag(
            "Take cache records too whose container is dead: its network namespace is mounted"
                + " nowhere.",
            "--include-dead"));
  }

  static MappingRequest of(ParseResult given) {
    int layout = Options.chosen(given, "--layout", layoutNames());
    return new MappingRequest(
        IdentityOptions.of(given),
        MappingOptions.of(given),
        layout == 0 ? Optional.empty() : Optional.of(Layouts.all().get(layout - 1)),
        given.hasMatchedOption("--include-dead"));
  }

  /**
   * Reads the documents.
   *
   * @throws Failure where the command line does not say enough, or a document is wrong
   */
  Documents read(Session session, Outcome outcome) throws Failure {
    requirePieces(session);
    Overrides overrides = pieces.with(identity.overrides(session));
    if (!overrides.errors().isEmpty()) {
      throw new Failure(ExitCode.USAGE, overrides.errors());
    }
    if (asked.equals(Optional.of(Layouts.SNAT)) && pieces.needsMark()) {
      throw new Failure(
          ExitCode.USAGE,
          "command line",
          "--masq-all, --mark-bit and --set-mark-chain are of layout mark, not of --layout snat");
    }
    Documents documents =
        Documents.read(identity.sources(), session.in(), overrides, Documents.Need.ALL);
    outcome.skipped(documents.skipped());
    outcome.requireUsable(documents, identity);
    return documents;
  }

  /**
   * Which of them are dead. Off the live ruleset none is, nor where this host does not tell.
   *
   * @param live whether a live ruleset is looked at
   */
  Predicate<Attachment> dead(boolean live) {
    return includeDead ? attachment -> false : whoseNamespaceIsGone(live);
  }

  /** Cache records whose network namespace is mounted nowhere on this host any more. */
  static Predicate<Attachment> whoseNamespaceIsGone(boolean live) {
    Optional<NetworkNamespaces> namespaces =
        live ? NetworkNamespaces.read(Path.of("/proc/self/mountinfo")) : Optional.empty();
    return attachment ->
        attachment.netns().filter(n -> !n.isEmpty()).isPresent()
            && namespaces.map(n -> !n.has(attachment.netns().get())).orElse(false);
  }

  /** Whether anything is wished for: documents, or pieces by hand. */
  boolean isGiven() {
    return !identity.sources().isEmpty()
        || identity.network().isPresent()
        || identity.containerId().isPresent()
        || !pieces.equals(MappingOptions.NONE);
  }

  /** The options of the pieces that neither a source nor the call itself says. */
  List<String> missing(Session session) {
    List<String> missing = new ArrayList<>();
    if (!identity.sources().isEmpty()) {
      return missing;
    }
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
    return missing;
  }

  private void requirePieces(Session session) throws Failure {
    List<String> missing = missing(session);
    if (!missing.isEmpty()) {
      throw new Failure(
          ExitCode.USAGE,
          "command line",
          "give a SOURCE, or what is missing: " + String.join(", ", missing));
    }
  }

  /**
   * The wishes on certain tables.
   *
   * @param requests what is asked of the planner
   * @param leftOut what is wrong with attachments that are left out
   * @param warnings what the layouts warn of
   */
  record Requests(
      List<Request.Publish> requests, List<InputError> leftOut, List<String> warnings) {}

  /**
   * Chooses each attachment's layout.
   *
   * @throws Failure where an address lacks the prefix that its layout needs
   */
  Requests on(List<Table> tables, Documents documents, RulesetOptions rulesets) throws Failure {
    List<String> warnings = new ArrayList<>();
    PortmapState state = new PortmapState(tables);
    List<Request.Publish> requests = new ArrayList<>();
    List<InputError> leftOut = new ArrayList<>();
    for (int i = 0; i < documents.attachments().size(); i++) {
      Attachment attachment = documents.attachments().get(i);
      Documents.Origin origin = documents.origins().get(i);
      LayoutChoice choice =
          asked().isEmpty()
              ? LayoutChoice.auto(attachment, state)
              : LayoutChoice.asked(asked().get(), state);
      choice.layout().warning(state).filter(w -> !warnings.contains(w)).ifPresent(warnings::add);
      if (choice.layout().needsPrefix(attachment)) {
        pieces.requirePrefix(rulesets.families().list());
      }
      Map<String, String> wrong = choice.layout().errors(attachment, tables);
      wrong.forEach(
          (field, message) ->
              leftOut.add(new InputError(origin.source(), origin.path(field), message)));
      if (wrong.isEmpty()) {
        requests.add(new Request.Publish(attachment, choice));
      }
    }
    return new Requests(List.copyOf(requests), List.copyOf(leftOut), List.copyOf(warnings));
  }
}
