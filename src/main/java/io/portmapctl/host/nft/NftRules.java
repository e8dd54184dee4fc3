package io.portmapctl.host.nft;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.ruleset.nft.NftFormatException;
import io.portmapctl.ruleset.nft.NftReader;
import io.portmapctl.ruleset.nft.NftRuleset;
import io.portmapctl.ruleset.nft.NftTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What nft wrote itself, whole. */
public final class NftRules {
  private NftRules() {}

  /**
   * Asks nft for every table that iptables does not print: of thousands of containers' rules in a
   * table of iptables-nft nothing is read twice.
   *
   * @param printed whether iptables prints a table, in nft's words: {@code ip nat}
   * @return empty where there is no nft
   * @throws IOException where it could not be asked, or its answer not be read
   */
  public static Optional<NftRuleset> read(Host host, Predicate<String> printed) throws IOException {
    Optional<Path> nft = host.find("nft");
    if (nft.isEmpty()) {
      return Optional.empty();
    }
    List<NftTable> tables = new ArrayList<>();
    List<NftTable> names = read(answer(host, NftNat.chains(nft.get()))).tables();
    for (NftTable name : names) {
      if (!printed.test(name.family() + " " + name.name().latin1())) {
        of(host, nft.get(), name).ifPresent(t -> tables.add(t.written()));
      }
    }
    return Optional.of(new NftRuleset(tables));
  }

  /** A table with its rules; a snapshot may hold the whole ruleset alone. */
  private static Optional<NftTable> of(Host host, Path nft, NftTable name) throws IOException {
    String table = name.name().latin1();
    String printed;
    try {
      printed = answer(host, List.of(nft.toString(), "-j", "list", "table", name.family(), table));
    } catch (IOException e) {
      printed = answer(host, List.of(nft.toString(), "-j", "list", "ruleset"));
    }
    return read(printed).tables().stream()
        .filter(t -> t.family().equals(name.family()) && t.name().equals(name.name()))
        .findFirst();
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
