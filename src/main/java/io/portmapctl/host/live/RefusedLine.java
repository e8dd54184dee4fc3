package io.portmapctl.host.live;

import io.portmapctl.host.HostException;
import io.portmapctl.plan.Change;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** iptables-restore refused a line of its input that removes a rule by its text. */
final class RefusedLine extends Exception {
  private static final long serialVersionUID = 1L;

  /** {@code iptables-restore: line 2 failed}, {@code Error occurred at line: 2}. */
  private static final Pattern LINE = Pattern.compile("\\bline:? ([0-9]{1,9})");

  /** {@code CHAIN_ADD failed}: what nft's iptables says of anything but a removal of a rule. */
  private static final Pattern OTHER =
      Pattern.compile("\\b(?!RULE_DELETE\\b)[A-Z]+_[A-Z_]+ failed");

  private final transient HostException refused;
  private final transient Change.DeleteRule change;

  RefusedLine(HostException refused, Change.DeleteRule change) {
    super(refused);
    this.refused = refused;
    this.change = change;
  }

  /** What is told to the user where nothing helps. */
  HostException refused() {
    return refused;
  }

  /** The removal. */
  Change.DeleteRule change() {
    return change;
  }

  /**
   * The removal that a program has refused; empty where it has refused something else.
   *
   * @param error what the program said
   * @param commands the lines that it read after its first, by change
   */
  static Optional<Change.DeleteRule> deleting(
      String error, List<List<String>> commands, List<Change> changes) {
    Matcher matcher = LINE.matcher(error);
    if (!matcher.find() || OTHER.matcher(error).find()) {
      return Optional.empty();
    }
    int line = 1;
    int refused = Integer.parseInt(matcher.group(1));
    for (int i = 0; i < commands.size(); i++) {
      line += commands.get(i).size();
      if (refused <= line) {
        return changes.get(i) instanceof Change.DeleteRule delete
            ? Optional.of(delete)
            : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
