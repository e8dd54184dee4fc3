package io.portmapctl.shell;

import io.portmapctl.cli.KnownNames;
import io.portmapctl.cli.Portmapctl;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What can stand where the person types, as far as the commands and the ruleset tell. */
final class Completions {
  private static final List<String> RULESETS = List.of("live", "empty");

  private final Map<String, CommandSpec> commands = Portmapctl.commands();
  private final Supplier<KnownNames> names;

  /**
   * Completions.
   *
   * @param names asked only where a name can stand, for it may take its time
   */
  Completions(Supplier<KnownNames> names) {
    this.names = names;
    commands.remove("shell");
    commands.remove("help"); // the shell has one of its own
  }

  /**
   * What a word may become.
   *
   * @param before the words before it
   * @param word its beginning
   */
  List<Suggestion> of(List<String> before, String word) {
    return all(before, word).stream().filter(Suggestion::printable).toList();
  }

  private List<Suggestion> all(List<String> before, String word) {
    List<Suggestion> all = new ArrayList<>();
    if (before.isEmpty()) {
      commands.forEach((name, spec) -> all.add(Suggestion.of(name, Interpreter.summary(spec))));
      Interpreter.own().forEach((name, text) -> all.add(Suggestion.of(name, text)));
      return beginning(all, word);
    }
    if (before.get(before.size() - 1).equals(">")) {
      return files(word);
    }
    String command = before.get(0);
    if (command.equals("help")) {
      return before.size() > 1 ? List.of() : all(List.of(), word);
    }
    if (command.equals("use")) {
      return before.size() > 2 ? List.of() : rulesets(word);
    }
    CommandSpec spec = commands.get(command);
    return spec == null ? List.of() : arguments(spec, before, word);
  }

  private List<Suggestion> arguments(CommandSpec spec, List<String> before, String word) {
    OptionSpec last = spec.findOption(before.get(before.size() - 1));
    if (last != null && last.arity().max() > 0) {
      return values(last, word);
    }
    int equals = word.startsWith("--") ? word.indexOf('=') : -1;
    if (equals > 0) {
      String name = word.substring(0, equals + 1);
      OptionSpec option = spec.findOption(word.substring(0, equals));
      return option == null
          ? List.of()
          : values(option, word.substring(equals + 1)).stream()
              .map(s -> new Suggestion(name + s.value(), s.description(), s.whole()))
              .toList();
    }
    if (word.startsWith("-") || spec.positionalParameters().isEmpty()) {
      return beginning(options(spec, before, word), word);
    }
    return files(word);
  }

  /** The options that can still be given: by their long names, unless one dash is all there is. */
  private static List<Suggestion> options(CommandSpec spec, List<String> before, String word) {
    List<Suggestion> options = new ArrayList<>();
    for (OptionSpec option : spec.options()) {
      boolean given = List.of(option.names()).stream().anyMatch(before::contains);
      if (!given || option.isMultiValue()) {
        boolean brief = word.length() == 2 && word.charAt(1) != '-';
        String name = brief ? option.shortestName() : option.longestName();
        options.add(Suggestion.of(name, String.join(" ", option.description())));
      }
    }
    return options;
  }

  private List<Suggestion> values(OptionSpec option, String word) {
    Iterable<String> choices = option.completionCandidates();
    if (choices != null) {
      List<Suggestion> all = new ArrayList<>();
      choices.forEach(c -> all.add(Suggestion.of(c, "")));
      return beginning(all, word);
    }
    return switch (option.longestName()) {
      case "--net" -> {
        List<Suggestion> all = new ArrayList<>();
        names.get().networks().forEach(n -> all.add(Suggestion.of(n, "")));
        yield beginning(all, word);
      }
      case "--container-id" -> named(names.get().containers(), word);
      case "--port" -> ports(word);
      case "--chain" -> named(names.get().chains(), word);
      case "--ruleset", "--ruleset6" -> rulesets(word);
      default -> {
        String label = option.paramLabel();
        yield label.contains("FILE") || label.contains("SOURCE") ? files(word) : List.of();
      }
    };
  }

  /** Those of many names that begin so; the map is sorted, and only they are looked at. */
  private static List<Suggestion> named(SortedMap<String, String> names, String word) {
    return names.subMap(word, word + Character.MAX_VALUE).entrySet().stream()
        .map(e -> Suggestion.of(e.getKey(), e.getValue()))
        .toList();
  }

  /**
   * The published ports that a word may become: of one address also where the port alone is typed,
   * and of all addresses also where one is typed.
   */
  private List<Suggestion> ports(String word) {
    SortedMap<String, String> ports = names.get().ports();
    List<Suggestion> found = new ArrayList<>(named(ports, word));
    int colon = word.lastIndexOf(':');
    String address = word.substring(0, colon + 1);
    if (address.endsWith("]:") || !address.isEmpty() && !address.startsWith("[")) {
      for (Suggestion port : named(ports, word.substring(colon + 1))) {
        if (port.value().indexOf(':') < 0 && !ports.containsKey(address + port.value())) {
          found.add(Suggestion.of(address + port.value(), port.description()));
        }
      }
    } else if (!word.isEmpty() && word.chars().allMatch(Character::isDigit)) {
      ports.forEach(
          (port, owner) -> {
            int end = port.lastIndexOf(':') + 1;
            if (end > 0 && port.startsWith(word, end) && !port.startsWith(word)) {
              found.add(Suggestion.of(port, owner));
            }
          });
    }
    return found;
  }

  private static List<Suggestion> rulesets(String word) {
    List<Suggestion> all = new ArrayList<>();
    RULESETS.forEach(r -> all.add(Suggestion.of(r, "")));
    List<Suggestion> found = new ArrayList<>(beginning(all, word));
    found.addAll(files(word));
    return found;
  }

  private static List<Suggestion> beginning(List<Suggestion> all, String word) {
    return all.stream().filter(s -> s.value().startsWith(word)).toList();
  }

  /** Files and folders; hidden ones where the word begins with a dot. */
  static List<Suggestion> files(String word) {
    int slash = word.lastIndexOf('/') + 1;
    String folder = word.substring(0, slash);
    String name = word.substring(slash);
    List<Suggestion> found = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(Path.of(folder.isEmpty() ? "." : folder))) {
      for (Path entry : entries) {
        String file = String.valueOf(entry.getFileName());
        if (file.startsWith(name) && (name.startsWith(".") || !file.startsWith("."))) {
          boolean inside = Files.isDirectory(entry);
          found.add(new Suggestion(folder + file + (inside ? "/" : ""), "", !inside));
        }
      }
    } catch (IOException | InvalidPathException e) {
      return List.of(); // what cannot be read cannot be completed
    }
    found.sort(Comparator.comparing(Suggestion::value));
    return found;
  }
}
