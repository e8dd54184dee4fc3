package io.portmapctl.ruleset.iptables;

import io.portmapctl.fault.RulesetFault;
import io.portmapctl.fault.RulesetFault.Wrong;
import io.portmapctl.ruleset.iptables.SaveFormat.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file for iptables-restore, of whatever tables, as its lines: all of them together are its
 * octets. What a rule means is not looked at, and hand-written lines ({@code -I}, {@code -N}) are
 * taken as iptables-restore takes them.
 */
public final class RestoreFile {

  /** What a line is. */
  public enum Kind {
    /** It begins a table. */
    TABLE,
    /** It declares a chain. */
    CHAIN,
    /** It is about a chain: most often a rule of it. */
    RULE,
    /** A comment, an end, nothing. */
    OTHER
  }

  /**
   * A line, or several where a quote goes over their ends.
   *
   * @param kind what it is
   * @param octets all of it, its end too
   * @param table the table that it stands in; empty outside
   * @param chain the chain that it is about; empty for none
   * @param words what stands behind the chain in a rule, as iptables-restore splits it
   */
  public record Line(Kind kind, String octets, String table, String chain, List<String> words) {

    /** The chain or target that a rule leads to; empty for none. */
    public Optional<String> target() {
      for (int i = 0; i < words.size(); i++) {
        String word = words.get(i);
        if (word.equals("-j")
            || word.equals("-g")
            || word.equals("--jump")
            || word.equals("--goto")) {
          return i + 1 < words.size() ? Optional.of(words.get(i + 1)) : Optional.empty();
        }
        if (word.startsWith("--jump=") || word.startsWith("--goto=")) {
          return Optional.of(word.substring(word.indexOf('=') + 1));
        }
        if (RuleSyntax.hasFreeText(word)) {
          i++; // its value may look like an option
        }
      }
      return Optional.empty();
    }
  }

  private final SaveReader.Lines lines;
  private final List<Line> read = new ArrayList<>();
  private String table = "";
  private int begun;

  private RestoreFile(String text) {
    this.lines = new SaveReader.Lines(text);
  }

  /**
   * The lines of a file.
   *
   * @param text its octets
   * @throws FormatException for a line that is not of the format, a table without COMMIT, or where
   *     there is no table at all
   */
  public static List<Line> of(String text) throws FormatException {
    RestoreFile all = new RestoreFile(text);
    int at = 0;
    while (all.lines.hasNext()) {
      String line = all.lines.next();
      int end = Math.min(text.length(), at + line.length() + 1);
      all.line(text.substring(at, end), line);
      at = end;
    }
    all.end();
    return List.copyOf(all.read);
  }

  private void end() throws FormatException {
    if (!table.isEmpty()) {
      throw new FormatException(new RulesetFault.NoCommit(lines.number(), table, begun, true));
    }
    if (read.stream().noneMatch(line -> line.kind() == Kind.TABLE)) {
      throw wrong(Wrong.OUTSIDE, "");
    }
  }

  private FormatException wrong(Wrong wrong, String text) {
    return new FormatException(
        new RulesetFault.BadLine(lines.number(), wrong, SaveFormat.shortened(text)));
  }

  /** A byte order mark may come before the first. */
  private void line(String octets, String all) throws FormatException {
    String line = (read.isEmpty() ? all.replaceFirst("^\u00EF\u00BB\u00BF", "") : all).strip();
    if (line.isEmpty() || line.startsWith("#")) {
      add(Kind.OTHER, octets, "", List.of());
    } else if (line.startsWith("*")) {
      if (!table.isEmpty()) {
        throw new FormatException(new RulesetFault.NoCommit(lines.number(), table, begun, false));
      }
      table = line.substring(1).strip();
      begun = lines.number();
      add(Kind.TABLE, octets, "", List.of());
    } else if (table.isEmpty()) {
      throw wrong(Wrong.OUTSIDE, line);
    } else if (line.equals("COMMIT")) {
      add(Kind.OTHER, octets, "", List.of());
      table = "";
    } else if (line.startsWith(":")) {
      add(Kind.CHAIN, octets, line.substring(1).strip().split("[ \t]", 2)[0], List.of());
    } else {
      rule(octets, line);
    }
  }

  private void rule(String octets, String line) throws FormatException {
    List<String> words = SaveFormat.split(lines.number(), line);
    int first = words.get(0).matches("\\[[0-9]+:[0-9]+\\]") ? 1 : 0;
    if (words.size() <= first || !words.get(first).matches("-[A-Z]|--[a-z-]+")) {
      throw wrong(Wrong.UNKNOWN, line);
    }
    String chain = words.size() > first + 1 ? words.get(first + 1) : "";
    List<String> rest = words.subList(Math.min(words.size(), first + 2), words.size());
    add(Kind.RULE, octets, chain, List.copyOf(rest));
  }

  private void add(Kind kind, String octets, String chain, List<String> words) {
    read.add(new Line(kind, octets, table, chain, words));
  }
}
