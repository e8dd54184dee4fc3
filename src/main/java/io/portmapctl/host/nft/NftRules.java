package io.portmapctl.host.nft;

import io.portmapctl.host.AheadHost;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.ruleset.nft.NftChain;
import io.portmapctl.ruleset.nft.NftFormatException;
import io.portmapctl.ruleset.nft.NftReader;
import io.portmapctl.ruleset.nft.NftRuleset;
import io.portmapctl.ruleset.nft.NftTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tables of nf_tables: which there are, and what nft wrote itself, whole. */
public final class NftRules {
  /** That takes a moment. */
  private static final int MOST_READ_TWICE = 2000;

  private static final Set<String> HOOKS = Set.of("prerouting", "output");

  /** The chains of iptables in its own tables. */
  private static final Set<String> OWN_CHAINS =
      Set.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");

  private final Host host;
  private final Path nft;
  private final List<NftTable> names;

  /** The tables that were read, by their names, as they are. */
  private final Map<String, NftTable> whole = new HashMap<>();

  private NftRules(Host host, Path nft, List<NftTable> names) {
    this.host = host;
    this.nft = nft;
    this.names = names;
  }

  /** Begins what {@link #open} asks. */
  public static void ahead(AheadHost host) {
    host.find("nft").ifPresent(nft -> host.ahead(chains(nft)));
  }

  /**
   * Asks nft which tables there are.
   *
   * @return empty where there is no nft
   * @throws IOException where it could not be asked, or its answer not be read
   */
  public static Optional<NftRules> open(Host host) throws IOException {
    Optional<Path> nft = host.find("nft");
    return nft.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new NftRules(host, nft.get(), read(answer(host, chains(nft.get()))).tables()));
  }

  /**
   * Whether there is a table.
   *
   * @param name its name in nft's words, octets: {@code ip nat}
   */
  public boolean holds(String name) {
    return names.stream().anyMatch(t -> named(t).equals(name));
  }

  private static String named(NftTable table) {
    return table.family() + " " + table.name().latin1();
  }

  /**
   * Every table that iptables does not print as it is: what it does not print at all, and of what
   * it prints those in which nft wrote something that iptables leaves out or misprints.
   *
   * @param printed how many rules iptables prints of a table, by its name in nft's words: {@code ip
   *     nat}. Of thousands of containers' rules nothing is read twice
   * @throws IOException where nft could not be asked, or its answer not be read
   */
  public NftRuleset written(Map<String, Integer> printed) throws IOException {
    List<NftTable> tables = new ArrayList<>();
    for (NftTable name : names) {
      int rules = printed.getOrDefault(named(name), -1);
      if (rules <= MOST_READ_TWICE) {
        of(name)
            .map(t -> rules < 0 && !isIdle(t) ? t.written() : t)
            .filter(t -> !t.iptables())
            .ifPresent(tables::add);
      }
    }
    return new NftRuleset(tables);
  }

  /** Whether nothing of a table does anything: iptables makes such ones, and prints none. */
  private static boolean isIdle(NftTable table) {
    return table.chains().stream()
        .allMatch(c -> c.rules().isEmpty() && !c.base().map(NftChain.Base::drops).orElse(false));
  }

  /**
   * The tables alone in which nft itself translates destinations.
   *
   * @throws IOException where nft could not be asked, or its answer not be read
   */
  public NftRuleset translating() throws IOException {
    List<NftTable> tables = new ArrayList<>();
    for (NftTable name : names) {
      if (translates(name)) {
        of(name).map(NftTable::written).ifPresent(tables::add);
      }
    }
    return new NftRuleset(tables);
  }

  /** The command that prints all chains without their rules. */
  public static List<String> chains(Path nft) {
    return List.of(nft.toString(), "-j", "list", "chains");
  }

  /**
   * The commands that print the tables in which nft itself translates destinations.
   *
   * @param chains what the command for chains printed
   * @throws IOException where that cannot be read
   */
  public static List<List<String>> tables(Path nft, String chains) throws IOException {
    return read(chains).tables().stream()
        .filter(NftRules::translates)
        .map(t -> table(nft, t))
        .toList();
  }

  private static List<String> table(Path nft, NftTable name) {
    return List.of(nft.toString(), "-j", "list", "table", name.family(), name.name().latin1());
  }

  private static boolean translates(NftTable table) {
    boolean iptables = table.name().latin1().equals("nat") && !table.family().equals("inet");
    for (NftChain chain : table.chains()) {
      boolean own = iptables && OWN_CHAINS.contains(chain.name().latin1());
      boolean nat =
          chain.base().map(b -> b.type().equals("nat") && HOOKS.contains(b.hook())).orElse(false);
      if (nat && !own) {
        return true;
      }
    }
    return false;
  }

  /** A table with its rules; a snapshot may hold the whole ruleset alone. */
  private Optional<NftTable> of(NftTable name) throws IOException {
    String key = named(name);
    if (!whole.containsKey(key)) {
      String printed;
      try {
        printed = answer(host, table(nft, name));
      } catch (IOException e) {
        printed = answer(host, List.of(nft.toString(), "-j", "list", "ruleset"));
      }
      read(printed).tables().stream()
          .filter(t -> t.family().equals(name.family()) && t.name().equals(name.name()))
          .forEach(t -> whole.putIfAbsent(key, t));
    }
    return Optional.ofNullable(whole.get(key));
  }

  private static NftRuleset read(String printed) throws IOException {
    try {
      return NftReader.read(printed);
    } catch (NftFormatException e) {
      throw new IOException(e);
    }
  }

  private static String answer(Host host, List<String> command) throws IOException {
    Exec.Result result = host.ask(command);
    if (result.exit() != 0) {
      throw new IOException(result.error().strip());
    }
    return result.output();
  }
}
