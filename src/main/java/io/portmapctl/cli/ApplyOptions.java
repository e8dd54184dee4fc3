package io.portmapctl.cli;

import io.portmapctl.app.Apply;
import io.portmapctl.app.Failure;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.host.live.ProcessExec;
import io.portmapctl.host.live.TcpProbe;
import io.portmapctl.net.HostInterface;
import io.portmapctl.view.FaultText;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Whether and how a plan is carried out.
 *
 * @param apply whether it is
 * @param yes without asking
 * @param rehearse try it in a throw-away network namespace first
 * @param waitSeconds how long to wait for locks
 * @param lockFile the lock that serialises portmapctl with itself
 * @param undo where to write a script that takes the change back
 * @param confirm within how many seconds the change must be confirmed, or is taken back
 * @param probe the connection by which it is confirmed
 * @param hostInterface the interface for route_localnet, instead of looking it up
 */
record ApplyOptions(
    boolean apply,
    boolean yes,
    boolean rehearse,
    int waitSeconds,
    String lockFile,
    Optional<String> undo,
    Optional<Integer> confirm,
    Optional<TcpProbe> probe,
    Optional<String> hostInterface) {

  private static final String DEFAULT_LOCK = "/run/portmapctl.lock";

  static final Option<Boolean> APPLY =
      Option.flag("Change the host: asks first on a terminal, else applies.", "--apply");

  private static final Option<Boolean> YES =
      Option.flag("With --apply: do not ask.", "-y", "--yes");

  static final Option<Boolean> REHEARSE =
      Option.flag(
          "Try the plan first, on the current rules in a throw-away network namespace: whether the"
              + " kernel takes it, and gives it back as planned.",
          "--rehearse");

  private static final Option.Text UNDO =
      Option.text(
          "FILE", "With --apply: write a shell script that takes the change back.", "--undo");

  private static final Option.Count CONFIRM =
      Option.seconds(
          1, "With --apply: take the change back unless it is confirmed in time.", "--confirm");

  private static final Option.Text PROBE =
      Option.text(
          "tcp:ADDRESS:PORT",
          "With --confirm: confirmed by a connection to there that works, and by nothing else"
              + " here.",
          "--probe");

  private static final Option.Count WAIT =
      Option.seconds(0, "How long to wait for locks, ours and iptables' (default: 30).", "--wait");

  private static final Option.Text LOCK_FILE =
      Option.text("FILE", "With --apply: our lock (default: /run/portmapctl.lock).", "--lock-file");

  private static final Option.Text HOST_INTERFACE =
      Option.text(
          "NAME",
          "The interface for route_localnet, instead of looking it up.",
          "--host-interface");

  static void declare(CommandSpec spec) {
    APPLY.declare(spec);
    YES.declare(spec);
    REHEARSE.declare(spec);
    UNDO.declare(spec);
    CONFIRM.declare(spec);
    PROBE.declare(spec);
    declareWait(spec);
    LOCK_FILE.declare(spec);
    declareHostInterface(spec);
  }

  /** For a command that is a change. */
  static void declareOfRestore(CommandSpec spec) {
    declareOfApply(spec);
    HOST_INTERFACE.declareApplying(spec);
  }

  /** For a command that carries out a change that was planned before. */
  static void declareOfApply(CommandSpec spec) {
    for (Option<?> option : List.of(YES, REHEARSE, UNDO, CONFIRM, PROBE, WAIT, LOCK_FILE)) {
      option.declareApplying(spec);
    }
  }

  /**
   * What is given to such a command.
   *
   * @param apply whether it carries out anything
   * @param hostInterface the interface for route_localnet, where it is not to be looked up
   */
  static ApplyOptions ofApply(ParseResult given, boolean apply, Optional<String> hostInterface) {
    return new ApplyOptions(
        apply,
        YES.of(given),
        REHEARSE.of(given),
        waitSeconds(given),
        LOCK_FILE.of(given).orElse(DEFAULT_LOCK),
        UNDO.filled(given),
        CONFIRM.of(given),
        probe(given),
        hostInterface);
  }

  /**
   * That nothing is asked for that only carrying out can do.
   *
   * @param show whether a plan is only shown
   */
  static void refuseForShow(ParseResult given, boolean show) throws Failure {
    for (Option<?> option : List.of(YES, REHEARSE, UNDO, CONFIRM, PROBE, LOCK_FILE)) {
      if (show && option.isGiven(given)) {
        throw Failure.usage(option.name() + " is for carrying out: not with --show");
      }
    }
  }

  static void declareWait(CommandSpec spec) {
    WAIT.declare(spec);
  }

  static void declareHostInterface(CommandSpec spec) {
    HOST_INTERFACE.declare(spec);
  }

  /** The seconds given with {@code --wait}, or the default. */
  static int waitSeconds(ParseResult given) {
    return WAIT.of(given).orElse(30);
  }

  /** The interface given with {@code --host-interface}, whose setting is a file of its name. */
  static Optional<String> hostInterface(ParseResult given) {
    Optional<String> name = HOST_INTERFACE.of(given);
    if (name.isPresent() && !HostInterface.isName(name.get())) {
      throw HOST_INTERFACE.wrong(
          given,
          FaultText.of(new DocumentFault.BadName(DocumentFault.Named.INTERFACE, name.get())));
    }
    if (name.equals(Optional.of("all")) || name.equals(Optional.of("default"))) {
      throw HOST_INTERFACE.wrong(
          given,
          Portmapctl.shown(name.get()) + " is no interface: the setting would be for others too");
    }
    return name;
  }

  /**
   * The question is answered on standard input.
   *
   * @throws Failure where a source takes it
   */
  void requireInput(Session session, List<String> sources) throws Failure {
    if (apply && session.interactive() && !yes && sources.contains("-")) {
      throw Failure.usage("SOURCE - leaves no input for the question: give --yes with --apply");
    }
  }

  private static Optional<TcpProbe> probe(ParseResult given) {
    Optional<String> text = PROBE.of(given);
    if (text.isPresent() && !CONFIRM.isGiven(given)) {
      throw new ParameterException(
          given.commandSpec().commandLine(), "--probe is for --confirm, which is not given");
    }
    Optional<TcpProbe> probe = text.flatMap(TcpProbe::parse);
    if (text.isPresent() && probe.isEmpty()) {
      throw PROBE.wrong(
          given,
          "found "
              + Portmapctl.shown(text.get())
              + ", expected tcp:ADDRESS:PORT, an IPv6 ADDRESS in brackets");
    }
    return probe;
  }

  /** How a plan is carried out. */
  Apply.How how(boolean force) {
    return new Apply.How(
        rehearse,
        force ? Apply.Force.ALL : Apply.Force.NOTHING,
        waitSeconds,
        lockFile,
        undo,
        confirm.map(
            seconds -> new Apply.Confirmation(seconds, new ProcessExec(waitSeconds + 30L))));
  }

  static ApplyOptions of(ParseResult given) {
    boolean apply = APPLY.of(given);
    for (Option<?> option : List.of(YES, UNDO, LOCK_FILE, CONFIRM, PROBE)) {
      if (!apply && option.isGiven(given)) {
        throw new ParameterException(
            given.commandSpec().commandLine(),
            option.name() + " is for --apply, which is not given");
      }
    }
    return of(given, apply);
  }

  /** Of a command that is a change. */
  static ApplyOptions applying(ParseResult given) {
    return of(given, true);
  }

  private static ApplyOptions of(ParseResult given, boolean apply) {
    return new ApplyOptions(
        apply,
        YES.of(given),
        REHEARSE.of(given),
        waitSeconds(given),
        LOCK_FILE.of(given).orElse(DEFAULT_LOCK),
        UNDO.filled(given),
        CONFIRM.of(given),
        probe(given),
        hostInterface(given));
  }
}
