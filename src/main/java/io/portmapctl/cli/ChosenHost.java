package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.NamedFile;
import io.portmapctl.fault.FileFault;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.live.LocalHost;
import io.portmapctl.host.live.ProcessExec;
import io.portmapctl.host.live.VariantChoice;
import io.portmapctl.host.snapshot.RecordingHost;
import io.portmapctl.host.snapshot.SnapshotFormat;
import io.portmapctl.host.snapshot.SnapshotHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Which host counts as the live one: this machine, or one that a snapshot holds. */
final class ChosenHost {
  static final Option.Text HOST =
      Option.text(
          "FILE",
          "A snapshot that stands for the live host, as portmapctl snapshot prints it.",
          "--host");

  /** The largest snapshot that is read: it holds many files. */
  private static final long MOST_BYTES = 256L << 20;

  private final String file;
  private final Optional<Path> recorded;

  /**
   * The host that a snapshot holds; this machine where its name is empty.
   *
   * @param recorded where its answers are remembered, the folder from which names of documents
   *     count
   */
  private ChosenHost(String file, Optional<Path> recorded) {
    this.file = file;
    this.recorded = recorded;
  }

  /** This machine. */
  static ChosenHost local() {
    return new ChosenHost("", Optional.empty());
  }

  /** The same where its answers are remembered, and names of documents count from a folder. */
  ChosenHost recorded(Path folder) {
    return new ChosenHost(file, Optional.of(folder));
  }

  /** The same where its answers are remembered if a plan is saved. */
  ChosenHost recordedFor(Format format) {
    return format == Format.PLAN ? recorded(Path.of("")) : this;
  }

  static void declare(CommandSpec spec) {
    HOST.declare(spec);
  }

  /** The one that is given; what names other rulesets or changes a host does not go with it. */
  static ChosenHost of(ParseResult given) {
    if (HOST.isGiven(given)) {
      for (Option<?> other : List.of(RulesetOptions.RULESET, RulesetOptions.RULESET6)) {
        refuse(given, other, "a snapshot has rulesets of its own");
      }
      for (Option<?> other : List.of(ApplyOptions.APPLY, ApplyOptions.REHEARSE)) {
        refuse(given, other, "a snapshot is only looked at");
      }
    }
    return new ChosenHost(HOST.of(given).orElse(""), Optional.empty());
  }

  private static void refuse(ParseResult given, Option<?> option, String why) {
    if (option.isGiven(given)) {
      throw new ParameterException(
          given.commandSpec().commandLine(),
          HOST.name() + " and " + option.name() + " exclude each other: " + why);
    }
  }

  /**
   * The host.
   *
   * @param variant whose iptables
   * @param waitSeconds how long its programs wait for locks
   * @param counters whether rules are read with their counters
   * @throws Failure where the snapshot cannot be read
   */
  LiveHost open(Session session, VariantChoice variant, int waitSeconds, boolean counters)
      throws Failure {
    boolean snapshot = !file.isEmpty();
    Exec exec = snapshot ? SnapshotHost.UNCHANGEABLE : new ProcessExec(waitSeconds + 30L);
    Host host = snapshot ? read() : LocalHost.of(session.variable("PATH").orElse(""), exec);
    return recorded.isPresent()
        ? LiveHost.recorded(
            new RecordingHost(host, exec, recorded.get()), exec, variant, waitSeconds)
        : LiveHost.of(host, exec, variant, waitSeconds, counters);
  }

  private Host read() throws Failure {
    try {
      return new SnapshotHost(
          SnapshotFormat.parse(NamedFile.read(file, FileFault.Content.SNAPSHOT, MOST_BYTES)));
    } catch (SnapshotFormat.FormatException e) {
      throw NamedFile.failure(file, e.fault());
    }
  }
}
