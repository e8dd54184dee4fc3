package io.portmapctl.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * How options are declared and read. They are declared in code: reading picocli's annotations makes
 * a proxy class for each kind of them.
 */
final class Options {
  private Options() {}

  /** An option without a value. */
  static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names)
        .type(boolean.class)
        .arity("0")
        .description(description)
        .build();
  }

  /** An option with a value, given at most once. */
  static OptionSpec one(Class<?> type, String label, String description, String... names) {
    return OptionSpec.builder(names)
        .type(type)
        .arity("1")
        .paramLabel(label)
        .description(description)
        .build();
  }

  /** An option whose value is one of an enum's names in lower case, given at most once. */
  static OptionSpec choice(Enum<?>[] values, String description, String... names) {
    return choice(Arrays.stream(values).map(Options::id).toList(), description, names);
  }

  /** An option whose value is one of these words, given at most once. */
  static OptionSpec choice(List<String> allowed, String description, String... names) {
    return OptionSpec.builder(names)
        .type(String.class)
        .arity("1")
        .paramLabel(String.join("|", allowed))
        .completionCandidates(allowed)
        .description(description)
        .build();
  }

  /**
   * The value given for a choice, or the default. It is no converter of picocli's: a class of ours
   * that implements an interface of theirs would keep both out of the class-data archive.
   */
  static <E extends Enum<E>> E chosen(ParseResult given, String name, E[] values, E otherwise) {
    return given.hasMatchedOption(name)
        ? oneOf(given, "option '" + name + "'", text(given, name), values)
        : otherwise;
  }

  /** The same for an argument. */
  static <E extends Enum<E>> E chosenArgument(ParseResult given, E[] values, E otherwise) {
    return given.hasMatchedPositional(0)
        ? oneOf(given, "the argument", given.matchedPositionalValue(0, ""), values)
        : otherwise;
  }

  private static <E extends Enum<E>> E oneOf(
      ParseResult given, String what, String text, E[] values) {
    List<String> ids = Arrays.stream(values).map(Options::id).toList();
    return values[oneOf(given, what, text, ids)];
  }

  /** The number of the word given for a choice among words; 0 where none is given. */
  static int chosen(ParseResult given, String name, List<String> allowed) {
    return given.hasMatchedOption(name)
        ? oneOf(given, "option '" + name + "'", text(given, name), allowed)
        : 0;
  }

  private static int oneOf(ParseResult given, String what, String text, List<String> allowed) {
    for (int i = 0; i < allowed.size(); i++) {
      if (allowed.get(i).equalsIgnoreCase(text)) {
        return i;
      }
    }
    throw new ParameterException(
        given.commandSpec().commandLine(),
        "Invalid value for "
            + what
            + ": expected one of "
            + String.join(", ", allowed)
            + ", found '"
            + text
            + "'");
  }

  private static String id(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** An option that may be repeated. */
  static OptionSpec many(String label, String description, String... names) {
    return OptionSpec.builder(names)
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity("1")
        .paramLabel(label)
        .description(description)
        .build();
  }

  /** Any number of arguments. */
  static PositionalParamSpec arguments(String label, String description) {
    return PositionalParamSpec.builder()
        .index("0..*")
        .arity("0..*")
        .type(List.class)
        .auxiliaryTypes(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  /** One argument that may be absent, one of an enum's names in lower case. */
  static PositionalParamSpec choiceArgument(Enum<?>[] values, String description) {
    return PositionalParamSpec.builder()
        .index("0")
        .arity("0..1")
        .type(String.class)
        .paramLabel(String.join("|", Arrays.stream(values).map(Options::id).toList()))
        .description(description)
        .build();
  }

  /** The text given, or empty. */
  static String text(ParseResult given, String name) {
    return given.matchedOptionValue(name, "");
  }

  /** All that was given for a repeatable option. */
  static List<String> texts(ParseResult given, String name) {
    return List.copyOf(given.matchedOptionValue(name, List.<String>of()));
  }
}
