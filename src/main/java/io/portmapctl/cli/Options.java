package io.portmapctl.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/**
 * How options are declared and read. They are declared in code: reading picocli's annotations makes
 * a proxy class for each kind of them, a fifth of what a command takes from start to end.
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
  static <E extends Enum<E>> OptionSpec choice(E[] values, String description, String... names) {
    List<String> allowed = Arrays.stream(values).map(Options::id).toList();
    return OptionSpec.builder(names)
        .type(values[0].getDeclaringClass())
        .converters(text -> value(values, allowed, text))
        .arity("1")
        .paramLabel(String.join("|", allowed))
        .completionCandidates(allowed)
        .description(description)
        .build();
  }

  private static <E extends Enum<E>> E value(E[] values, List<String> allowed, String text) {
    int at = allowed.indexOf(text.toLowerCase(Locale.ROOT));
    if (at < 0) {
      throw new TypeConversionException(
          "expected one of " + String.join(", ", allowed) + ", found '" + text + "'");
    }
    return values[at];
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

  /** The text given, or empty. */
  static String text(ParseResult given, String name) {
    return given.matchedOptionValue(name, "");
  }

  /** All that was given for a repeatable option. */
  static List<String> texts(ParseResult given, String name) {
    return List.copyOf(given.matchedOptionValue(name, List.<String>of()));
  }
}
