package io.portmapctl.host.nft;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.PublishedPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The chains in which nft itself translates addresses, beside iptables: which of them may take a
 * port. What cannot be told of a rule is taken to be so.
 */
public final class NftNat {
  private static final Set<String> OWN_CHAINS =
      Set.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");

  private static final Set<String> HOOKS = Set.of("prerouting", "output");

  /** At this priority iptables translates destinations (NF_IP_PRI_NAT_DST). */
  private static final int DSTNAT = -100;

  /** A base chain. */
  private record Base(String family, String table, String name, int priority) {}

  private final List<Base> bases;
  private final List<NftTable> tables;

  private NftNat(List<Base> bases, List<NftTable> tables) {
    this.bases = bases;
    this.tables = tables;
  }

  /**
   * A port that may be translated.
   *
   * @param table the table, as {@code inet dk}
   * @param chain the chain of the rule
   * @param to where to, as far as the rule says it in one place
   * @param first whether the base chain is asked before iptables, and not perhaps
   */
  public record Translation(String table, String chain, Optional<String> to, boolean first) {}

  /**
   * Asks nft, for the tables alone that have such a chain.
   *
   * @return empty where there is no nft
   * @throws IOException where it could not be asked, or its answer not be read
   */
  public static Optional<NftNat> read(Host host) throws IOException {
    Optional<Path> nft = host.find("nft");
    if (nft.isEmpty()) {
      return Optional.empty();
    }
    List<String> command = chains(nft.get());
    List<Base> bases = bases(answer(host, command));
    List<NftTable> tables = new ArrayList<>();
    for (List<String> table : tables(nft.get(), bases)) {
      tables.add(NftTable.of(answer(host, table)));
    }
    return Optional.of(new NftNat(bases, tables));
  }

  /** The command that prints all chains without their rules. */
  public static List<String> chains(Path nft) {
    return List.of(nft.toString(), "-j", "list", "chains");
  }

  /**
   * The commands that print the tables in which nft itself translates addresses.
   *
   * @param chains what the command for chains printed
   * @throws IOException where that cannot be read
   */
  public static List<List<String>> tables(Path nft, String chains) throws IOException {
    return tables(nft, bases(NftJson.parse(chains)));
  }

  private static List<List<String>> tables(Path nft, List<Base> bases) {
    Set<List<String>> tables = new LinkedHashSet<>();
    for (Base base : bases) {
      tables.add(List.of(nft.toString(), "-j", "list", "table", base.family, base.table));
    }
    return List.copyOf(tables);
  }

  private static NftJson answer(Host host, List<String> command) throws IOException {
    Exec.Result result = host.ask(command);
    if (result.exit() != 0) {
      throw new IOException(result.error().strip());
    }
    return NftJson.parse(result.output());
  }

  private static List<Base> bases(NftJson chains) {
    List<Base> bases = new ArrayList<>();
    for (NftJson each : chains.get("nftables").items()) {
      NftJson chain = each.get("chain");
      Base base =
          new Base(
              chain.get("family").text(),
              chain.get("table").text(),
              chain.get("name").text(),
              chain.get("prio").number().orElse(DSTNAT));
      boolean iptables =
          base.table.equals("nat") && !base.family.equals("inet") && OWN_CHAINS.contains(base.name);
      if (chain.get("type").text().equals("nat")
          && HOOKS.contains(chain.get("hook").text())
          && !iptables) {
        bases.add(base);
      }
    }
    return bases;
  }

  /** What may take a port, each place once; what is asked after iptables takes none of ours. */
  public List<Translation> translating(PublishedPort port) {
    Set<Translation> found = new LinkedHashSet<>();
    for (Base base : bases) {
      if (base.priority > DSTNAT || !isOf(base.family, port.family())) {
        continue;
      }
      for (NftTable table : tables) {
        if (table.is(base.family, base.table)) {
          table
              .translating(base.name, port)
              .ifPresent(
                  t ->
                      found.add(
                          new Translation(
                              base.family + " " + base.table,
                              t.chain(),
                              t.to(),
                              base.priority < DSTNAT)));
        }
      }
    }
    return List.copyOf(found);
  }

  private static boolean isOf(String nftFamily, Family family) {
    return switch (nftFamily) {
      case "ip" -> family == Family.IPV4;
      case "ip6" -> family == Family.IPV6;
      default -> nftFamily.equals("inet");
    };
  }
}
