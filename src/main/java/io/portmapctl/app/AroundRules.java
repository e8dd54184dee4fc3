package io.portmapctl.app;

import io.portmapctl.explain.Around;
import io.portmapctl.explain.Assumption;
import io.portmapctl.host.AheadHost;
import io.portmapctl.host.live.OtherRules;
import io.portmapctl.host.nft.NftRules;
import io.portmapctl.net.Family;
import io.portmapctl.path.Rules;
import io.portmapctl.path.Station;
import io.portmapctl.path.nft.FibLookup;
import io.portmapctl.path.nft.LinkStation;
import io.portmapctl.path.nft.NftStation;
import io.portmapctl.route.Link;
import io.portmapctl.route.Routing;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.ruleset.nft.NftRuleset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The rules around the nat tables that are worked on: every other table that packets meet, of both
 * variants of iptables, and what nft wrote itself. Whoever asks what becomes of packets has them
 * from here.
 */
final class AroundRules {
  private AroundRules() {}

  /**
   * Begins what {@link #read} asks of a live host whatever its nat tables are.
   *
   * @param nft the tables of nf_tables; read here
   */
  static void ahead(AheadHost host, NftTables nft, Rulesets rulesets) {
    Optional<NftRules> known = Optional.empty();
    try {
      known = nft.rules();
    } catch (IOException e) {
      // who reads says so
    }
    for (Family family : rulesets.families().list()) {
      if (rulesets.live(family)) {
        OtherRules.ahead(host, family, there(known, family));
      }
    }
  }

  /**
   * Which tables of iptables-nft a family may have, by those of nf_tables, where they are known.
   */
  private static Predicate<TableName> there(Optional<NftRules> nft, Family family) {
    return name -> nft.map(n -> n.holds(nftName(family, name))).orElse(true);
  }

  /**
   * Reads them: of the live host, or of the files that hold the nat tables.
   *
   * @param nft the tables of nf_tables
   * @param tables the nat tables
   * @param routing how the host routes a family's packets, where that is known; asked for where a
   *     rule makes it count
   */
  static Around read(
      LiveHost host,
      NftTables nft,
      Rulesets rulesets,
      List<Table> tables,
      Function<Family, Optional<Routing>> routing) {
    Map<Family, List<Table>> others = new EnumMap<>(Family.class);
    Map<Family, Assumption.Untold> untold = new EnumMap<>(Family.class);
    Map<String, Integer> printed = new HashMap<>();
    List<Family> live = new ArrayList<>();
    Optional<NftRules> read = Optional.empty();
    boolean told = true;
    try {
      read = rulesets.anyLive() ? nft.rules() : Optional.empty();
    } catch (IOException e) {
      told = false;
    }
    Optional<NftRules> known = read;
    Map<Family, OtherRules.Asked> asked = new EnumMap<>(Family.class);
    for (Table table : tables) {
      Family family = table.family();
      if (rulesets.live(family)) {
        asked.put(
            family, new OtherRules(host.host()).ask(family, table.variant(), there(known, family)));
      }
    }
    for (Table table : tables) {
      Family family = table.family();
      OtherRules.Asked running = asked.get(family);
      if (running != null) {
        List<Table> printing = running.tables();
        others.put(family, printing);
        live.add(family);
        printing.stream()
            .filter(t -> t.variant() != Variant.LEGACY)
            .forEach(t -> printed.put(nftName(t), rules(t)));
        if (table.variant() != Variant.LEGACY) {
          // it stays in any case
          printed.put(nftName(table), rules(table) == 0 ? 0 : Integer.MAX_VALUE);
        }
        continue;
      }
      List<Table> held = rulesets.others(family);
      List<TableName> missing = new ArrayList<>();
      for (TableName name : List.of(TableName.RAW, TableName.MANGLE, TableName.FILTER)) {
        if (held.stream().noneMatch(t -> t.name() == name)) {
          missing.add(name);
        }
      }
      others.put(family, held);
      untold.put(family, new Assumption.Untold(family, missing, true));
    }
    Map<Family, Rules.Written> written = new EnumMap<>(Family.class);
    try {
      NftRuleset ruleset = known.isPresent() ? known.get().written(printed) : NftRuleset.EMPTY;
      for (Family family : ruleset.tables().isEmpty() ? List.<Family>of() : live) {
        others.computeIfPresent(family, (f, all) -> withoutNfts(all, ruleset));
        FibLookup fib = routing.apply(family).map(FibLookup::of).orElse(FibLookup.UNKNOWN);
        written.put(
            family,
            (space, addresses, place) -> {
              List<Station> stations = new ArrayList<>();
              stations.addAll(NftStation.of(ruleset, space, addresses, family, fib, place));
              stations.addAll(
                  LinkStation.of(
                      ruleset,
                      space,
                      addresses,
                      family,
                      routing.apply(family).flatMap(AroundRules::bridges),
                      place));
              return stations;
            });
      }
    } catch (IOException e) {
      told = false;
    }
    if (!told) {
      live.forEach(family -> untold.put(family, new Assumption.Untold(family, List.of(), false)));
    }
    return new Around(others, written, untold);
  }

  private static Optional<List<String>> bridges(Routing routing) {
    return routing
        .host()
        .links()
        .value()
        .filter(links -> links.stream().allMatch(Link::detailed))
        .map(links -> links.stream().filter(l -> l.bridge().isPresent()).map(Link::name).toList());
  }

  /** Tables of iptables without those that are read from nft, as they are. */
  private static List<Table> withoutNfts(List<Table> tables, NftRuleset nft) {
    Set<String> read = new HashSet<>();
    nft.tables().forEach(t -> read.add(t.family() + " " + t.name().latin1()));
    return tables.stream()
        .filter(t -> t.variant() == Variant.LEGACY || !read.contains(nftName(t)))
        .toList();
  }

  private static int rules(Table table) {
    return table.chains().values().stream().mapToInt(c -> c.rows().size()).sum();
  }

  /** A table of iptables as nft names it. */
  private static String nftName(Table table) {
    return nftName(table.family(), table.name());
  }

  private static String nftName(Family family, TableName name) {
    return (family == Family.IPV4 ? "ip " : "ip6 ") + name.id();
  }
}
