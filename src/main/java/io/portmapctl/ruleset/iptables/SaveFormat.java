package io.portmapctl.ruleset.iptables;

import io.portmapctl.fault.RulesetFault;
import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Ruleset;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The format of iptables-save and iptables-restore (iptables-save(8)), of the nft and the legacy
 * variant, with and without counters. Texts are octet strings, one {@code char} a byte.
 */
public final class SaveFormat {
  private SaveFormat() {}

  /** A text that is not of the format; the fault names the line. */
  public static final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient RulesetFault fault;

    FormatException(RulesetFault fault) {
      super(fault.code());
      this.fault = fault;
    }

    /** What is wrong, and where. */
    public RulesetFault fault() {
      return fault;
    }
  }

  /**
   * Every table of iptables in a save file; others and comments are passed over.
   *
   * @throws FormatException for a line that is not of the format, a table without COMMIT, a rule or
   *     a program of the other family, or the comment by which iptables-nft-save says that it could
   *     not read a table
   */
  public static Ruleset parse(Family family, String text) throws FormatException {
    return parse(family, text, EnumSet.allOf(TableName.class));
  }

  /**
   * Some tables in a save file; the lines of the others are only looked over.
   *
   * @throws FormatException as {@link #parse(Family, String)} does
   */
  public static Ruleset parse(Family family, String text, Set<TableName> wanted)
      throws FormatException {
    return new SaveReader(family, wanted, text, false).all();
  }

  /**
   * One table in a save file; empty when the file has none.
   *
   * @throws FormatException as {@link #parse(Family, String)} does
   */
  public static Optional<Table> table(Family family, TableName name, String text)
      throws FormatException {
    return parse(family, text, EnumSet.of(name)).table(name);
  }

  /**
   * The nat table of a file that somebody gives, as {@link SavedText} makes it: a save, or what
   * {@code iptables -t nat -S} prints; empty when the file has none.
   *
   * @throws FormatException as {@link #parse(Family, String)} does, or where it is something else
   *     that is known
   */
  public static Optional<Table> natOfFile(Family family, String text) throws FormatException {
    return new SaveReader(family, EnumSet.of(TableName.NAT), text, true).all().table(TableName.NAT);
  }

  /** The line on which a rule stands in a save file; the first where it stands several times. */
  public static OptionalInt line(String text, TableName table, String chain, Octets rule) {
    SaveReader.Lines lines = new SaveReader.Lines(text);
    String sought = ("-A " + chain + " " + rule.latin1()).stripTrailing();
    boolean here = false;
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.startsWith("*")) {
        here = line.substring(1).strip().equals(table.id());
      } else if (here && (line.equals(sought) || line.endsWith("] " + sought))) {
        return OptionalInt.of(lines.number());
      }
    }
    return OptionalInt.empty();
  }

  /**
   * Splits words as iptables-restore does: double quotes, a backslash inside them, blanks.
   *
   * @param number the line, for the fault
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
      throw new FormatException(
          new RulesetFault.BadLine(number, RulesetFault.Wrong.QUOTE, shortened(text)));
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }

  static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }

  /**
   * The table in the words of iptables-save.
   *
   * @param counters whether to print counters where the table has them
   */
  public static String print(Table table, boolean counters) {
    StringBuilder out = new StringBuilder("*").append(table.name().id()).append('\n');
    for (Chain chain : table.chains().values()) {
      out.append(':').append(chain.name()).append(' ').append(chain.policy());
      if (counters) {
        out.append(' ').append(chain.counters().isEmpty() ? "[0:0]" : chain.counters());
      }
      out.append('\n');
    }
    for (Chain chain : table.chains().values()) {
      for (RuleEntry row : chain.rows()) {
        if (counters && !row.counters().isEmpty()) {
          out.append(row.counters()).append(' ');
        }
        out.append("-A ").append(chain.name());
        if (!row.text().isEmpty()) {
          out.append(' ').append(row.text().latin1());
        }
        out.append('\n');
      }
    }
    return out.append("COMMIT\n").toString();
  }
}
