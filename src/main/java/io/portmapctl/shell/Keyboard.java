package io.portmapctl.shell;

import io.portmapctl.cli.ChosenRuleset;
import io.portmapctl.cli.ExitCode;
import io.portmapctl.cli.Session;
import io.portmapctl.cli.ShellWords;
import io.portmapctl.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jline.keymap.KeyMap;
import org.jline.reader.Binding;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultHighlighter;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.InfoCmp.Capability;

/** The prompt on a terminal: editing, history, completion, colours; Ctrl-C and Ctrl-D. */
final class Keyboard implements Asker {
  private static final String PROMPT = "portmapctl> ";

  private static final Map<String, Capability> CURSOR_KEYS =
      Map.of(
          "A", Capability.key_up,
          "B", Capability.key_down,
          "C", Capability.key_right,
          "D", Capability.key_left,
          "F", Capability.key_end,
          "H", Capability.key_home);

  private final Session session;
  private final Terminal terminal;
  private final ShellRuleset work;
  private final Interpreter interpreter;
  private final Foreground foreground;
  private final LineReader commands;
  private final LineReader answers;
  private volatile List<String> offered = List.of();

  private Keyboard(Session session, ChosenRuleset ruleset, Terminal terminal) {
    this.session = session;
    this.terminal = terminal;
    this.work = new ShellRuleset(session, ruleset);
    this.interpreter = new Interpreter(work, Optional.of(this));
    this.foreground = new Foreground(interpreter::applying);
    this.commands = commands();
    this.answers = answers();
  }

  /** Runs what is typed until the person leaves. */
  static int run(Session session, ChosenRuleset ruleset) {
    try (Terminal terminal =
        TerminalBuilder.builder()
            .name("portmapctl")
            .system(true)
            .provider(TerminalBuilder.PROP_PROVIDER_EXEC)
            .dumb(false)
            .build()) {
      if (terminal.getWidth() == 0) {
        terminal.setSize(new Size(80, 24)); // a serial line does not know
      }
      return new Keyboard(session, ruleset, terminal).run();
    } catch (IOException | IllegalStateException e) {
      session.say("portmapctl: the terminal cannot be used: " + e.getMessage());
      return ExitCode.HOST.number();
    }
  }

  private LineReader commands() {
    Completions completions = new Completions(work::names);
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("portmapctl")
            .parser(new LineParser())
            .completer(
                (reader, line, candidates) -> {
                  completions
                      .of(
                          line.words().subList(0, line.wordIndex()),
                          line.word().substring(0, line.wordCursor()))
                      .forEach(s -> candidates.add(candidate(s)));
                  work.news().forEach(n -> reader.printAbove(Printable.escaped(n)));
                })
            .option(Option.DISABLE_EVENT_EXPANSION, true) // "!" is a word of conditions
            .option(Option.HISTORY_TIMESTAMPED, false)
            .option(Option.INSERT_TAB, false)
            .highlighter(coloured() ? new LineHighlighter() : new DefaultHighlighter());
    HistoryFile.of(session).ifPresent(f -> builder.variable(LineReader.HISTORY_FILE, f));
    return withBothForms(builder.history(new LineHistory()).build());
  }

  private LineReader answers() {
    return withBothForms(
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("portmapctl")
            .parser(new LineParser())
            .completer(
                (reader, line, candidates) ->
                    offered.stream()
                        .map(o -> Suggestion.of(o, ""))
                        .filter(Suggestion::printable)
                        .forEach(s -> candidates.add(candidate(s))))
            .option(Option.DISABLE_EVENT_EXPANSION, true)
            .variable(LineReader.DISABLE_HISTORY, true)
            .build());
  }

  /**
   * Takes the keys that move the cursor in both forms: a terminal sends the other one before it has
   * been told that a line is read, as when a key is pressed while a command still runs.
   */
  private LineReader withBothForms(LineReader reader) {
    Optional<KeyMap<Binding>> keys = Optional.ofNullable(reader.getKeyMaps().get(LineReader.MAIN));
    keys.ifPresent(
        map ->
            CURSOR_KEYS.forEach(
                (end, key) -> {
                  String sent = KeyMap.key(terminal, key);
                  Binding does = sent == null ? null : map.getBound(sent);
                  if (does != null) {
                    map.bind(does, "\u001b[" + end, "\u001bO" + end);
                  }
                }));
    return reader;
  }

  private static Candidate candidate(Suggestion suggestion) {
    String description = Printable.escaped(suggestion.description());
    return new Candidate(
        suggestion.value(),
        suggestion.value(),
        null,
        description.isEmpty() ? null : description,
        null,
        null,
        suggestion.whole());
  }

  private boolean coloured() {
    return session.variable("NO_COLOR").isEmpty();
  }

  private int run() {
    terminal.handle(Terminal.Signal.INT, signal -> foreground.interrupt());
    session.say("Tab completes, help lists the commands, Ctrl-D leaves.");
    int code = 0;
    while (!interpreter.left()) {
      session.out().flush();
      try {
        String text = commands.readLine(PROMPT, rightPrompt(code), (Character) null, null);
        code = run(Block.lines(text), code);
      } catch (UserInterruptException e) {
        code = 0; // the line is dropped
      } catch (EndOfFileException e) {
        return 0;
      }
    }
    return 0;
  }

  /**
   * Runs lines that were typed or pasted at once, until one fails; its exit code.
   *
   * @param before the exit code where there is nothing to run
   */
  private int run(List<String> lines, int before) {
    int code = before;
    for (int i = 0; i < lines.size() && !interpreter.left(); i++) {
      ShellWords words = ShellWords.ofCommandLine(lines.get(i));
      if (words.words().isEmpty()) {
        continue;
      }
      if (lines.size() > 1) {
        session.say(PROMPT + Printable.escaped(lines.get(i)));
      }
      code = foreground.run(sized(), this, inner -> interpreter.run(inner, words));
      session.out().flush();
      if (code != 0 && i + 1 < lines.size()) {
        session.say("exit " + code + ": what was pasted below it is not run");
        return code;
      }
    }
    return code;
  }

  /** The session with the width that the terminal has now. */
  private Session sized() {
    Map<String, String> env = new HashMap<>(session.env());
    int columns = terminal.getWidth();
    if (columns > 0) {
      env.put("COLUMNS", Integer.toString(columns));
    }
    return new Session(session.in(), session.out(), session.err(), env, true, true);
  }

  private String rightPrompt(int code) {
    String failed = code == 0 ? "" : "exit " + code + "  ";
    return literal(failed + hostName() + " " + work.ruleset().title());
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "host";
    }
  }

  /** JLine gives a meaning to percent signs and to the controls of terminals in prompts. */
  private static String literal(String text) {
    return Printable.escaped(text).replace("%", "%%");
  }

  @Override
  public Optional<String> ask(String question, List<String> suggestions) {
    offered = suggestions;
    session.out().flush();
    session.err().flush();
    terminal.writer().print('\r'); // the question may stand there already
    try {
      return Optional.of(answers.readLine(literal(question)));
    } catch (UserInterruptException | EndOfFileException e) {
      return Optional.empty();
    } finally {
      offered = List.of();
    }
  }

  @Override
  public void remember(String line) {
    commands.getHistory().add(line);
  }
}
