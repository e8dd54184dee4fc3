package io.portmapctl.cli;

import io.portmapctl.cli.completion.Shell;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl generate-completion}: prints what a shell needs to complete our words. */
final class CompletionCommand implements Command {

  private static final Option<Shell> SHELL =
      Option.argument(Shell.values(), Shell.BASH, "Which shell's (default: bash).");

  /** What has a name in a ruleset. */
  private enum Named {
    NETWORK,
    CONTAINER,
    PORT,
    CHAIN
  }

  private static final Option.Choice<Named> NAMES =
      Option.choice(
          Named.values(),
          Named.NETWORK,
          "Instead, print the names of these in the current rules, as the completions ask for them:"
              + " a line each, a tab before what is said of it; none where the rules cannot be"
              + " read.",
          "--names");

  /** What every shell takes as it is, for others have written it: nothing else is offered. */
  private static boolean isPlain(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean word = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!word && c != '[' && (i == 0 || "_.:/]-".indexOf(c) < 0)) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  @Override
  public String name() {
    return "generate-completion";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description("Prints the completions of commands, options and values for a shell.")
        .footerHeading("Examples:%n")
        .footer(
            "  . <(portmapctl generate-completion)",
            "  portmapctl generate-completion fish > ~/.config/fish/completions/portmapctl.fish");
    SHELL.declare(spec);
    NAMES.declare(spec);
    RulesetOptions.RULESET.declare(spec);
    RulesetOptions.RULESET6.declare(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Optional<Named> named = NAMES.given(given);
    if (named.isPresent()) {
      String ruleset = RulesetOptions.RULESET.of(given).orElse("live");
      ChosenRuleset chosen = new ChosenRuleset(ruleset, RulesetOptions.RULESET6.filled(given));
      boolean ports = named.get() == Named.PORT;
      session.print(lines(KnownNames.read(session, chosen, ports).names(), named.get()));
    } else {
      session.print(SHELL.of(given).script(Portmapctl.root()));
    }
    return ExitCode.OK.number();
  }

  private static String lines(KnownNames names, Named named) {
    Map<String, String> all =
        switch (named) {
          case NETWORK -> {
            Map<String, String> networks = new TreeMap<>();
            names.networks().forEach(n -> networks.put(n, ""));
            yield networks;
          }
          case CONTAINER -> names.containers();
          case PORT -> names.ports();
          case CHAIN -> names.chains();
        };
    StringBuilder out = new StringBuilder();
    all.forEach(
        (name, of) -> {
          if (isPlain(name)) {
            out.append(name).append(isPlain(of) ? "\t" + of : "").append('\n');
          }
        });
    return out.toString();
  }
}
