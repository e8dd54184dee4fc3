package io.portmapctl.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A nat table as words, and what commands of iptables make of it: a second reading of how
 * iptables-restore splits lines (xtables, {@code add_param_to_argv}) and of its commands, which
 * knows nothing of ours. Octets.
 */
public final class PlainTable {
  private final Map<String, List<List<String>>> chains = new LinkedHashMap<>();

  /** What iptables-save, or a restore that begins with an empty table, says. */
  public static PlainTable of(String save) {
    PlainTable table = new PlainTable();
    for (String line : lines(save)) {
      if (line.startsWith(":")) {
        table.chains.put(line.substring(1, line.indexOf(' ')), new ArrayList<>());
      } else if (line.startsWith("-")) {
        table.run(words(line));
      } else if (!line.startsWith("*nat") && !line.startsWith("#") && !line.equals("COMMIT")) {
        throw new AssertionError("no line of a table: " + line);
      }
    }
    return table;
  }

  /** A copy of it on which the input of {@code iptables-restore --noflush} was run. */
  public PlainTable restored(String input) {
    String[] lines = input.split("\n", -1);
    int end = lines.length - 1;
    if (!lines[0].equals("*nat") || !lines[end].isEmpty() || !lines[end - 1].equals("COMMIT")) {
      throw new AssertionError("no transaction: " + input);
    }
    PlainTable table = copy();
    for (int i = 1; i < end - 1; i++) {
      if (!lines[i].startsWith("-")) {
        throw new AssertionError("no command: " + lines[i]); // COMMIT, *filter, :INPUT
      }
      table.run(words(lines[i]));
    }
    return table;
  }

  /** A copy on which commands were run, each as its words. */
  public PlainTable after(List<List<String>> commands) {
    PlainTable table = copy();
    commands.forEach(table::run);
    return table;
  }

  /** A copy without some chains, and the rules that lead to them. */
  public PlainTable without(List<String> names) {
    PlainTable table = copy();
    table.chains.keySet().removeAll(names);
    table.chains.values().forEach(rules -> rules.removeIf(r -> leadsTo(r, names)));
    return table;
  }

  private static boolean leadsTo(List<String> rule, List<String> names) {
    int last = rule.size() - 1;
    return last > 0
        && (rule.get(last - 1).equals("-j") || rule.get(last - 1).equals("-g"))
        && names.contains(rule.get(last));
  }

  private PlainTable copy() {
    PlainTable table = new PlainTable();
    chains.forEach((name, rules) -> table.chains.put(name, new ArrayList<>(rules)));
    return table;
  }

  /** The rules by chain, each as its words. */
  public Map<String, List<List<String>>> chains() {
    return chains;
  }

  private void run(List<String> words) {
    String chain = words.get(1);
    List<String> rest = words.subList(2, words.size());
    switch (words.get(0)) {
      case "-N" -> require(chains.put(chain, new ArrayList<>()) == null && rest.isEmpty(), words);
      case "-X" -> {
        boolean used =
            chains.values().stream()
                .anyMatch(c -> c.stream().anyMatch(r -> leadsTo(r, List.of(chain))));
        require(rest.isEmpty() && chains.get(chain).isEmpty() && !used, words);
        chains.remove(chain);
      }
      case "-A" -> chains.get(chain).add(List.copyOf(rest));
      case "-I" ->
          chains
              .get(chain)
              .add(Integer.parseInt(rest.get(0)) - 1, List.copyOf(rest.subList(1, rest.size())));
      case "-D" -> {
        if (rest.size() == 1 && rest.get(0).matches("[0-9]+")) {
          chains.get(chain).remove(Integer.parseInt(rest.get(0)) - 1);
        } else {
          require(chains.get(chain).remove(rest), words);
        }
      }
      default -> throw new AssertionError("no command: " + words);
    }
  }

  private static void require(boolean good, List<String> words) {
    if (!good) {
      throw new AssertionError("iptables would refuse: " + words);
    }
  }

  /** Lines of iptables-save: a line break in quotes ends none. */
  private static List<String> lines(String save) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    boolean quoted = false;
    boolean escaped = false;
    for (char c : save.toCharArray()) {
      if (c == '\n' && !quoted) {
        lines.add(line.toString());
        line.setLength(0);
        continue;
      }
      if (c == '"' && !escaped) {
        quoted = !quoted;
      }
      escaped = quoted && c == '\\' && !escaped;
      line.append(c);
    }
    require(line.isEmpty() && !quoted, List.of(save));
    return lines;
  }

  /** The words of a line, as iptables-restore takes them. */
  public static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    boolean escaped = false;
    for (char c : (line + "\n").toCharArray()) {
      if (quoted && escaped) {
        word.append(c);
        escaped = false;
      } else if (quoted && c == '\\') {
        escaped = true;
      } else if (quoted && c != '"') {
        word.append(c);
      } else if (c == '"' && !quoted) {
        quoted = true;
      } else if (c == '"') {
        quoted = false; // which ends the word, though nothing be in it
        words.add(word.toString());
        word.setLength(0);
      } else if (c != ' ' && c != '\t' && c != '\n') {
        word.append(c);
      } else if (!word.isEmpty()) {
        words.add(word.toString());
        word.setLength(0);
      }
    }
    require(!quoted, List.of(line));
    return words;
  }

  /** A value as iptables-save prints it. */
  public static String saved(String word) {
    return word.matches("[A-Za-z0-9_-]+")
        ? word
        : '"' + word.replaceAll("([\\\\\"'])", "\\\\$1") + '"';
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PlainTable table && chains.equals(table.chains);
  }

  @Override
  public int hashCode() {
    return chains.hashCode();
  }

  @Override
  public String toString() {
    return chains.toString();
  }
}
