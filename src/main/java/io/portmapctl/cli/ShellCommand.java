package io.portmapctl.cli;

import java.util.Optional;
import java.util.ServiceLoader;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl shell}: the same commands at a prompt. */
final class ShellCommand implements Command {

  private static final Option.Text RULESET =
      Option.text(
          "live|empty|FILE",
          "The IPv4 ruleset to begin with, as by \"use\" in the shell (default: live).",
          "--ruleset");

  private static final Option<Boolean> KEEP_GOING =
      Option.flag(
          "Go on after a line of a script that failed; exit at the end with the first such"
              + " line's code.",
          "--keep-going");

  @Override
  public String name() {
    return "shell";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Runs the same commands at a prompt, with completion (Tab), a history and "
                + "questions for what an add lacks. Input from a file or a pipe is run line by "
                + "line, up to the first line that fails.")
        .footerHeading("Examples:%n")
        .footer("  sudo portmapctl shell", "  portmapctl shell --ruleset saved-rules.txt <script");
    RULESET.declare(spec);
    RulesetOptions.RULESET6.declare(spec);
    KEEP_GOING.declare(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    ChosenRuleset ruleset =
        new ChosenRuleset(RULESET.of(given).orElse("live"), RulesetOptions.RULESET6.filled(given));
    if (ruleset.ipv4().equals("-") || ruleset.ipv6().equals(Optional.of("-"))) {
      throw new ParameterException(
          given.commandSpec().commandLine(),
          "--ruleset -: the shell reads its lines from there; name a file");
    }
    Optional<InteractiveShell> shell = ServiceLoader.load(InteractiveShell.class).findFirst();
    return shell
        .orElseThrow(() -> new IllegalStateException("no shell in this build"))
        .run(session, ruleset, KEEP_GOING.of(given));
  }
}
