package io.portmapctl.cli;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.live.LocalHost;
import io.portmapctl.host.live.ProcessExec;
import io.portmapctl.host.snapshot.SnapshotFormat;
import io.portmapctl.host.snapshot.SnapshotHost;
import io.portmapctl.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Which host counts as the live one: this machine, or one that a snapshot holds. */
final class ChosenHost {
  private static final int WAIT_SECONDS = 30;
  private static final String EXPECTED = "; expected what portmapctl snapshot prints";

  private final String file;

  /** The snapshot, once it was read. */
  private Optional<Host> snapshot = Optional.empty();

  /** The host that a snapshot holds; this machine where its name is empty. */
  private ChosenHost(String file) {
    this.file = file;
  }

  /** This machine. */
  static ChosenHost local() {
    return new ChosenHost("");
  }

  static void declare(CommandSpec spec) {
    spec.addOption(
        Options.one(
            String.class,
            "FILE",
            "A snapshot that stands for the live host, as portmapctl snapshot prints it.",
            "--host"));
  }

  /** The one that is given; what names other rulesets or changes a host does not go with it. */
  static ChosenHost of(ParseResult given) {
    if (given.hasMatchedOption("--host")) {
      for (String other : List.of("--ruleset", "--ruleset6")) {
        refuse(given, other, "a snapshot has rulesets of its own");
      }
      for (String other : List.of("--apply", "--rehearse")) {
        refuse(given, other, "a snapshot is only looked at");
      }
    }
    return new ChosenHost(Options.text(given, "--host"));
  }

  private static void refuse(ParseResult given, String option, String why) {
    if (given.hasMatchedOption(option)) {
      throw new ParameterException(
          given.commandSpec().commandLine(),
          "--host and " + option + " exclude each other: " + why);
    }
  }

  /**
   * A host, and what acts on it.
   *
   * @param host what is read of it
   * @param exec what changes it; of a snapshot nothing does
   */
  record Opened(Host host, Exec exec) {}

  /**
   * The host, to be read.
   *
   * @throws Failure where the snapshot cannot be read
   */
  Host open(Session session) throws Failure {
    return open(session, WAIT_SECONDS).host();
  }

  /**
   * The host.
   *
   * @param waitSeconds how long its programs wait for locks
   * @throws Failure where the snapshot cannot be read
   */
  Opened open(Session session, int waitSeconds) throws Failure {
    if (file.isEmpty()) {
      Exec exec = new ProcessExec(waitSeconds + 30);
      return new Opened(LocalHost.of(session.variable("PATH").orElse(""), exec), exec);
    }
    if (snapshot.isEmpty()) {
      snapshot = Optional.of(read());
    }
    return new Opened(snapshot.get(), SnapshotHost.UNCHANGEABLE);
  }

  private Host read() throws Failure {
    try {
      return new SnapshotHost(SnapshotFormat.parse(Files.readAllBytes(Path.of(file))));
    } catch (SnapshotFormat.FormatException e) {
      throw failure(String.valueOf(e.getMessage()));
    } catch (NoSuchFileException | InvalidPathException e) {
      throw failure("no such file" + EXPECTED);
    } catch (IOException e) {
      throw failure(
          Files.isDirectory(Path.of(file))
              ? "a folder" + EXPECTED
              : "cannot be read: " + Printable.escaped(String.valueOf(e.getMessage())));
    }
  }

  private Failure failure(String what) {
    return new Failure(ExitCode.INPUT, Printable.escaped(file), what);
  }
}
