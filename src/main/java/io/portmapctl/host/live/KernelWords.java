package io.portmapctl.host.live;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.text.ShellWord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Learns how iptables prints a rule: it is put into a network namespace that is gone when it is
 * read back. Nothing is changed where anybody lives.
 */
public final class KernelWords {
  private final Exec exec;
  private final Host host;
  private final Map<String, Optional<Rule>> learned = new HashMap<>();

  /**
   * On this host.
   *
   * @param exec starts the programs
   * @param host where they are
   */
  public KernelWords(Exec exec, Host host) {
    this.exec = exec;
    this.host = host;
  }

  /**
   * A rule as iptables prints it; empty where that cannot be learned here.
   *
   * @param program whose variant counts, as {@code iptables-legacy}
   */
  public Optional<Rule> of(Family family, String program, Rule rule) {
    String key = program + " " + rule.text().latin1();
    Optional<Rule> known = learned.get(key);
    if (known == null) {
      known = ask(family, program, rule);
      learned.put(key, known);
    }
    return known;
  }

  private Optional<Rule> ask(Family family, String program, Rule rule) {
    Optional<Path> unshare = host.find("unshare");
    Optional<Path> restore = host.find(program + "-restore");
    Optional<Path> save = host.find(program + "-save");
    if (unshare.isEmpty() || restore.isEmpty() || save.isEmpty()) {
      return Optional.empty();
    }
    String script =
        "XTABLES_LOCKFILE=$(mktemp) || exit; export XTABLES_LOCKFILE\n"
            + "trap 'rm -f \"$XTABLES_LOCKFILE\"' EXIT\n"
            + ShellWord.quoted(restore.get().toString())
            + " --noflush && "
            + ShellWord.quoted(save.get().toString())
            + " -t nat";
    String input = "*nat\n:X -\n-A X " + rule.text().latin1() + "\nCOMMIT\n";
    try {
      Exec.Result result =
          Rehearsal.unshared(exec, unshare.get(), List.of("sh", "-c", script), input);
      return result.exit() == 0
          ? SaveFormat.table(family, TableName.NAT, result.output()).flatMap(KernelWords::only)
          : Optional.empty();
    } catch (IOException | SaveFormat.FormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Rule> only(Table table) {
    return table
        .chain("X")
        .map(Chain::rows)
        .filter(rows -> rows.size() == 1)
        .map(rows -> rows.get(0).rule());
  }
}
