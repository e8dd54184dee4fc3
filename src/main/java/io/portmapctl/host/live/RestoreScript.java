package io.portmapctl.host.live;

import io.portmapctl.plan.Change;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One family's changes in the words of iptables, step by step. New chains are made by {@code -N},
 * which fails where somebody else has made the chain meanwhile, and rules are removed by their
 * text, which fails where they are gone: a change by somebody else then fails the transaction and
 * is not overwritten.
 */
public final class RestoreScript {
  /**
   * How long a command may be, in bytes, for iptables-restore to take it as one line (tried: nft
   * and legacy).
   */
  public static final int LONGEST = 10_239;

  private final Table before;

  /** What chains hold that are changed. */
  private final Map<String, List<RuleEntry>> rows = new HashMap<>();

  private RestoreScript(Table before) {
    this.before = before;
  }

  /**
   * The input of {@code iptables-restore --noflush}, as octets.
   *
   * @param before the table on which the changes are made
   */
  public static String of(Table before, List<Change> changes) {
    return input(before, List.of(commands(before, changes)));
  }

  /** The same of commands. */
  static String input(Table table, List<List<String>> commands) {
    StringBuilder out = new StringBuilder("*").append(table.name().id()).append('\n');
    commands.forEach(lines -> lines.forEach(line -> out.append(line).append('\n')));
    return out.append("COMMIT\n").toString();
  }

  /**
   * Whether iptables-restore reads a command as it is: it reads line by line, no more than 10,239
   * bytes of each (xtables' buffer), and knows no escape for a line break.
   */
  public static boolean fits(String command) {
    return command.indexOf('\n') < 0 && command.length() <= LONGEST;
  }

  /** The changes as commands, without program and table. */
  public static List<String> commands(Table before, List<Change> changes) {
    return byChange(before, changes, row -> !isNamedByItsText(row)).stream()
        .flatMap(List::stream)
        .toList();
  }

  /**
   * The commands of each change, without program and table.
   *
   * @param byNumber which rules are removed by their number: somebody must see to it that it is
   *     still theirs
   */
  static List<List<String>> byChange(
      Table before, List<Change> changes, Predicate<RuleEntry> byNumber) {
    RestoreScript script = new RestoreScript(before);
    List<List<String>> commands = new ArrayList<>();
    for (Change change : changes) {
      commands.add(script.commands(change, byNumber));
    }
    return commands;
  }

  private List<String> commands(Change change, Predicate<RuleEntry> byNumber) {
    String chain = change.chain();
    if (change instanceof Change.CreateChain) {
      rows.put(chain, new ArrayList<>());
      return List.of("-N " + chain);
    }
    if (change instanceof Change.DeleteChain) {
      rows.put(chain, new ArrayList<>());
      return List.of("-X " + chain);
    }
    List<RuleEntry> there = rows.computeIfAbsent(chain, c -> new ArrayList<>(before.rows(c)));
    if (change instanceof Change.AppendRule append) {
      there.add(append.row());
      return List.of(("-A " + chain + " " + append.row().text().latin1()).stripTrailing());
    }
    if (change instanceof Change.InsertRule insert) {
      String text = insert.row().text().latin1();
      there.add(insert.position() - 1, insert.row());
      return List.of(inserting(chain, insert.position(), text));
    }
    Change.DeleteRule delete = (Change.DeleteRule) change;
    if (byNumber.test(delete.row())) {
      there.remove(delete.position() - 1);
      return List.of("-D " + chain + " " + delete.position());
    }
    return deleting(chain, there, delete);
  }

  private static String inserting(String chain, int position, String text) {
    return ("-I " + chain + " " + position + " " + text).stripTrailing();
  }

  /**
   * By its text the first of equal rules goes: where a later one shall, all of them until it go,
   * and the others come back to their places.
   */
  private static List<String> deleting(
      String chain, List<RuleEntry> there, Change.DeleteRule delete) {
    String text = delete.row().text().latin1();
    List<String> commands = new ArrayList<>();
    List<String> back = new ArrayList<>();
    for (int i = 0; i < delete.position(); i++) {
      if (there.get(i).isSpelledAs(delete.row())) {
        commands.add(("-D " + chain + " " + text).stripTrailing());
        if (i < delete.position() - 1) {
          back.add(inserting(chain, i + 1, text));
        }
      }
    }
    there.remove(delete.position() - 1);
    commands.addAll(back);
    return commands;
  }

  /**
   * Whether a rule's text names it for iptables-restore: one with a line break fits into no line,
   * and what an old iptables could not show is something else.
   */
  static boolean isNamedByItsText(RuleEntry row) {
    return !row.rule().isUnshown()
        && fits("-D 0123456789012345678901234567 " + row.text().latin1());
  }
}
