package io.portmapctl.host.live;

import io.portmapctl.plan.Change;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  private final Map<String, List<String>> rows = new HashMap<>();

  private RestoreScript(Table before) {
    for (Chain chain : before.chains().values()) {
      List<String> texts = new ArrayList<>();
      chain.rows().forEach(row -> texts.add(row.text().latin1()));
      rows.put(chain.name(), texts);
    }
  }

  /**
   * The input of {@code iptables-restore --noflush}, as octets.
   *
   * @param before the table on which the changes are made
   */
  public static String of(Table before, List<Change> changes) {
    StringBuilder out = new StringBuilder("*").append(before.name().id()).append('\n');
    commands(before, changes).forEach(line -> out.append(line).append('\n'));
    return out.append("COMMIT\n").toString();
  }

  /**
   * Whether iptables-restore reads a command as it is: it reads line by line, no more than 10,239
   * bytes of each (xtables' buffer), and knows no escape for a line break.
   */
  public static boolean fits(String command) {
    return command.indexOf('\n') < 0 && command.length() <= LONGEST;
  }

  /** Each change as one command, without program and table. */
  public static List<String> commands(Table before, List<Change> changes) {
    RestoreScript script = new RestoreScript(before);
    return changes.stream().map(script::command).toList();
  }

  private String command(Change change) {
    String chain = change.chain();
    List<String> texts = rows.computeIfAbsent(chain, c -> new ArrayList<>());
    if (change instanceof Change.CreateChain) {
      return "-N " + chain;
    }
    if (change instanceof Change.DeleteChain) {
      rows.remove(chain);
      return "-X " + chain;
    }
    if (change instanceof Change.AppendRule append) {
      texts.add(append.row().text().latin1());
      return ("-A " + chain + " " + append.row().text().latin1()).stripTrailing();
    }
    if (change instanceof Change.InsertRule insert) {
      texts.add(insert.position() - 1, insert.row().text().latin1());
      return ("-I " + chain + " " + insert.position() + " " + insert.row().text().latin1())
          .stripTrailing();
    }
    Change.DeleteRule delete = (Change.DeleteRule) change;
    String text = delete.row().text().latin1();
    boolean first = texts.indexOf(text) == delete.position() - 1;
    texts.remove(delete.position() - 1);
    return "-D " + chain + " " + (first && deletedByText(delete.row()) ? text : delete.position());
  }

  /**
   * A comment with a line break cannot be read back, a rule without words has no text, and what an
   * old iptables could not show has another.
   */
  private static boolean deletedByText(RuleEntry row) {
    return !row.rule().isUnshown()
        && row.text().latin1().indexOf('\n') < 0
        && !row.text().isEmpty();
  }
}
