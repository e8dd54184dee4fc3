package io.portmapctl.cli;

import io.portmapctl.cli.completion.Shell;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl generate-completion}: prints what a shell needs to complete our words. */
final class CompletionCommand implements Command {

  private static final Option<Shell> SHELL =
      Option.argument(Shell.values(), Shell.BASH, "Which shell's (default: bash).");

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
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Shell shell = SHELL.of(given);
    session.print(shell.script(Portmapctl.root()));
    return ExitCode.OK.number();
  }
}
