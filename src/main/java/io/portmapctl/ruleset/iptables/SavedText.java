package io.portmapctl.ruleset.iptables;

import io.portmapctl.fault.RulesetFault;
import io.portmapctl.fault.RulesetFault.Form;
import io.portmapctl.net.Family;
import io.portmapctl.ruleset.iptables.SaveFormat.FormatException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A saved ruleset as people have it, after an editor, another system or a web page, made what
 * iptables-save printed: octets, line for line. What stands in quotes stays.
 */
public final class SavedText {
  private static final String NO_BREAK_SPACE = "\u00c2\u00a0";
  private static final byte[] NO_BREAK = {(byte) 0xc2, (byte) 0xa0};

  private SavedText() {}

  /**
   * The text of the saves of one family: without a byte order mark, with line feeds alone, blanks
   * for no-break spaces, none before a line, and empty lines where the other family's saves stand.
   *
   * @throws FormatException where it is compressed
   */
  public static String of(Family family, byte[] file) throws FormatException {
    if (begins(file, 0x1f, 0x8b)) {
      throw new FormatException(new RulesetFault.OtherForm(1, Form.COMPRESSED, family));
    }
    return isAsPrinted(file)
        ? new String(file, StandardCharsets.ISO_8859_1)
        : counted(ofFamily(family, plain(decoded(file))));
  }

  /**
   * Whether it certainly is one save as iptables-save prints it, or at least nothing that is made
   * anything else here: one look at each byte, for there may be many. No line of it is a chain's of
   * {@code iptables -S}, and none but the first is a comment that says who wrote it.
   */
  private static boolean isAsPrinted(byte[] file) {
    int writers = 0;
    byte before = '\n';
    for (int i = 0; i < file.length; i++) {
      byte c = file[i];
      if (c == '\r' || c == NO_BREAK[1] && before == NO_BREAK[0]) {
        return false;
      }
      if (before == '\n') {
        boolean specification = c == '-' && i + 1 < file.length && file[i + 1] != 'A';
        writers += c == '#' && i + 2 < file.length && file[i + 2] == 'G' ? 1 : 0;
        if (c == ' ' || c == '\t' || specification || writers > 1) {
          return false;
        }
      }
      before = c;
    }
    return file.length > 0 && file[0] > 0; // no mark of an encoding
  }

  /** Whether it says that there are legacy tables which it does not show. */
  public static boolean hidesLegacy(String text) {
    int said = text.indexOf("tables-legacy tables present");
    return said >= 0
        && (text.contains("# Warning: iptables-legacy tables present")
            || text.contains("# Warning: ip6tables-legacy tables present"));
  }

  private static boolean begins(byte[] file, int... with) {
    for (int i = 0; i < with.length; i++) {
      if (file.length <= i || file[i] != (byte) with[i]) {
        return false;
      }
    }
    return true;
  }

  private static String decoded(byte[] file) {
    if (begins(file, 0xef, 0xbb, 0xbf)) {
      return new String(Arrays.copyOfRange(file, 3, file.length), StandardCharsets.ISO_8859_1);
    }
    if (begins(file, 0xff, 0xfe)) {
      return octets(file, StandardCharsets.UTF_16LE);
    }
    return begins(file, 0xfe, 0xff)
        ? octets(file, StandardCharsets.UTF_16BE)
        : new String(file, StandardCharsets.ISO_8859_1);
  }

  /** As UTF-8; the mark is the first two bytes. */
  private static String octets(byte[] file, Charset charset) {
    String text = new String(file, 2, file.length - 2, charset);
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String plain(String text) {
    boolean asItIs =
        text.indexOf('\r') < 0
            && !text.contains(NO_BREAK_SPACE)
            && !text.startsWith(" ")
            && !text.contains("\n ")
            && !text.contains("\n\t");
    if (asItIs) {
      return text;
    }
    int first = text.indexOf('\n');
    boolean dos = first > 0 && text.charAt(first - 1) == '\r';
    StringBuilder out = new StringBuilder(text.length());
    boolean begins = true;
    boolean rule = false;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r' && (dos || !quoted) && (i + 1 == text.length() || text.charAt(i + 1) == '\n')) {
        continue;
      }
      if (!quoted) {
        if (text.startsWith(NO_BREAK_SPACE, i)) {
          c = ' ';
          i++;
        }
        if (begins && (c == ' ' || c == '\t')) {
          continue;
        }
        rule = begins ? c == '-' || c == '[' : rule;
        begins = c == '\n';
      }
      out.append(c);
      if (c == '"' && rule) {
        quoted = !quoted;
      } else if (c == '\\' && quoted && i + 1 < text.length()) {
        out.append(text.charAt(++i));
      }
    }
    return out.toString();
  }

  /** Where saves of both families stand one after the other, the other's lines are empty. */
  private static String ofFamily(Family family, String text) {
    Family other = family == Family.IPV4 ? Family.IPV6 : Family.IPV4;
    String own = "# Generated by " + family.program() + "-";
    String foreign = "# Generated by " + other.program() + "-";
    if (!text.contains(own) || !text.contains(foreign)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    boolean passed = false;
    for (String line : text.split("\n", -1)) {
      passed = line.startsWith(foreign) || passed && !line.startsWith(own);
      out.append(passed ? "" : line).append('\n');
    }
    return out.toString();
  }

  /** What {@code iptables -S -v} prints, with the rules' counters where iptables-save has them. */
  private static String counted(String text) {
    boolean lists = text.startsWith("-P ") || text.startsWith("-N ");
    lists |= text.contains("\n-P ") && !text.contains("\n*") && !text.startsWith("*");
    if (!lists || !text.contains(" -c ")) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    SaveReader.Lines lines = new SaveReader.Lines(text);
    while (lines.hasNext()) {
      String line = lines.next();
      out.append(line.startsWith("-A ") ? countersFirst(line) : line).append('\n');
    }
    return out.toString();
  }

  /**
   * A rule as iptables-save prints it, of one with {@code -c PACKETS BYTES} after its matches;
   * unchanged where it has none.
   */
  private static String countersFirst(String rule) {
    boolean quoted = false;
    for (int i = 0; i < rule.length(); i++) {
      char c = rule.charAt(i);
      if (c == '\\' && quoted) {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && rule.startsWith(" -c ", i)) {
        int packets = i + " -c ".length();
        int between = rule.indexOf(' ', packets);
        int end = between < 0 ? -1 : rule.indexOf(' ', between + 1);
        end = end < 0 ? rule.length() : end;
        boolean counters =
            between > 0
                && SaveReader.isNumber(rule, packets, between)
                && SaveReader.isNumber(rule, between + 1, end)
                && (end == rule.length()
                    || rule.startsWith(" -j ", end)
                    || rule.startsWith(" -g ", end));
        if (counters) {
          String values = rule.substring(packets, between) + ":" + rule.substring(between + 1, end);
          return "[" + values + "] " + rule.substring(0, i) + rule.substring(end);
        }
      }
    }
    return rule;
  }
}
