package io.portmapctl.cli;

import io.portmapctl.app.Dead;
import io.portmapctl.app.DesiredMappings;
import io.portmapctl.app.Failure;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.Notes;
import io.portmapctl.app.Rulesets;
import io.portmapctl.app.Sources;
import io.portmapctl.app.Spelling;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Overrides;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.Layouts;
import java.util.ArrayList;
import java.util.List;
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

  private static final Option<Optional<Layout>> LAYOUT = layout();

  private static Option<Optional<Layout>> layout() {
    List<String> words = new ArrayList<>(List.of("auto"));
    List<Optional<Layout>> layouts = new ArrayList<>(List.of(Optional.empty()));
    for (Layout layout : Layouts.all()) {
      words.add(layout.id());
      layouts.add(Optional.of(layout));
    }
    return Option.choice(
        words,
        layouts,
        Optional.empty(),
        "Which chains and rules publish a port (default: auto).",
        "--layout");
  }

  private static final Option<Boolean> INCLUDE_DEAD =
      Option.flag(
          "Take cache records too whose container is dead: its network namespace is gone.",
          "--include-dead");

  static void declare(CommandSpec spec) {
    IdentityOptions.declare(spec);
    MappingOptions.declare(spec);
    LAYOUT.declare(spec);
    INCLUDE_DEAD.declare(spec);
  }

  /** For a command that does without all but whose mappings. */
  static void declareUnneeded(CommandSpec spec) {
    MappingOptions.declareUnneeded(spec);
    LAYOUT.declareUnneeded(spec);
    INCLUDE_DEAD.declareUnneeded(spec);
  }

  static MappingRequest of(ParseResult given) {
    return new MappingRequest(
        IdentityOptions.of(given),
        MappingOptions.of(given),
        LAYOUT.of(given),
        INCLUDE_DEAD.of(given));
  }

  /**
   * Reads the documents.
   *
   * @throws Failure where the command line does not say enough, or a document is wrong
   */
  DesiredMappings desired(
      Session session, LiveHost host, Rulesets rulesets, boolean keepGoing, Notes notes)
      throws Failure {
    requirePieces(session);
    Overrides overrides = pieces.with(identity.overrides(session));
    if (!overrides.errors().isEmpty()) {
      throw new Failure(Failure.Kind.USAGE, overrides.errors());
    }
    if (pieces.needsMark() && Layouts.candidates(asked).stream().noneMatch(Layout::hasMarks)) {
      throw Failure.usage(
          "--masq-all, --mark-bit and --set-mark-chain are of layout "
              + String.join(
                  " or ", Layouts.all().stream().filter(Layout::hasMarks).map(Layout::id).toList())
              + ", not of --layout "
              + asked.map(Layout::id).orElse(""));
    }
    Documents documents =
        new Sources(identity.sources(), session.in(), overrides, keepGoing)
            .read(host.documents(), Documents.Need.ALL, notes);
    return new DesiredMappings(
        documents, asked, pieces::requirePrefix, new Spelling(host, rulesets));
  }

  /**
   * Which of them are dead. Off the live ruleset none is, nor where this host does not tell.
   *
   * @param host the live host
   * @param live whether a live ruleset is looked at
   */
  Predicate<Attachment> dead(LiveHost host, boolean live) {
    return includeDead ? attachment -> false : Dead.whoseNamespaceIsGone(host.host(), live);
  }

  /** Whether the rules may need the prefixes of addresses. */
  boolean mayNeedPrefix() {
    return !pieces.noSnat() && Layouts.candidates(asked).stream().anyMatch(Layout::hasHairpin);
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
      throw Failure.usage("give a SOURCE, or what is missing: " + String.join(", ", missing));
    }
  }
}
