package io.portmapctl.cli;

import io.portmapctl.app.Rulesets;
import io.portmapctl.host.live.VariantChoice;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options of where the current rulesets come from. */
final class RulesetOptions {
  private RulesetOptions() {}

  static void declare(CommandSpec spec) {
    spec.addOption(
        Options.one(
            String.class,
            "live|empty|FILE",
            "The current IPv4 ruleset: the running kernel's (default), an empty nat table,"
                + " or a file that iptables-save wrote.",
            "--ruleset"));
    spec.addOption(ipv6());
    spec.addOption(
        Options.choice(
            Rulesets.Families.values(), "Restrict to one family (default: both).", "--family"));
    spec.addOption(
        Options.choice(
            VariantChoice.values(),
            "Which variant's programs read the live ruleset (default: auto).",
            "--iptables"));
  }

  /** The option of the IPv6 ruleset. */
  static OptionSpec ipv6() {
    return Options.one(
        String.class,
        "live|empty|FILE",
        "The same for IPv6; empty where only --ruleset is given and is not live.",
        "--ruleset6");
  }

  static Rulesets of(ParseResult given) {
    return new Rulesets(
        given.matchedOptionValue("--ruleset", "live"),
        Options.text(given, "--ruleset6"),
        Options.chosen(given, "--family", Rulesets.Families.values(), Rulesets.Families.BOTH),
        Options.chosen(given, "--iptables", VariantChoice.values(), VariantChoice.AUTO));
  }
}
