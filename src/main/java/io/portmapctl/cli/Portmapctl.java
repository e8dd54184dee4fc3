package io.portmapctl.cli;

import io.portmapctl.cni.InputError;
import io.portmapctl.fault.RulesetFault;
import io.portmapctl.fault.UsageFault;
import io.portmapctl.packet.TooInvolvedException;
import io.portmapctl.text.Printable;
import io.portmapctl.view.FaultText;
import io.portmapctl.view.NagiosView;
import io.portmapctl.view.PlanJson;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: {@code portmapctl COMMAND …}. */
public final class Portmapctl {
  private static final String NAME = "portmapctl";

  /** The commands in the order of help; {@link #command} makes them. */
  private static final List<String> COMMANDS =
      List.of(
          "add",
          "del",
          "check",
          "list",
          "explain",
          "gc",
          "restore",
          "apply",
          "strip",
          "confirm",
          "snapshot",
          "shell",
          "generate-completion",
          "help");

  private Portmapctl() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    ResultStream results = new ResultStream(new FileOutputStream(FileDescriptor.out));
    PrintStream out = new PrintStream(new BufferedOutputStream(results, 1 << 16), false);
    boolean interactive = isTerminal(0) && isTerminal(2);
    Session session =
        new Session(System.in, out, System.err, System.getenv(), isTerminal(1), interactive);
    int code = run(session, args);
    out.flush();
    System.exit(results.failure().isPresent() ? unwritten(session, results, code) : code);
  }

  /** Results that nobody has are an error, unless there was a worse one. */
  private static int unwritten(Session session, ResultStream results, int code) {
    session.say(
        "portmapctl: standard output: the results cannot be written: "
            + results.failure().orElseThrow());
    boolean worse = code == ExitCode.USAGE.number() || code == ExitCode.INPUT.number();
    return worse || code >= ExitCode.DEFECT.number() ? code : ExitCode.HOST.number();
  }

  /** The names of all commands. */
  static List<String> names() {
    return COMMANDS;
  }

  /** Every command by its name, with its description and options. */
  public static Map<String, CommandSpec> commands() {
    Map<String, CommandSpec> commands = new LinkedHashMap<>();
    for (String name : COMMANDS) {
      command(name).ifPresent(c -> commands.put(name, spec(c)));
    }
    return commands;
  }

  /** The command of a name: only the one that is called is made, since each has its options. */
  private static Optional<Command> command(String name) {
    return switch (name) {
      case "add" -> Optional.of(new AddCommand());
      case "del" -> Optional.of(new DelCommand());
      case "check" -> Optional.of(new CheckCommand());
      case "list" -> Optional.of(new ListCommand());
      case "explain" -> Optional.of(new ExplainCommand());
      case "gc" -> Optional.of(new GcCommand());
      case "restore" -> Optional.of(new RestoreCommand());
      case "apply" -> Optional.of(new ApplyCommand());
      case "strip" -> Optional.of(new StripCommand());
      case "confirm" -> Optional.of(new ConfirmCommand());
      case "snapshot" -> Optional.of(new SnapshotCommand());
      case "shell" -> Optional.of(new ShellCommand());
      case "generate-completion" -> Optional.of(new CompletionCommand());
      case "help" -> Optional.of(new HelpCommand());
      default -> Optional.empty();
    };
  }

  /**
   * The options and arguments given to a command.
   *
   * @throws ParameterException where they cannot be read
   */
  static ParseResult parsed(Session session, Command command, List<String> words) {
    return line(session, spec(command).name(NAME + " " + command.name()))
        .parseArgs(words.toArray(new String[0]));
  }

  /** Runs one command in given surroundings; the exit code. */
  public static int run(Session session, String... args) {
    List<String> words = Arrays.asList(args);
    try {
      Optional<String> help = BuiltHelp.of(words, COMMANDS);
      if (help.isPresent()) {
        session.print(help.get());
        return ExitCode.OK.number();
      }
      Optional<Command> command = words.isEmpty() ? Optional.empty() : command(words.get(0));
      return command.isPresent()
          ? run(session, command.get(), words.subList(1, words.size()))
          : outsideCommands(session, args);
    } catch (ParameterException e) {
      return asksFor("nagios", words)
          ? unknown(session, String.valueOf(e.getMessage()))
          : usage(session, e, asksFor("json", words));
    } catch (TooInvolvedException e) {
      return asksFor("nagios", words)
          ? unknown(session, FaultText.of(new RulesetFault.TooInvolved()))
          : tooInvolved(session, asksFor("json", words));
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      return defect(session, e, words.contains("--verbose") || words.contains("-v"));
    }
  }

  /** A command by itself: the model of the others, and of the whole, would cost start-up. */
  private static int run(Session session, Command command, List<String> words) {
    ParseResult given = parsed(session, command, words);
    return CommandLine.printHelpIfRequested(given)
        ? ExitCode.OK.number()
        : command.run(session, given);
  }

  private static CommandSpec spec(Command command) {
    CommandSpec spec = command.spec().addOption(help());
    spec.usageMessage().abbreviateSynopsis(true).sortOptions(false);
    return spec;
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Show this help and exit.")
        .build();
  }

  /** The model of the whole command line. */
  static CommandSpec root() {
    CommandSpec root = CommandSpec.wrapWithoutInspection((Runnable) () -> {}).name(NAME);
    root.usageMessage()
        .description(
            "Plans, shows, makes, lists and checks the iptables rules that publish container ports,"
                + " as the CNI portmap plugin makes them. Nothing is changed without --apply, but"
                + " by restore and apply.");
    root.usageMessage().exitCodeListHeading("Exit codes:%n").exitCodeList(ExitCode.list());
    root.addOption(help());
    root.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Show the version and exit.")
            .build());
    root.version(version());
    commands().forEach(root::addSubcommand);
    return root;
  }

  /** Help, version, and what is none of our commands. */
  private static int outsideCommands(Session session, String... args) {
    if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
      // asked by scripts at each of their starts: no model of the command line for it
      session.print(version() + "\n");
      return ExitCode.OK.number();
    }
    if (args.length == 0 && session.outIsTerminal()) {
      return run(session, "--help");
    }
    CommandSpec root = root();
    CommandLine line = line(session, root);
    if (args.length == 0) {
      session.say(root.usageMessage().description()[0]);
    }
    List<String> names = List.copyOf(root.subcommands().keySet());
    if (args.length > 0 && !args[0].startsWith("-") && !names.contains(args[0])) {
      throw new ParameterException(line, noCommand(args[0], names));
    }
    try {
      if (CommandLine.printHelpIfRequested(line.parseArgs(args))) {
        return ExitCode.OK.number();
      }
      String expected = "expected one of " + String.join(", ", names);
      throw new ParameterException(line, "a command is missing; " + expected);
    } catch (ParameterException e) {
      return usage(session, e, false);
    }
  }

  /** What is said of a word that stands for a command, and is none. */
  static String noCommand(String word, List<String> names) {
    String expected = "expected one of " + String.join(", ", names);
    return "'" + word + "' is no command; " + Nearest.question(word, names) + expected;
  }

  private static CommandLine line(Session session, CommandSpec spec) {
    CommandLine line = new CommandLine(spec);
    line.setExpandAtFiles(false);
    // a condition begins with a dash
    line.setAllowOptionsAsOptionParameters(true);
    line.setOut(writer(session.out()));
    line.setErr(writer(session.err()));
    return line;
  }

  /** The command line could not be read as a whole, but this much of it can. */
  private static boolean asksFor(String format, List<String> words) {
    String all = " " + String.join(" ", words) + " ";
    return all.contains(" -o " + format + " ")
        || all.contains(" --output " + format + " ")
        || all.contains(" -o=" + format + " ")
        || all.contains(" -o" + format + " ")
        || all.contains(" --output=" + format + " ");
  }

  /** Whoever reads exit codes as a Nagios plugin's takes that of a wrong call for another thing. */
  private static int unknown(Session session, String why) {
    NagiosView view = NagiosView.unknown(why);
    session.print(view.line());
    return view.code();
  }

  private static int usage(Session session, ParameterException e, boolean json) {
    if (json) {
      InputError error = new InputError("command line", new UsageFault.Words(message(e)));
      session.print(PlanJson.error(ExitCode.USAGE.number(), List.of(error)));
      return ExitCode.USAGE.number();
    }
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    session.say(name + ": " + message(e));
    suggestion(e).ifPresent(s -> session.say("Did you mean " + s + "?"));
    session.say("Try '" + name + " --help'.");
    return ExitCode.USAGE.number();
  }

  private static String message(ParameterException e) {
    return e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()
        ? "it takes no argument, found " + Printable.quoted(unmatched.getUnmatched().get(0))
        : String.valueOf(e.getMessage());
  }

  private static Optional<String> suggestion(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return Optional.empty();
    }
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    if (!unmatched.isUnknownOption()) {
      String value = unmatched.getUnmatched().get(0);
      boolean number = value.chars().allMatch(c -> c >= '0' && c <= '9');
      return Stream.of(number ? "--port" : "--net")
          .filter(spec.optionsMap()::containsKey)
          .map(option -> option + " " + value)
          .findFirst();
    }
    String word = unmatched.getUnmatched().get(0).split("=", 2)[0];
    if (word.equals("-p") && spec.optionsMap().containsKey("--port")) {
      return Optional.of("--port"); // it publishes a port elsewhere, and asks for one here
    }
    return asValue(word, spec).or(() -> Nearest.to(word, spec.optionsMap().keySet()));
  }

  /**
   * The option whose value was given as an option of its own, as {@code --json}, or {@code -j} as
   * other programs call it.
   */
  private static Optional<String> asValue(String word, CommandSpec spec) {
    String value = word.equals("-j") ? "json" : word.replaceFirst("^--", "");
    for (OptionSpec option : spec.options()) {
      if (option.completionCandidates() != null) {
        for (String candidate : option.completionCandidates()) {
          if (candidate.equals(value)) {
            return Optional.of(option.shortestName() + " " + value);
          }
        }
      }
    }
    return Optional.empty();
  }

  private static int tooInvolved(Session session, boolean json) {
    InputError error = new InputError("ruleset", new RulesetFault.TooInvolved());
    Outcome.errors(session, ExitCode.INPUT, List.of(error), json);
    return ExitCode.INPUT.number();
  }

  private static int defect(Session session, Throwable e, boolean verbose) {
    session.say(
        "portmapctl: internal error: "
            + e
            + "; this is a defect of portmapctl, please report it with what --verbose prints");
    if (verbose) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      trace.toString().lines().forEach(session::say);
    }
    return ExitCode.DEFECT.number();
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  private static boolean isTerminal(int stream) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + stream)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** The version in the jar's manifest. */
  private static String version() {
    String version = Portmapctl.class.getPackage().getImplementationVersion();
    return NAME + " " + (version == null ? "(development)" : version);
  }

  /** A value of the command line in a message. */
  static String shown(String value) {
    return Printable.quoted(value);
  }
}
