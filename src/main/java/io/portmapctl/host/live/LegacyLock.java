package io.portmapctl.host.live;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.plan.Change;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A transaction of iptables-legacy that removes rules by their number: the lock that all writers of
 * legacy tables take is held while the chains are compared with what is known of them and while the
 * change is made. The programs that do it take another lock meanwhile.
 */
final class LegacyLock {
  private static final int BUSY = 97;
  private static final int CHANGED = 98;

  /** Its words: flock, the seconds to wait, and a script with its words. */
  private static final String LOCKED =
      """
      wait=$1; script=$2; shift 2
      exec "$0" -w "$wait" -E 97 "${XTABLES_LOCKFILE:-/run/xtables.lock}" /bin/sh -c "$script" sh "$@"
      """;

  /** Its words: iptables, iptables-restore, the lock, and chains, each with its digest. */
  private static final String SCRIPT =
      """
      iptables=$1; restore=$2; shift 2
      lock=$(mktemp) || exit 96
      trap 'rm -f "$lock"' EXIT
      XTABLES_LOCKFILE=$lock; export XTABLES_LOCKFILE
      while [ $# -gt 0 ]; do
        there=$("$iptables" -w -t nat -S "$1" </dev/null | sha256sum)
        [ "${there%% *}" = "$2" ] || exit 98
        shift 2
      done
      "$restore" --noflush -w
      """;

  private final Exec exec;
  private final Host host;
  private final int waitSeconds;

  /**
   * On this host.
   *
   * @param waitSeconds how long to wait for the lock
   */
  LegacyLock(Exec exec, Host host, int waitSeconds) {
    this.exec = exec;
    this.host = host;
    this.waitSeconds = waitSeconds;
  }

  /**
   * Makes a transaction, where the chains of which it removes rules by number are as they are known
   * to be.
   *
   * @param save the program that reads the tables
   * @param known the table as it is known
   * @param numbered the removals by number
   * @param input what iptables-restore reads
   * @throws HostException where the lock cannot be had, or the chains are not as known
   */
  Exec.Result restore(Path save, Table known, List<Change.DeleteRule> numbered, String input)
      throws HostException {
    String flock =
        host.find("flock")
            .orElseThrow(
                () ->
                    new HostException(
                        HostException.Kind.MISSING, new HostFault.NotInstalled("flock")))
            .toString();
    String iptables = IptablesBackend.sibling(save, "");
    String restore = IptablesBackend.sibling(save, "-restore");
    List<String> command =
        new ArrayList<>(
            List.of(
                "/bin/sh",
                "-c",
                LOCKED,
                flock,
                Integer.toString(waitSeconds),
                SCRIPT,
                iptables,
                restore));
    Set<String> chains = new LinkedHashSet<>();
    numbered.forEach(c -> chains.add(c.chain()));
    for (String chain : chains) {
      command.add(chain);
      command.add(digest(known, chain));
    }
    Exec.Result result;
    try {
      result = exec.run(command, input);
    } catch (IOException e) {
      throw HostException.notRun(restore, e);
    }
    if (result.exit() == BUSY) {
      throw new HostException(HostException.Kind.BUSY, HostFault.Plain.LOCKED);
    }
    if (result.exit() == CHANGED) {
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.NotApplied(HostFault.Refusal.NO_RULE, chains.iterator().next()));
    }
    return result;
  }

  /** Of what {@code iptables -S} prints of a chain. */
  private static String digest(Table known, String name) {
    StringBuilder out = new StringBuilder();
    Chain chain = known.chain(name).orElseThrow();
    out.append(chain.builtIn() ? "-P " + name + " " + chain.policy() : "-N " + name).append('\n');
    for (RuleEntry row : chain.rows()) {
      String text = row.text().latin1();
      out.append("-A ").append(name).append(text.isEmpty() ? "" : " ").append(text).append('\n');
    }
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(out.toString().getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has it", e);
    }
  }
}
