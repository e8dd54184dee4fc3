package io.portmapctl.shell;

import io.portmapctl.cli.ChosenRuleset;
import io.portmapctl.cli.Session;
import io.portmapctl.cli.ShellWords;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A prompt on a terminal that cannot do more than show lines: its own editing, no completion. */
final class PlainPrompt implements Asker {
  private final Session session;
  private final Interpreter interpreter;
  private final Lines lines;

  PlainPrompt(Session session, ChosenRuleset ruleset) {
    this.session = session;
    this.lines = new Lines(session.in());
    this.interpreter = new Interpreter(new Work(session, ruleset), Optional.of(this));
  }

  /** Runs what is typed until the end of input or exit. */
  int run() {
    Optional<String> line = ask("portmapctl> ", List.of());
    while (line.isPresent()) {
      interpreter.run(session, ShellWords.ofCommandLine(line.get()));
      line = interpreter.left() ? Optional.empty() : ask("portmapctl> ", List.of());
    }
    return 0;
  }

  @Override
  public Optional<String> ask(String question, List<String> offered) {
    session.err().print(question);
    session.err().flush();
    try {
      return lines.next();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
