package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import io.portmapctl.app.PendingChange;
import io.portmapctl.file.UnwrittenException;
import io.portmapctl.text.Printable;
import io.portmapctl.view.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl confirm}: keeps a change that waits to be confirmed, from any login. */
final class ConfirmCommand implements Command {
  private static final Option<Optional<String>> ID =
      Option.argument("ID", "Which change, where several wait.");

  private static final Option<Boolean> ALL = Option.flag("All that wait.", "--all");

  private static final Option<Boolean> LIST =
      Option.flag("Only list what waits, and decide nothing.", "--list");

  @Override
  public String name() {
    return "confirm";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Keeps a change that was made with --confirm and waits, from any login of the same"
                + " user: that this login came about may be what was to be tried.")
        .footerHeading("Examples:%n")
        .footer("  sudo portmapctl confirm", "  sudo portmapctl confirm --list");
    ID.declare(spec);
    ALL.declare(spec);
    LIST.declare(spec);
    OutputOptions.declareQuiet(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Outcome outcome = new Outcome(session, OutputOptions.of(given));
    try {
      return confirm(session, given);
    } catch (UnwrittenException e) {
      Failure failure = new Failure(Failure.Kind.HOST, name(), e.fault());
      return outcome.failed(failure, false);
    } catch (Failure failure) {
      return outcome.failed(failure, false);
    }
  }

  private static int confirm(Session session, ParseResult given)
      throws Failure, UnwrittenException {
    boolean quiet = OutputOptions.QUIET.of(given);
    List<PendingChange> waiting = new ArrayList<>();
    List<PendingChange> over = new ArrayList<>();
    for (PendingChange change : PendingChange.all()) {
      boolean waits =
          change.state() == PendingChange.State.WAITING
              || change.state() == PendingChange.State.DECIDED;
      (waits ? waiting : over).add(change);
    }
    if (LIST.of(given)) {
      over.forEach(change -> show(session, change));
      waiting.forEach(change -> show(session, change));
      return ExitCode.OK.number();
    }
    Optional<String> id = ID.of(given);
    if (id.isPresent()) {
      waiting.removeIf(change -> !change.id().equals(id.get()));
    } else if (waiting.size() > 1 && !ALL.of(given)) {
      waiting.forEach(change -> show(session, change));
      throw Failure.usage("several changes wait: give the ID of one of them, or --all");
    }
    for (PendingChange change : over) {
      if (id.isEmpty() || change.id().equals(id.get())) {
        show(session, change);
        // a script that is still needed stays until it is named
        if (change.state() != PendingChange.State.NOT_TAKEN_BACK || id.isPresent()) {
          change.forget();
        }
      }
    }
    int kept = 0;
    for (PendingChange change : waiting) {
      boolean keeps = change.keep();
      kept += keeps ? 1 : 0;
      if (!keeps) {
        session.say("portmapctl: " + change.id() + ": too late: it is being taken back");
      } else if (!quiet) {
        session.print("Kept: " + text(change));
      }
    }
    if (waiting.isEmpty() && !quiet) {
      session.say("Nothing waits to be confirmed.");
    }
    return (kept > 0 && kept == waiting.size() ? ExitCode.OK : ExitCode.DIFFERENCES).number();
  }

  private static void show(Session session, PendingChange change) {
    String state =
        switch (change.state()) {
          case WAITING -> "Waits: ";
          case DECIDED -> "Is being decided: ";
          case TAKEN_BACK -> "Was not confirmed, and was taken back: ";
          case NOT_TAKEN_BACK ->
              "Was not confirmed, and could not be taken back as a whole; its script is "
                  + change.folder().path()
                  + "/undo: ";
          case BROKEN_OFF ->
              "Its program ended before it was made, and what was there of it was taken back: ";
          case FORGOTTEN -> "Nobody watches over it any more, and it stays as it is: ";
        };
    session.print(Terminal.octets(Printable.escaped(state)) + text(change));
    if (!change.said().isEmpty()) {
      session.print(Terminal.safe(change.said()));
    }
  }

  private static String text(PendingChange change) {
    return Terminal.octets(Printable.escaped(change.id())) + "\n" + Terminal.safe(change.about());
  }
}
