package io.portmapctl.shell;

import io.portmapctl.cli.AddLine;
import io.portmapctl.cli.ChosenRuleset;
import io.portmapctl.cli.ExitCode;
import io.portmapctl.cli.KnownNames;
import io.portmapctl.cli.Nearest;
import io.portmapctl.cli.Portmapctl;
import io.portmapctl.cli.ResultFile;
import io.portmapctl.cli.Session;
import io.portmapctl.cli.ShellWords;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Runs one line: a command of the command line, or one that only the shell has. */
final class Interpreter {
  private static final List<String> SIGNS = List.of("|", "||", "&", "&&", ";", "<");
  private static final int INDENT = 11;
  private static final int WIDTH = 80;

  private final ShellRuleset work;
  private final Optional<Asker> asker;
  private final Map<String, CommandSpec> commands = Portmapctl.commands();
  private volatile boolean applying;
  private volatile boolean left;

  /**
   * An interpreter.
   *
   * @param asker who can be asked for what an add lacks; nobody in a script
   */
  Interpreter(ShellRuleset work, Optional<Asker> asker) {
    this.work = work;
    this.asker = asker;
  }

  /** The commands that only the shell has, each with what it does. */
  static Map<String, String> own() {
    Map<String, String> own = new LinkedHashMap<>();
    own.put("use", "Work on another ruleset: use live|empty|FILE [FILE6 for IPv6].");
    own.put("reload", "Read the ruleset's names for completion anew.");
    own.put("help", "Show the commands, or the options of one: help [COMMAND].");
    own.put("exit", "Leave the shell; so does Ctrl-D.");
    own.put("quit", "Leave the shell.");
    return own;
  }

  /** The words that count: what is pasted may begin as it would outside, prompt included. */
  static List<ShellWords.Word> command(ShellWords line) {
    List<ShellWords.Word> words = line.words();
    List<String> texts = line.texts();
    int from = texts.size() > 1 && texts.get(0).equals("$") ? 1 : 0;
    if (texts.size() > from + 1
        && texts.get(from).equals("sudo")
        && texts.get(from + 1).equals("portmapctl")) {
      from += 2;
    } else if (texts.size() > from && texts.get(from).equals("portmapctl")) {
      from++;
    }
    return words.subList(from, words.size());
  }

  /** Whether a line has said to leave. */
  boolean left() {
    return left;
  }

  /** Whether a change of the host may be under way. */
  boolean applying() {
    return applying;
  }

  /** Runs a line; its exit code. */
  int run(Session session, ShellWords line) {
    if (line.open()) {
      session.say("portmapctl: a quote is not closed");
      return ExitCode.USAGE.number();
    }
    List<ShellWords.Word> all = command(line);
    List<String> words = all.stream().map(ShellWords.Word::text).toList();
    int sign = firstSign(all);
    if (sign < 0) {
      return words.isEmpty() ? 0 : run(session, words);
    }
    String file =
        words.get(sign).substring(1) + String.join(" ", words.subList(sign + 1, all.size()));
    boolean oneFile =
        words.get(sign).length() == 1 ? sign == all.size() - 2 : sign == all.size() - 1;
    if (sign == 0 || !words.get(sign).startsWith(">") || !oneFile || file.isEmpty()) {
      session.say(
          "portmapctl: '"
              + words.get(sign)
              + "': of what a system's shell can do, this one knows a > FILE at the end of a line,"
              + " which writes its results there; other words like this go into quotes");
      return ExitCode.USAGE.number();
    }
    return intoFile(session, words.subList(0, sign), file);
  }

  /** The first bare word that means something to other shells; -1 where there is none. */
  private static int firstSign(List<ShellWords.Word> words) {
    for (int i = 0; i < words.size(); i++) {
      ShellWords.Word word = words.get(i);
      boolean bare = word.length() == word.text().length();
      boolean sign = word.text().startsWith(">") || SIGNS.contains(word.text());
      if (bare && sign) {
        return i;
      }
    }
    return -1;
  }

  /** Runs a line whose results go to a file, which stays as it was where there are none. */
  private int intoFile(Session session, List<String> words, String file) {
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(results);
    int code =
        run(
            new Session(
                session.in(), out, session.err(), session.env(), false, session.interactive()),
            words);
    out.flush();
    if (code > ExitCode.DIFFERENCES.number()) {
      return code;
    }
    int written = ResultFile.write(session, file, results.toByteArray());
    return written == 0 ? code : written;
  }

  private int run(Session session, List<String> words) {
    List<String> rest = words.subList(1, words.size());
    return switch (words.get(0)) {
      case "exit", "quit" -> leave(session, words);
      case "use" -> use(session, rest);
      case "reload" -> rest.isEmpty() ? reload(session) : usage(session, "reload");
      case "help" -> help(session, rest);
      case "shell" -> {
        session.say("portmapctl: this is the shell already; help lists its commands");
        yield ExitCode.USAGE.number();
      }
      default -> command(session, words.get(0), rest);
    };
  }

  private int leave(Session session, List<String> words) {
    if (words.size() > 1) {
      return usage(session, words.get(0));
    }
    left = true;
    return 0;
  }

  private static int usage(Session session, String name) {
    session.say("portmapctl: " + name + ": found other words than expected");
    session.say(own().getOrDefault(name, ""));
    return ExitCode.USAGE.number();
  }

  private int use(Session session, List<String> words) {
    if (words.isEmpty() || words.size() > 2) {
      return usage(session, "use");
    }
    if (words.contains("-")) {
      session.say("portmapctl: use -: the shell reads its lines from there; name a file");
      return ExitCode.USAGE.number();
    }
    Optional<String> ipv6 = words.size() == 2 ? Optional.of(words.get(1)) : Optional.empty();
    return take(session, new ChosenRuleset(words.get(0), ipv6));
  }

  private int reload(Session session) {
    return take(session, work.ruleset());
  }

  private int take(Session session, ChosenRuleset ruleset) {
    KnownNames.Reading read = work.read(ruleset);
    read.problems().forEach(p -> session.say("portmapctl: " + p));
    if (read.exitCode() == 0) {
      work.use(ruleset, read);
      session.say(described(ruleset, read.names()));
    }
    return read.exitCode();
  }

  private static String described(ChosenRuleset ruleset, KnownNames names) {
    return String.format(
        "Ruleset %s: %s, %s, %s.",
        ruleset.title(),
        counted(names.containers().size(), "container"),
        counted(names.ports().size(), "published port"),
        counted(names.networks().size(), "network"));
  }

  private static String counted(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  private int help(Session session, List<String> words) {
    if (words.size() == 1 && own().containsKey(words.get(0))) {
      session.print(own().get(words.get(0)) + "\n");
      return 0;
    }
    if (words.size() == 1 && !commands.containsKey(words.get(0))) {
      return outside(session, words.get(0), List.of());
    }
    if (!words.isEmpty()) {
      return command(session, "help", words);
    }
    StringBuilder out = new StringBuilder("Commands (help COMMAND shows the options):\n");
    commands.forEach(
        (name, spec) -> {
          if (!name.equals("shell") && !own().containsKey(name)) {
            out.append(row(name, summary(spec)));
          }
        });
    out.append("Only in the shell:\n");
    own().forEach((name, text) -> out.append(row(name, text)));
    out.append("A line that ends in > FILE writes its results there.\n");
    out.append("Nothing is changed without --apply. Tab completes.\n");
    session.print(out.toString());
    return 0;
  }

  /** A name and what it is, in lines of 80 columns. */
  private static String row(String name, String text) {
    StringBuilder out = new StringBuilder(String.format("  %-8s", name));
    if (name.length() > INDENT - 3) {
      out.append('\n').append(" ".repeat(INDENT - 1));
    }
    int column = INDENT - 1;
    for (String word : text.split(" ", -1)) {
      if (column + 1 + word.length() > WIDTH) {
        out.append('\n').append(" ".repeat(INDENT - 1));
        column = INDENT - 1;
      }
      out.append(' ').append(word);
      column += 1 + word.length();
    }
    return out.append('\n').toString();
  }

  /** The first sentence of a command's description. */
  static String summary(CommandSpec spec) {
    String text = String.join(" ", spec.usageMessage().description());
    int end = text.indexOf(". ");
    String sentence = end < 0 ? text : text.substring(0, end + 1);
    int colon = sentence.indexOf(':');
    return colon < 0 ? sentence : sentence.substring(0, colon) + ".";
  }

  private int command(Session session, String name, List<String> words) {
    CommandSpec spec = commands.get(name);
    if (spec == null) {
      return outside(session, name, words);
    }
    if (CHANGES.contains(name) && !work.ruleset().live()) {
      session.say(
          "portmapctl: "
              + name
              + " changes this host, and a saved ruleset is in use here: use live");
      return ExitCode.USAGE.number();
    }
    List<String> all = new ArrayList<>();
    boolean own = words.stream().anyMatch(Interpreter::namesRuleset);
    if (!own && spec.findOption("--ruleset") != null) {
      all.addAll(work.ruleset().options());
    }
    all.addAll(words);
    if (name.equals("add") && asker.isPresent()) {
      List<AddLine.Piece> missing = AddLine.missing(session, all);
      if (!missing.isEmpty()) {
        return asked(session, all, missing, asker.get(), own);
      }
    }
    return carriedOut(session, name, all);
  }

  /** The commands that change the host by themselves. */
  private static final List<String> CHANGES = List.of("restore");

  private static boolean namesRuleset(String word) {
    return word.equals("--ruleset")
        || word.startsWith("--ruleset=")
        || word.equals("--host")
        || word.startsWith("--host=");
  }

  private int outside(Session session, String name, List<String> words) {
    if (name.startsWith("-") || List.of("help", "generate-completion").contains(name)) {
      return carriedOut(session, name, words);
    }
    List<String> known = new ArrayList<>(commands.keySet());
    known.addAll(own().keySet());
    session.say(
        "portmapctl: '"
            + name
            + "' is no command; "
            + Nearest.question(name, known)
            + "help lists them");
    return ExitCode.USAGE.number();
  }

  /** Asks for what is missing, shows the line that says all, and runs it. */
  private int asked(
      Session session, List<String> words, List<AddLine.Piece> missing, Asker person, boolean own) {
    Optional<List<String>> full =
        new Questions(session, person, own ? KnownNames::none : work::names)
            .complete(words, missing);
    if (full.isEmpty()) {
      session.say("Nothing was changed.");
      return ExitCode.DIFFERENCES.number();
    }
    List<String> all = new ArrayList<>(full.get());
    boolean shown = all.stream().anyMatch(w -> w.startsWith("-o") || w.startsWith("--output"));
    boolean live = !own && work.ruleset().live();
    if (live && !shown && !all.contains("--apply")) {
      all.add("--apply");
    }
    List<String> line = new ArrayList<>(List.of("add"));
    line.addAll(all.subList(own ? 0 : work.ruleset().options().size(), all.size()));
    String made = AddLine.text(line);
    session.say("The line that says so: " + made);
    person.remember(made);
    int code = carriedOut(session, "add", all);
    if (!live && code == 0) {
      session.say("The ruleset is a saved one, so the plan is only shown.");
    }
    return code;
  }

  private int carriedOut(Session session, String name, List<String> words) {
    List<String> all = new ArrayList<>(List.of(name));
    all.addAll(words);
    applying = CHANGES.contains(name) || words.contains("--apply");
    try {
      return Portmapctl.run(session, all.toArray(new String[0]));
    } finally {
      if (applying) {
        work.forget();
      }
      applying = false;
    }
  }
}
