package io.portmapctl.cli;

import io.portmapctl.app.Apply;
import io.portmapctl.app.Failure;
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
    Optional<String> hostInterface) {

  static void declare(CommandSpec spec) {
    spec.addOption(
        Options.flag("Change the host: asks first on a terminal, else applies.", "--apply"));
    spec.addOption(Options.flag("With --apply: do not ask.", "-y", "--yes"));
    spec.addOption(
        Options.flag(
            "Try the plan first, on the current rules in a throw-away network namespace: whether the"
                + " kernel takes it, and gives it back as planned.",
            "--rehearse"));
    spec.addOption(
        Options.one(
            String.class,
            "FILE",
            "With --apply: write a shell script that takes the change back.",
            "--undo"));
    spec.addOption(
        Options.one(
            Integer.class,
            "SECONDS",
            "With --apply: take the change back unless it is confirmed in time.",
            "--confirm"));
    declareWait(spec);
    spec.addOption(
        Options.one(
            String.class,
            "FILE",
            "With --apply: our lock (default: /run/portmapctl.lock).",
            "--lock-file"));
    declareHostInterface(spec);
  }

  static void declareWait(CommandSpec spec) {
    spec.addOption(
        Options.one(
            Integer.class,
            "SECONDS",
            "How long to wait for locks, ours and iptables' (default: 30).",
            "--wait"));
  }

  static void declareHostInterface(CommandSpec spec) {
    spec.addOption(
        Options.one(
            String.class,
            "NAME",
            "The interface for route_localnet, instead of looking it up.",
            "--host-interface"));
  }

  /** The seconds given with {@code --wait}, or the default. */
  static int waitSeconds(ParseResult given) {
    int wait = given.<Integer>matchedOptionValue("--wait", 30);
    if (wait < 0) {
      throw new ParameterException(
          given.commandSpec().commandLine(), "--wait: found " + wait + ", expected seconds from 0");
    }
    return wait;
  }

  /** The interface given with {@code --host-interface}. */
  static Optional<String> hostInterface(ParseResult given) {
    return Optional.of(Options.text(given, "--host-interface")).filter(i -> !i.isEmpty());
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

  /** How a plan is carried out. */
  Apply.How how(boolean force) {
    return new Apply.How(rehearse, force, waitSeconds, lockFile, undo);
  }

  static ApplyOptions of(ParseResult given) {
    boolean apply = given.hasMatchedOption("--apply");
    for (String name : List.of("--yes", "--undo", "--lock-file", "--confirm")) {
      if (!apply && given.hasMatchedOption(name)) {
        throw new ParameterException(
            given.commandSpec().commandLine(), name + " is for --apply, which is not given");
      }
    }
    Optional<Integer> confirm =
        Optional.ofNullable(given.<Integer>matchedOptionValue("--confirm", null));
    if (confirm.isPresent() && confirm.get() < 1) {
      throw new ParameterException(
          given.commandSpec().commandLine(),
          "--confirm: found " + confirm.get() + ", expected seconds from 1");
    }
    return new ApplyOptions(
        apply,
        given.hasMatchedOption("--yes"),
        given.hasMatchedOption("--rehearse"),
        waitSeconds(given),
        given.matchedOptionValue("--lock-file", "/run/portmapctl.lock"),
        Optional.of(Options.text(given, "--undo")).filter(u -> !u.isEmpty()),
        confirm,
        hostInterface(given));
  }
}
