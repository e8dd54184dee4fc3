package io.portmapctl.syntax;

import io.portmapctl.model.Chain;
import io.portmapctl.model.Cidr;
import io.portmapctl.model.Family;
import io.portmapctl.model.Row;
import io.portmapctl.model.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The format of iptables-save and iptables-restore (iptables-save(8)), of the nft and the legacy
 * variant, with and without counters. Texts are octet strings, one {@code char} a byte.
 */
public final class SaveFormat {
  private SaveFormat() {}

  /** A text that is not of the format; the message names the line. */
  public static final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;

    FormatException(int line, String message) {
      super("line " + line + ": " + message);
    }
  }

  /**
   * The nat table in a save file; empty when the file has none. Other tables and comments are
   * passed over.
   *
   * @throws FormatException for a line that is not of the format, a table without COMMIT, or the
   *     comment by which iptables-nft-save says that it could not read the table
   */
  public static Optional<Table> parse(Family family, String text) throws FormatException {
    Lines lines = new Lines(text);
    Map<String, List<Row>> rows = new LinkedHashMap<>();
    Map<String, Chain> chains = new LinkedHashMap<>();
    String table = "";
    int tableLine = 0;
    boolean found = false;
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.startsWith("#")) {
        if (line.contains("Table `nat' is incompatible")) {
          throw new FormatException(
              lines.number,
              "the nat table holds rules that iptables cannot show (\"Table `nat' is"
                  + " incompatible\"); they were written by nft itself");
        }
        continue;
      }
      if (line.isBlank()) {
        continue;
      }
      if (line.startsWith("*")) {
        if (!table.isEmpty()) {
          throw new FormatException(
              lines.number, "table " + table + " of line " + tableLine + " has no COMMIT");
        }
        table = line.substring(1).strip();
        tableLine = lines.number;
        if (table.equals("nat")) {
          if (found) {
            throw new FormatException(lines.number, "a second nat table");
          }
          found = true;
        }
        continue;
      }
      if (table.isEmpty()) {
        throw new FormatException(
            lines.number, "expected a table (\"*nat\"), found: " + shortened(line));
      }
      if (line.equals("COMMIT")) {
        table = "";
        continue;
      }
      if (!table.equals("nat")) {
        if (!line.startsWith(":") && !line.startsWith("-A ") && !line.startsWith("[")) {
          throw new FormatException(lines.number, "not of the save format: " + shortened(line));
        }
        continue;
      }
      if (line.startsWith(":")) {
        chain(lines.number, line, chains, rows);
      } else {
        rule(family, lines.number, line, rows);
      }
    }
    if (!table.isEmpty()) {
      throw new FormatException(
          lines.number, "table " + table + " of line " + tableLine + " has no COMMIT: cut off?");
    }
    if (!found) {
      return Optional.empty();
    }
    Map<String, Chain> full = new LinkedHashMap<>();
    chains.forEach(
        (name, c) ->
            full.put(
                name,
                new Chain(name, c.policy(), c.counters(), rows.getOrDefault(name, List.of()))));
    return Optional.of(new Table(family, full));
  }

  private static void chain(
      int number, String line, Map<String, Chain> chains, Map<String, List<Row>> rows)
      throws FormatException {
    String[] parts = line.substring(1).split(" ", -1);
    boolean counted = parts.length == 3 && parts[2].matches("\\[[0-9]+:[0-9]+\\]");
    if (parts.length < 2 || parts.length == 3 && !counted || parts.length > 3) {
      throw new FormatException(number, "not a chain of the save format: " + shortened(line));
    }
    if (chains.containsKey(parts[0])) {
      throw new FormatException(number, "chain " + parts[0] + " stands twice");
    }
    chains.put(parts[0], new Chain(parts[0], parts[1], counted ? parts[2] : "", List.of()));
    rows.put(parts[0], new ArrayList<>());
  }

  private static void rule(Family family, int number, String line, Map<String, List<Row>> rows)
      throws FormatException {
    String counters = "";
    String rest = line;
    if (line.startsWith("[")) {
      int end = line.indexOf("] ");
      if (end < 0 || !line.substring(0, end + 1).matches("\\[[0-9]+:[0-9]+\\]")) {
        throw new FormatException(number, "not a rule of the save format: " + shortened(line));
      }
      counters = line.substring(0, end + 1);
      rest = line.substring(end + 2);
    }
    if (!rest.startsWith("-A ")) {
      throw new FormatException(number, "not a rule of the save format: " + shortened(line));
    }
    int space = rest.indexOf(' ', 3);
    String name = space < 0 ? rest.substring(3) : rest.substring(3, space);
    String text = space < 0 ? "" : rest.substring(space + 1);
    List<Row> chain = rows.get(name);
    if (chain == null) {
      throw new FormatException(number, "chain " + shortened(name) + " is not declared");
    }
    List<String> words = split(number, text);
    requireFamily(family, number, words);
    chain.add(new Row(RuleSyntax.parse(family, words), text, counters));
  }

  /** A ruleset of the other family is of the same format, and would be planned on unnoticed. */
  private static void requireFamily(Family family, int number, List<String> words)
      throws FormatException {
    for (int i = 0; i + 1 < words.size(); i++) {
      if (words.get(i).equals("-s") || words.get(i).equals("-d")) {
        String address = words.get(i + 1);
        boolean v6 = address.indexOf(':') >= 0; // also where it is IPv4-mapped
        if (Cidr.parse(address).isPresent() && v6 != (family == Family.IPV6)) {
          throw new FormatException(
              number,
              "address "
                  + address
                  + " in a ruleset of "
                  + family.title()
                  + ": is the file that of the other family?");
        }
      }
    }
  }

  /**
   * Splits words as iptables-restore does: double quotes, a backslash inside them, blanks.
   *
   * @param number the line, for the message
   * @throws FormatException when a quote is not closed
   */
  public static List<String> split(int number, String text) throws FormatException {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
      } else if (c == '"') {
        quoted = !quoted;
        inWord = true;
      } else if (!quoted && (c == ' ' || c == '\t')) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quoted) {
      throw new FormatException(number, "a quote is not closed: " + shortened(text));
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }

  /**
   * The table in the words of iptables-save.
   *
   * @param counters whether to print counters where the table has them
   */
  public static String print(Table table, boolean counters) {
    StringBuilder out = new StringBuilder("*nat\n");
    for (Chain chain : table.chains().values()) {
      out.append(':').append(chain.name()).append(' ').append(chain.policy());
      if (counters) {
        out.append(' ').append(chain.counters().isEmpty() ? "[0:0]" : chain.counters());
      }
      out.append('\n');
    }
    for (Chain chain : table.chains().values()) {
      for (Row row : chain.rows()) {
        if (counters && !row.counters().isEmpty()) {
          out.append(row.counters()).append(' ');
        }
        out.append("-A ").append(chain.name());
        if (!row.text().isEmpty()) {
          out.append(' ').append(row.text());
        }
        out.append('\n');
      }
    }
    return out.append("COMMIT\n").toString();
  }

  /** Lines, joined while a quote is open: a comment with a newline goes on over the next line. */
  private static final class Lines {
    private final String text;
    private int at;
    private int number;

    Lines(String text) {
      this.text = text;
    }

    boolean hasNext() {
      return at < text.length();
    }

    String next() {
      int start = at;
      boolean rule = text.charAt(at) == '-' || text.charAt(at) == '[';
      boolean quoted = false;
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c == '\\' && quoted && at < text.length()) {
          at++;
        } else if (c == '"' && rule) {
          quoted = !quoted;
        } else if (c == '\n') {
          number++;
          if (!quoted) {
            return text.substring(start, at - 1);
          }
        }
      }
      number++;
      return text.substring(start);
    }
  }
}
