package io.portmapctl.cli;

import java.util.Locale;
import picocli.CommandLine.Option;

/** How results are shown. */
final class OutputOptions {

  /** When colours are used. */
  enum Color {
    AUTO,
    ALWAYS,
    NEVER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--color",
      paramLabel = "auto|always|never",
      description = "Colours: on a terminal unless NO_COLOR is set or TERM=dumb (default: auto).")
  private Color color = Color.AUTO;

  @Option(
      names = {"-v", "--verbose"},
      description = "Say more: folder entries passed over, the trace of a defect.")
  private boolean verbose;

  @Option(
      names = {"-q", "--quiet"},
      description = "Only what was asked for: no warnings, no notes.")
  private boolean quiet;

  @Option(names = "--exit-code", description = "Exit 1 when the plan has changes.")
  private boolean exitCode;

  @Option(names = "--force", description = "Go on despite conflicts with other containers.")
  private boolean force;

  @Option(
      names = "--keep-going",
      description = "Report bad documents, go on with the good ones, exit 3 at the end.")
  private boolean keepGoing;

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

  boolean verbose() {
    return verbose;
  }

  boolean quiet() {
    return quiet;
  }

  boolean exitCode() {
    return exitCode;
  }

  boolean force() {
    return force;
  }

  boolean keepGoing() {
    return keepGoing;
  }
}
