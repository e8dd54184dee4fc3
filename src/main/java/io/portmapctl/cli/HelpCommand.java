package io.portmapctl.cli;

import io.portmapctl.view.Schemas;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl help}: the commands, the options of one, or the form of a JSON document. */
final class HelpCommand implements Command {
  private static final Option<Optional<String>> COMMAND =
      Option.argument("COMMAND", "The command whose options are shown.");

  private static final Option.Choice<String> SCHEMA =
      Option.choice(
          Schemas.KINDS,
          Schemas.KINDS,
          "",
          "Print the JSON Schema of what -o json prints, by the \"kind\" that it says.",
          "--schema");

  @Override
  public String name() {
    return "help";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage().description("Shows the commands, or the options of one.");
    COMMAND.declare(spec);
    SCHEMA.declare(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Optional<String> kind = SCHEMA.given(given);
    if (kind.isPresent()) {
      session.print(Schemas.text(kind.get()));
      return ExitCode.OK.number();
    }
    Optional<String> command = COMMAND.of(given);
    if (command.isEmpty()) {
      return Portmapctl.run(session, "--help");
    }
    List<String> names = Portmapctl.names();
    if (!names.contains(command.get())) {
      throw new ParameterException(
          given.commandSpec().commandLine(), Portmapctl.noCommand(command.get(), names));
    }
    return Portmapctl.run(session, command.get(), "--help");
  }
}
