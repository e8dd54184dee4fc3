package io.portmapctl.cli;

import io.portmapctl.view.DiffView;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * How results are shown.
 *
 * @param color when colours are used
 * @param verbose say more
 * @param quiet only what was asked for
 * @param exitCode exit 1 when the plan has changes
 * @param force go on despite conflicts
 * @param keepGoing go on with the good documents
 */
record OutputOptions(
    Color color,
    boolean verbose,
    boolean quiet,
    boolean exitCode,
    boolean force,
    boolean keepGoing) {

  /** When colours are used. */
  enum Color {
    AUTO,
    ALWAYS,
    NEVER
  }

  static void declare(CommandSpec spec) {
    spec.addOption(
        Options.choice(
            Color.values(),
            "Colours: on a terminal unless NO_COLOR is set or TERM=dumb (default: auto).",
            "--color"));
    spec.addOption(
        Options.flag(
            "Say more: each folder entry passed over, each layout, the trace of a defect.",
            "-v",
            "--verbose"));
    declareQuiet(spec);
  }

  static void declareQuiet(CommandSpec spec) {
    spec.addOption(
        Options.flag("Only what was asked for: no warnings, no notes.", "-q", "--quiet"));
  }

  /** Those of the commands that plan. */
  static void declareOfPlans(CommandSpec spec) {
    declare(spec);
    spec.addOption(Options.flag("Exit 1 when the plan has changes.", "--exit-code"));
    spec.addOption(Options.flag("Go on despite conflicts with other containers.", "--force"));
    declareKeepGoing(spec);
  }

  static void declareKeepGoing(CommandSpec spec) {
    spec.addOption(
        Options.flag(
            "Report bad documents, go on with the good ones, exit 3 at the end.", "--keep-going"));
  }

  static OutputOptions of(ParseResult given) {
    return new OutputOptions(
        Options.chosen(given, "--color", Color.values(), Color.AUTO),
        given.hasMatchedOption("--verbose"),
        given.hasMatchedOption("--quiet"),
        given.hasMatchedOption("--exit-code"),
        given.hasMatchedOption("--force"),
        given.hasMatchedOption("--keep-going"));
  }

  /** How much a diff is explained. */
  DiffView.Detail detail() {
    if (quiet) {
      return DiffView.Detail.DIFF_ONLY;
    }
    return verbose ? DiffView.Detail.ALL : DiffView.Detail.NOTES;
  }

  /** Whether the reader's locale has more characters than ASCII. */
  static boolean unicode(Session session) {
    String locale =
        session
            .variable("LC_ALL")
            .or(() -> session.variable("LC_CTYPE"))
            .or(() -> session.variable("LANG"))
            .orElse("");
    return locale.toUpperCase(Locale.ROOT).replace("-", "").endsWith("UTF8");
  }

  /** How wide a line may be: what the terminal says, where it does, or else 80. */
  static int width(Session session) {
    String columns = session.variable("COLUMNS").orElse("");
    return session.outIsTerminal() && columns.matches("[1-9][0-9]{1,3}")
        ? Integer.parseInt(columns)
        : 80;
  }

  /** Whether to use colours here. */
  boolean color(Session session) {
    return switch (color) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO ->
          session.outIsTerminal()
              && session.variable("NO_COLOR").isEmpty()
              && !session.variable("TERM").orElse("").equals("dumb");
    };
  }
}
