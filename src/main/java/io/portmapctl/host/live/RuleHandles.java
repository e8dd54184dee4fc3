package io.portmapctl.host.live;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Removes rules of iptables-nft by what the kernel calls them: a handle is never given twice, so
 * whatever others do in between, that rule goes and no other. Chains are left alone: {@code nft}
 * would remove them with whatever is in them.
 */
final class RuleHandles {
  private static final int ATTEMPTS = 5;

  /** As {@code nft -j} prints a rule; what others wrote cannot hold a quote there. */
  private static final Pattern RULE =
      Pattern.compile("\\{\"rule\": \\{[^{}\\[\\]]*\"handle\": ([0-9]+)");

  private final Exec exec;
  private final Host host;

  /** On this host. */
  RuleHandles(Exec exec, Host host) {
    this.exec = exec;
    this.host = host;
  }

  /** Reads the table once more. */
  interface Reader {

    /** As it is now. */
    Table table() throws HostException;
  }

  /**
   * That it can be done.
   *
   * @throws HostException where {@code nft} is missing
   */
  Path require() throws HostException {
    return host.find("nft")
        .orElseThrow(
            () -> new HostException(HostException.Kind.MISSING, new HostFault.NotInstalled("nft")));
  }

  /**
   * Removes rules in one transaction.
   *
   * @param part changes that only remove rules
   * @throws HostException where one of them is not there any more; then none was removed
   */
  void delete(Plan.Part part, Reader reader) throws HostException {
    Family family = part.before().family();
    Set<String> chains = new HashSet<>();
    part.changes().forEach(c -> chains.add(c.chain()));
    Map<String, List<String>> handles = handles(family, chains);
    for (int i = 0; i < ATTEMPTS; i++) {
      Table table = reader.table();
      Map<String, List<String>> again = handles(family, chains);
      if (again.equals(handles)) { // nobody has changed these chains while the table was read
        String deletes =
            named(part, table, handles).stream()
                .map(
                    rule ->
                        "{\"delete\": {\"rule\": {\"family\": \""
                            + nft(family)
                            + "\", \"table\": \"nat\", \"chain\": "
                            + quoted(rule.chain)
                            + ", \"handle\": "
                            + rule.handle
                            + "}}}")
                .collect(Collectors.joining(", "));
        run("{\"nftables\": [" + deletes + "]}");
        return;
      }
      handles = again;
    }
    throw new HostException(HostException.Kind.FAILED, new HostFault.Overtaken(ATTEMPTS, false));
  }

  private record Named(String chain, String handle) {}

  /** Each rule by its text, where it stands or wherever it has gone to. */
  private static List<Named> named(Plan.Part part, Table table, Map<String, List<String>> handles)
      throws HostException {
    List<Named> named = new ArrayList<>();
    Map<String, List<Integer>> left = new LinkedHashMap<>();
    for (Change change : part.changes()) {
      Change.DeleteRule delete = (Change.DeleteRule) change;
      List<RuleEntry> rows = table.rows(delete.chain());
      List<String> those = handles.getOrDefault(delete.chain(), List.of());
      List<Integer> places =
          left.computeIfAbsent(
              delete.chain(),
              c -> {
                List<Integer> all = new ArrayList<>();
                for (int i = 0; i < rows.size(); i++) {
                  all.add(i);
                }
                return all;
              });
      int at = -1;
      if (those.size() == rows.size()) {
        for (int i = 0; i < places.size(); i++) {
          boolean same = rows.get(places.get(i)).text().equals(delete.row().text());
          if (same && (at < 0 || i == delete.position() - 1)) {
            at = i;
          }
        }
      }
      if (at < 0) {
        throw new HostException(
            HostException.Kind.FAILED,
            new HostFault.NotApplied(HostFault.Refusal.NO_RULE, delete.chain()));
      }
      named.add(new Named(delete.chain(), those.get(places.remove(at))));
    }
    return named;
  }

  /** The handles of each chain's rules, in order. */
  private Map<String, List<String>> handles(Family family, Set<String> chains)
      throws HostException {
    Map<String, List<String>> handles = new LinkedHashMap<>();
    for (String chain : chains) {
      String answer =
          run(
              "{\"nftables\": [{\"list\": {\"chain\": {\"family\": \""
                  + nft(family)
                  + "\", \"table\": \"nat\", \"name\": "
                  + quoted(chain)
                  + "}}}]}");
      List<String> those = new ArrayList<>();
      Matcher matcher = RULE.matcher(answer);
      while (matcher.find()) {
        those.add(matcher.group(1));
      }
      handles.put(chain, those);
    }
    return handles;
  }

  private static String quoted(String name) {
    return "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String nft(Family family) {
    return family == Family.IPV4 ? "ip" : "ip6";
  }

  private String run(String json) throws HostException {
    String nft = require().toString();
    Exec.Result result;
    try {
      result = exec.run(List.of(nft, "-j", "-a", "-f", "-"), json);
    } catch (IOException e) {
      throw HostException.notRun(nft, e);
    }
    if (result.exit() != 0) {
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.Program(
              HostFault.Ending.REFUSED, nft, result.exit(), result.error().strip()));
    }
    return result.output();
  }
}
