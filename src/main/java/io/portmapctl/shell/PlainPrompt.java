package io.portmapctl.shell;

import io.portmapctl.cli.ChosenRuleset;
import io.portmapctl.cli.Session;
import io.portmapctl.cli.ShellWords;
import io.portmapctl.text.Printable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A prompt on a terminal that cannot do more than show lines: its own editing, no completion. */
final class PlainPrompt implements Asker {
  private static final String PROMPT = "portmapctl> ";

  private final Session session;
  private final Interpreter interpreter;
  private final Lines lines;
  private volatile String asked = PROMPT;
  private volatile boolean givenUp;

  PlainPrompt(Session session, ChosenRuleset ruleset) {
    this.session = session;
    this.lines = new Lines(session.in());
    this.interpreter = new Interpreter(new ShellRuleset(session, ruleset), Optional.of(this));
  }

  /** Runs what is typed until the end of input or exit. */
  int run() {
    LineInterrupt.does(this::interrupt);
    Optional<String> line = ask(PROMPT, List.of());
    while (line.isPresent()) {
      interpreter.run(session, ShellWords.ofCommandLine(line.get()));
      line = interpreter.left() ? Optional.empty() : ask(PROMPT, List.of());
    }
    return 0;
  }

  @Override
  public Optional<String> ask(String question, List<String> offered) {
    asked = question;
    givenUp = false;
    session.err().print(Printable.escaped(question));
    session.err().flush();
    try {
      Optional<String> line = lines.next();
      return givenUp ? Optional.empty() : line;
    } catch (IOException e) {
      return Optional.empty();
    } finally {
      asked = "";
    }
  }

  @Override
  public void remember(String line) {
    // what was shown is all that such a terminal remembers
  }

  /** Ctrl-C: the line is gone; a question is given up, a command goes on to its end. */
  private void interrupt() {
    if (asked.equals(PROMPT)) {
      session.err().print("\n" + PROMPT);
    } else if (!asked.isEmpty()) {
      givenUp = true;
      session.err().print("\n  Given up; Enter goes on. ");
    }
    session.err().flush();
  }
}
