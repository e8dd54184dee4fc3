package io.portmapctl.cli;

import io.portmapctl.app.Rulesets;
import io.portmapctl.host.live.VariantChoice;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The options of where the current rulesets come from. */
final class RulesetOptions {
  static final Option.Text RULESET =
      Option.text(
          "live|empty|FILE",
          "The current IPv4 ruleset: the running kernel's (default), an empty nat table,"
              + " or a file that iptables-save wrote.",
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

  static Rulesets of(ParseResult given) {
    return new Rulesets(
        RULESET.of(given).orElse("live"),
        RULESET6.of(given).orElse(""),
        FAMILY.of(given),
        IPTABLES.of(given));
  }
}
