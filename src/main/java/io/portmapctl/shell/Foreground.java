package io.portmapctl.shell;

import io.portmapctl.cli.ExitCode;
import io.portmapctl.cli.Session;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;

/** The command that runs now: Ctrl-C gives it up, unless it changes the host. */
final class Foreground {
  private static final int STACK = 8 << 20;

  private final BooleanSupplier mustEnd;
  private Optional<Runnable> giveUp = Optional.empty();

  /** What runs. */
  interface Command {

    /** Its exit code. */
    int run(Session session);
  }

  /**
   * A foreground.
   *
   * @param mustEnd whether what runs now must come to its end
   */
  Foreground(BooleanSupplier mustEnd) {
    this.mustEnd = mustEnd;
  }

  /**
   * Runs a command to its end, or until it is given up; its exit code.
   *
   * @param asker who answers its questions
   */
  int run(Session session, Asker asker, Command command) {
    Gate out = new Gate(session.out());
    Gate err = new Gate(session.err());
    Session inner =
        new Session(
            new Answers(asker, err::unfinished),
            new PrintStream(out),
            new PrintStream(err),
            session.env(),
            session.outIsTerminal(),
            session.interactive());
    CompletableFuture<Integer> code = new CompletableFuture<>();
    set(
        () -> {
          out.shut();
          err.shut();
          code.complete(ExitCode.INTERRUPTED.number());
        });
    Thread thread = new Thread(null, () -> carryOut(command, inner, code), "command", STACK);
    thread.setDaemon(true);
    thread.start();
    try {
      return code.get();
    } catch (ExecutionException e) {
      session.say("portmapctl: internal error: " + e.getCause());
      return ExitCode.DEFECT.number();
    } catch (InterruptedException e) {
      return ExitCode.INTERRUPTED.number(); // Ctrl-C came a moment before the command began
    } finally {
      set();
    }
  }

  private static void carryOut(Command command, Session session, CompletableFuture<Integer> code) {
    try {
      code.complete(command.run(session));
    } catch (RuntimeException | Error e) {
      code.completeExceptionally(e);
    }
  }

  private synchronized void set(Runnable... how) {
    giveUp = how.length == 0 ? Optional.empty() : Optional.of(how[0]);
  }

  /** Gives up what runs, where it may be given up. */
  synchronized void interrupt() {
    if (!mustEnd.getAsBoolean()) {
      giveUp.ifPresent(Runnable::run);
    }
  }
}
