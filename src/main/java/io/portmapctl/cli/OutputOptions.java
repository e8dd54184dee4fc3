package io.portmapctl.cli;

import io.portmapctl.view.DiffView;
import io.portmapctl.view.Prose;
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

  static final Option<Color> COLOR =
      Option.choice(
          Color.values(),
          Color.AUTO,
          "Colours: on a terminal unless NO_COLOR is set or TERM=dumb (default: auto).",
          "--color");

  static final Option<Boolean> VERBOSE =
      Option.flag(
          "Say more: each folder entry passed over, each layout, the trace of a defect.",
          "-v",
          "--verbose");

  static final Option<Boolean> QUIET =
      Option.flag("Only what was asked for: no warnings, no notes.", "-q", "--quiet");

  private static final Option<Boolean> EXIT_CODE =
      Option.flag("Exit 1 when the plan has changes.", "--exit-code");

  private static final Option<Boolean> FORCE =
      Option.flag("Go on despite conflicts with other containers.", "--force");

  private static final Option<Boolean> KEEP_GOING =
      Option.flag(
          "Report bad documents, go on with the good ones, exit 3 at the end.", "--keep-going");

  static void declare(CommandSpec spec) {
    COLOR.declare(spec);
    VERBOSE.declare(spec);
    declareQuiet(spec);
  }

  static void declareQuiet(CommandSpec spec) {
    QUIET.declare(spec);
  }

  /** Those of the commands that plan. */
  static void declareOfPlans(CommandSpec spec) {
    declare(spec);
    EXIT_CODE.declare(spec);
    FORCE.declare(spec);
    declareKeepGoing(spec);
  }

  static void declareForce(CommandSpec spec) {
    FORCE.declare(spec);
  }

  static void declareKeepGoing(CommandSpec spec) {
    KEEP_GOING.declare(spec);
  }

  static OutputOptions of(ParseResult given) {
    return new OutputOptions(
        COLOR.of(given),
        VERBOSE.of(given),
        QUIET.of(given),
        EXIT_CODE.of(given),
        FORCE.of(given),
        KEEP_GOING.of(given));
  }

  /** The same with what the request of a saved plan says. */
  OutputOptions with(ParseResult request) {
    return new OutputOptions(
        color, verbose, quiet, exitCode, FORCE.of(request), KEEP_GOING.of(request));
  }

  /** The same, but nothing is said that was not asked for. */
  OutputOptions silent() {
    return new OutputOptions(color, verbose, true, exitCode, force, keepGoing);
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
            .variable("PORTMAPCTL_LOCALE") // the launcher may have given Java another
            .or(() -> session.variable("LC_ALL"))
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

  /** A text with its long lines of prose broken, where a terminal shows it. */
  static String wrapped(Session session, String text) {
    return session.outIsTerminal() ? Prose.notesWrapped(text, width(session)) : text;
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
