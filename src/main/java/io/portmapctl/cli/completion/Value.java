package io.portmapctl.cli.completion;

import java.util.Arrays;
import java.util.List;

/**
 * What can stand as an option's value or as an argument, as its label says it: {@code
 * live|empty|FILE} are two words and any file.
 *
 * @param label the label
 * @param words the words that the label names
 * @param files whether it can be a file or a folder
 */
record Value(String label, List<String> words, boolean files) {

  /** Of a label: what is in lower case is a word, FILE and SOURCE are files, COMMAND a command. */
  static Value of(String label, List<String> commands) {
    List<String> parts = Arrays.asList(label.split("\\|"));
    List<String> words =
        label.equals("COMMAND")
            ? commands
            : parts.stream().filter(p -> p.matches("[a-z][a-z0-9-]*")).toList();
    return new Value(label, words, parts.contains("FILE") || parts.contains("SOURCE"));
  }

  /** The words, one space between. */
  String joined() {
    return String.join(" ", words);
  }
}
