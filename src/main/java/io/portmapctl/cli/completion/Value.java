package io.portmapctl.cli.completion;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What can stand as an option's value or as an argument, as its label says it: {@code
 * live|empty|FILE} are two words and any file.
 *
 * @param label the label
 * @param words the words that the label names
 * @param files whether it can be a file or a folder
 * @param names what has the name that it can be in the current rules; empty for no such thing
 */
record Value(String label, List<String> words, boolean files, String names) {
  /**
   * The options that take a name, and what has it; {@code generate-completion --names} knows it.
   */
  private static final Map<String, String> NAMES =
      Map.of(
          "--net", "network", "--container-id", "container", "--port", "port", "--chain", "chain");

  private static final List<String> FILES = List.of("FILE", "SOURCE", "DIR");

  /**
   * Of a label: what is in lower case is a word, FILE, SOURCE and DIR are files, COMMAND a command.
   */
  static Value of(String label, List<String> commands) {
    List<String> parts = Arrays.asList(label.split("\\|"));
    List<String> words =
        label.equals("COMMAND")
            ? commands
            : parts.stream().filter(p -> p.matches("[a-z][a-z0-9-]*")).toList();
    return new Value(label, words, parts.stream().anyMatch(FILES::contains), "");
  }

  /** The same as the value of an option. */
  Value of(String option) {
    return new Value(label, words, files, NAMES.getOrDefault(option, ""));
  }

  /** The words, one space between. */
  String joined() {
    return String.join(" ", words);
  }
}
