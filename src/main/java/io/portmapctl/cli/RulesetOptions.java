package io.portmapctl.cli;

import io.portmapctl.app.Rulesets;
import io.portmapctl.host.live.VariantChoice;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The options of where the current rulesets come from. */
final class RulesetOptions {
  static final Option.Text RULESET =
      Option.text(
          "live|empty|FILE",
          "The current IPv4 ruleset: the running kernel's (default), an empty nat table,"
              + " or a file that iptables-save wrote (- for standard input).",
          "--ruleset");

  static final Option.Text RULESET6 =
      Option.text(
          "live|empty|FILE",
          "The same for IPv6; empty where only --ruleset is given and is not live.",
          "--ruleset6");

  static final Option<Rulesets.Families> FAMILY =
      Option.choice(
          Rulesets.Families.values(),
          Rulesets.Families.BOTH,
          "Restrict to one family (default: both).",
          "--family");

  private static final Option<VariantChoice> IPTABLES =
      Option.choice(
          VariantChoice.values(),
          VariantChoice.AUTO,
          "Which variant's programs read the live ruleset (default: auto).",
          "--iptables");

  private RulesetOptions() {}

  static void declare(CommandSpec spec) {
    RULESET.declare(spec);
    RULESET6.declare(spec);
    FAMILY.declare(spec);
    IPTABLES.declare(spec);
    ChosenHost.declare(spec);
  }

  /** For a command that is about the running kernel's rules alone. */
  static void declareLive(CommandSpec spec) {
    FAMILY.declare(spec);
    IPTABLES.declare(spec);
  }

  static Rulesets of(Session session, ParseResult given) {
    String ruleset = RULESET.of(given).orElse("live");
    String ruleset6 = RULESET6.of(given).orElse("");
    boolean read = ruleset.equals("-") || ruleset6.equals("-");
    if (read && given.originalArgs().stream().filter(RulesetOptions::isStandardInput).count() > 1) {
      throw new ParameterException(
          given.commandSpec().commandLine(),
          "-: standard input can be one thing only: a ruleset or a SOURCE");
    }
    return new Rulesets(ruleset, ruleset6, FAMILY.of(given), IPTABLES.of(given), session.in());
  }

  private static boolean isStandardInput(String word) {
    return word.equals("-") || word.startsWith("--") && word.endsWith("=-");
  }
}
