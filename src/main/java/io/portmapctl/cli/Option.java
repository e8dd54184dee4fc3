package io.portmapctl.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * An option or argument that declares and reads itself, so that its name stands once. They are
 * declared in code: reading picocli's annotations makes a proxy class for each kind of them. None
 * of them is a converter of picocli's either: a class of ours that implements an interface of
 * theirs would keep both out of the class-data archive.
 *
 * @param <T> its value
 */
abstract class Option<T> {
  private final String description;
  private final String[] names;

  private Option(String description, String... names) {
    this.description = description;
    this.names = names;
  }

  /** Adds it to a command. */
  void declare(CommandSpec spec) {
    declare(spec, description);
  }

  /** Adds it to a command that takes it, so that a line can be turned round, and does without. */
  void declareUnneeded(CommandSpec spec) {
    declare(spec, "Taken as add takes it; a removal does not need it.");
  }

  /** Adds it to a command that always applies; elsewhere its description says that it must. */
  void declareApplying(CommandSpec spec) {
    String text = description.replaceFirst("^With --apply: ", "");
    declare(spec, text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1));
  }

  private void declare(CommandSpec spec, String text) {
    spec.addOption(builder(OptionSpec.builder(names).description(text)).build());
  }

  /** Its type and label. */
  abstract OptionSpec.Builder builder(OptionSpec.Builder builder);

  /**
   * The value given, or what stands for it where none is.
   *
   * @throws ParameterException where it is none that is allowed
   */
  abstract T of(ParseResult given);

  /** Whether it was given. */
  boolean isGiven(ParseResult given) {
    return given.hasMatchedOption(name());
  }

  /** Its long name, with the dashes. */
  String name() {
    return names[names.length - 1];
  }

  /** A wrong value. */
  ParameterException wrong(ParseResult given, String message) {
    return new ParameterException(
        given.commandSpec().commandLine(), name() + (message.isEmpty() ? "" : ": " + message));
  }

  /** Without a value. */
  static Option<Boolean> flag(String description, String... names) {
    return new Flag(description, names);
  }

  /** With a text, given at most once. */
  static Text text(String label, String description, String... names) {
    return new Text(label, description, names);
  }

  /** With a text, given any number of times. */
  static Option<List<String>> texts(String label, String description, String... names) {
    return new Texts(label, description, names);
  }

  /** With a whole number of any size. */
  static Count number(String label, String description, String... names) {
    return new Count(label, description, Integer.MIN_VALUE, names);
  }

  /** With a number of seconds, at least so many. */
  static Count seconds(int least, String description, String... names) {
    return new Count("SECONDS", description, least, names);
  }

  /** With one of an enum's names in lower case; else the default. */
  static <E extends Enum<E>> Choice<E> choice(
      E[] values, E otherwise, String description, String... names) {
    return choice(words(values), List.of(values), otherwise, description, names);
  }

  /** With one of these words, of which each stands for the value at its place; else the default. */
  static <T> Choice<T> choice(
      List<String> words, List<T> values, T otherwise, String description, String... names) {
    return new Choice<>(words, values, otherwise, description, names);
  }

  /** Any number of arguments. */
  static Option<List<String>> arguments(String label, String description) {
    return new Arguments(label, description);
  }

  /** One argument that may be absent, one of an enum's names in lower case. */
  static <E extends Enum<E>> Option<E> argument(E[] values, E otherwise, String description) {
    return new Argument<>(values, otherwise, description);
  }

  /** One argument that may be absent. */
  static Option<Optional<String>> argument(String label, String description) {
    return new Single(label, description);
  }

  /** The labels of an enum's values. */
  private static List<String> words(Enum<?>[] values) {
    return Arrays.stream(values).map(v -> v.name().toLowerCase(Locale.ROOT)).toList();
  }

  private static <T> T oneOf(
      ParseResult given, String what, String text, List<String> words, List<T> values) {
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equalsIgnoreCase(text)) {
        return values.get(i);
      }
    }
    throw new ParameterException(
        given.commandSpec().commandLine(),
        "Invalid value for "
            + what
            + ": expected one of "
            + String.join(", ", words)
            + ", found '"
            + text
            + "'");
  }

  private static final class Flag extends Option<Boolean> {
    Flag(String description, String... names) {
      super(description, names);
    }

    @Override
    OptionSpec.Builder builder(OptionSpec.Builder builder) {
      return builder.type(boolean.class).arity("0");
    }

    @Override
    Boolean of(ParseResult given) {
      return isGiven(given);
    }
  }

  /** With a text. */
  static final class Text extends Option<Optional<String>> {
    private final String label;

    private Text(String label, String description, String... names) {
      super(description, names);
      this.label = label;
    }

    @Override
    OptionSpec.Builder builder(OptionSpec.Builder builder) {
      return builder.type(String.class).arity("1").paramLabel(label);
    }

    @Override
    Optional<String> of(ParseResult given) {
      return isGiven(given) ? Optional.of(given.matchedOptionValue(name(), "")) : Optional.empty();
    }

    /** The text given, where there is one that is not empty. */
    Optional<String> filled(ParseResult given) {
      return of(given).filter(t -> !t.isEmpty());
    }
  }

  private static final class Texts extends Option<List<String>> {
    private final String label;

    Texts(String label, String description, String... names) {
      super(description, names);
      this.label = label;
    }

    @Override
    OptionSpec.Builder builder(OptionSpec.Builder builder) {
      return builder.type(List.class).auxiliaryTypes(String.class).arity("1").paramLabel(label);
    }

    @Override
    List<String> of(ParseResult given) {
      return List.copyOf(given.matchedOptionValue(name(), List.<String>of()));
    }
  }

  /** With a number. */
  static final class Count extends Option<Optional<Integer>> {
    private final String label;
    private final int least;

    private Count(String label, String description, int least, String... names) {
      super(description, names);
      this.label = label;
      this.least = least;
    }

    @Override
    OptionSpec.Builder builder(OptionSpec.Builder builder) {
      return builder.type(Integer.class).arity("1").paramLabel(label);
    }

    @Override
    Optional<Integer> of(ParseResult given) {
      if (!isGiven(given)) {
        return Optional.empty();
      }
      int number = given.<Integer>matchedOptionValue(name(), 0);
      if (number < least) {
        throw wrong(given, "found " + number + ", expected seconds from " + least);
      }
      return Optional.of(number);
    }
  }

  /** With one of several words. */
  static final class Choice<T> extends Option<T> {
    private final List<String> words;
    private final List<T> values;
    private final T otherwise;

    private Choice(
        List<String> words, List<T> values, T otherwise, String description, String... names) {
      super(description, names);
      this.words = words;
      this.values = values;
      this.otherwise = otherwise;
    }

    @Override
    OptionSpec.Builder builder(OptionSpec.Builder builder) {
      return builder
          .type(String.class)
          .arity("1")
          .paramLabel(String.join("|", words))
          .completionCandidates(words);
    }

    @Override
    T of(ParseResult given) {
      return isGiven(given)
          ? oneOf(
              given, "option '" + name() + "'", given.matchedOptionValue(name(), ""), words, values)
          : otherwise;
    }

    /** The value given, where one is. */
    Optional<T> given(ParseResult given) {
      return isGiven(given) ? Optional.of(of(given)) : Optional.empty();
    }
  }

  /** What stands by itself on the command line: it has a label, and no name. */
  private abstract static class Positional<T> extends Option<T> {
    private final String label;
    private final String description;

    Positional(String label, String description) {
      super(description, label);
      this.label = label;
      this.description = description;
    }

    @Override
    final void declare(CommandSpec spec) {
      spec.addPositional(
          places(PositionalParamSpec.builder()).paramLabel(label).description(description).build());
    }

    /** Where it stands, how often and of which type: one argument that may be absent. */
    PositionalParamSpec.Builder places(PositionalParamSpec.Builder builder) {
      return builder.index("0").arity("0..1").type(String.class);
    }

    @Override
    final OptionSpec.Builder builder(OptionSpec.Builder builder) {
      return builder;
    }
  }

  /** Arguments. */
  private static final class Arguments extends Positional<List<String>> {
    Arguments(String label, String description) {
      super(label, description);
    }

    @Override
    PositionalParamSpec.Builder places(PositionalParamSpec.Builder builder) {
      return builder.index("0..*").arity("0..*").type(List.class).auxiliaryTypes(String.class);
    }

    @Override
    List<String> of(ParseResult given) {
      return List.copyOf(given.matchedPositionalValue(0, List.<String>of()));
    }
  }

  /** An argument that is one of several words. */
  private static final class Argument<E extends Enum<E>> extends Positional<E> {
    private final E[] values;
    private final E otherwise;

    Argument(E[] values, E otherwise, String description) {
      super(String.join("|", words(values)), description);
      this.values = values;
      this.otherwise = otherwise;
    }

    @Override
    E of(ParseResult given) {
      return given.hasMatchedPositional(0)
          ? oneOf(
              given,
              "the argument",
              given.matchedPositionalValue(0, ""),
              words(values),
              List.of(values))
          : otherwise;
    }
  }

  /** An argument of any text. */
  private static final class Single extends Positional<Optional<String>> {
    Single(String label, String description) {
      super(label, description);
    }

    @Override
    Optional<String> of(ParseResult given) {
      String text = given.matchedPositionalValue(0, "");
      return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
  }
}
