package io.portmapctl.cli;

import io.portmapctl.netconf.Shown;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: {@code portmapctl COMMAND …}. */
@Command(
    name = "portmapctl",
    mixinStandardHelpOptions = true,
    versionProvider = Portmapctl.Version.class,
    description = {
      "Plans and shows the iptables rules that publish container ports on this host,",
      "as the CNI portmap plugin makes them. Nothing is changed: every command is a dry run."
    })
public final class Portmapctl implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** For picocli. */
  public Portmapctl() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    OutputStream raw = new FileOutputStream(FileDescriptor.out);
    PrintStream out = new PrintStream(new BufferedOutputStream(raw, 1 << 16), false);
    Session session = new Session(System.in, out, System.err, System.getenv(), outIsTerminal());
    int code = run(session, args);
    out.flush();
    System.exit(code);
  }

  /** Runs one command in given surroundings; the exit code. */
  static int run(Session session, String... args) {
    CommandLine line = new CommandLine(new Portmapctl());
    addCommands(line, session, args.length == 0 ? "" : args[0]);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(writer(session.out()));
    line.setErr(writer(session.err()));
    line.setExitCodeExceptionMapper(e -> ExitCode.DEFECT.number());
    line.setParameterExceptionHandler((e, a) -> usage(session, e));
    boolean verbose =
        Arrays.asList(args).contains("--verbose") || Arrays.asList(args).contains("-v");
    line.setExecutionExceptionHandler((e, c, p) -> defect(session, e, verbose));
    try {
      return line.execute(args);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return defect(session, e, verbose);
    }
  }

  /** Adds the commands; where one is named, that one alone: reading annotations costs start-up. */
  private static void addCommands(CommandLine line, Session session, String named) {
    boolean all = !named.equals("add") && !named.equals("del");
    if (all || named.equals("add")) {
      line.addSubcommand(new AddCommand(session));
    }
    if (all || named.equals("del")) {
      line.addSubcommand(new DelCommand(session));
    }
    if (all) {
      line.addSubcommand(new CommandLine.HelpCommand());
      line.addSubcommand(new AutoComplete.GenerateCompletion());
    }
  }

  private static int usage(Session session, ParameterException e) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    session.say(name + ": " + e.getMessage());
    session.say("Try '" + name + " --help'.");
    return ExitCode.USAGE.number();
  }

  private static int defect(Session session, Throwable e, boolean verbose) {
    session.say(
        "portmapctl: internal error: "
            + e
            + "; this is a defect of portmapctl, please report it with what --verbose prints");
    if (verbose) {
      e.printStackTrace(session.err());
    }
    return ExitCode.DEFECT.number();
  }

  private static PrintWriter writer(PrintStream stream) {
    Writer utf8 = new java.io.OutputStreamWriter(stream, StandardCharsets.UTF_8);
    return new PrintWriter(utf8, true);
  }

  private static boolean outIsTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing; expected add, del or help");
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Portmapctl.class.getPackage().getImplementationVersion();
      return new String[] {"portmapctl " + (version == null ? "(development)" : version)};
    }
  }

  /** A value of the command line in a message. */
  static String shown(String value) {
    return Shown.quoted(value);
  }
}
