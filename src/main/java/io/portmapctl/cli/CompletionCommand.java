package io.portmapctl.cli;

import io.portmapctl.cli.completion.Shell;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl generate-completion}: prints what a shell needs to complete our words. */
final class CompletionCommand implements Command {

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
    spec.addPositional(Options.choiceArgument(Shell.values(), "Which shell's (default: bash)."));
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Shell shell = Options.chosenArgument(given, Shell.values(), Shell.BASH);
    session.print(shell.script(Portmapctl.root()));
    return ExitCode.OK.number();
  }
}
