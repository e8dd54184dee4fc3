package io.portmapctl.cli.completion;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What every shell needs to know of the command line.
 *
 * @param options those that stand in the place of a command
 * @param verbs the commands
 */
record Grammar(List<Option> options, List<Verb> verbs) {
  private static final int LONG = 72;

  static Grammar of(CommandSpec root) {
    List<String> names = List.copyOf(root.subcommands().keySet());
    List<Verb> verbs = new ArrayList<>();
    root.subcommands().forEach((name, line) -> verbs.add(verb(name, line.getCommandSpec(), names)));
    return new Grammar(options(root, names), List.copyOf(verbs));
  }

  /** The names of all commands. */
  List<String> verbNames() {
    return verbs.stream().map(Verb::name).toList();
  }

  private static Verb verb(String name, CommandSpec spec, List<String> commands) {
    String[] header = spec.usageMessage().header();
    String[] description = spec.usageMessage().description();
    Optional<Value> arguments =
        spec.positionalParameters().stream()
            .map(p -> Value.of(p.paramLabel(), commands))
            .findFirst();
    return new Verb(
        name, brief(header.length > 0 ? header : description), options(spec, commands), arguments);
  }

  private static List<Option> options(CommandSpec spec, List<String> commands) {
    return spec.options().stream().map(o -> option(o, commands)).toList();
  }

  private static Option option(OptionSpec option, List<String> commands) {
    Optional<Value> value =
        option.arity().max() == 0
            ? Optional.empty()
            : Optional.of(Value.of(option.paramLabel(), commands).of(option.longestName()));
    return new Option(
        List.of(option.names()), brief(option.description()), value, option.isMultiValue());
  }

  /** The first sentence without its stop, and of a long one what comes before its details. */
  private static String brief(String... description) {
    String text = String.join(" ", description).replace("%n", " ").replace("%%", "%").strip();
    String sentence = text.replaceFirst("\\.( .*)?$", "");
    return sentence.length() > LONG ? sentence.replaceFirst("^([^(:;]+)[:;] .*", "$1") : sentence;
  }
}
