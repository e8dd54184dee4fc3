package io.portmapctl.path.nft;

import io.portmapctl.net.Family;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.Part;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.path.Station;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.nft.NftChain;
import io.portmapctl.ruleset.nft.NftRuleset;
import io.portmapctl.ruleset.nft.NftTable;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A base chain that nft wrote. */
public final class NftStation implements Station {
  private final ChainSite site;
  private final NftTable table;
  private final NftChain chain;
  private final Conditions conditions;

  private NftStation(ChainSite site, NftTable table, NftChain chain, Conditions conditions) {
    this.site = site;
    this.table = table;
    this.chain = chain;
    this.conditions = conditions;
  }

  /**
   * The stations of packets of a family. Tables that iptables-nft made are left out: iptables-save
   * prints those. Of a table, chains that the kernel calls at the same hook with the same priority
   * are in the order in which it calls them, the last that was made first; of different tables
   * nobody tells, and they are in the order that comes of tables made one after another.
   *
   * @param space the space of the sets
   * @param host what is known of the host's addresses
   * @param routes who knows its routes
   * @param place what tells the questions that are asked here from those of another way
   */
  public static List<Station> of(
      NftRuleset ruleset,
      PacketSpace space,
      HostAddresses host,
      Family family,
      FibLookup routes,
      String place) {
    List<Station> stations = new ArrayList<>();
    List<NftTable> tables = ruleset.tables();
    for (int i = tables.size() - 1; i >= 0; i--) {
      NftTable table = tables.get(i);
      if (isCalled(table) && isOf(table, family)) {
        stations.addAll(of(table, space, host, family, routes, place));
      }
    }
    return List.copyOf(stations);
  }

  private static boolean isCalled(NftTable table) {
    return !table.dormant() && !table.iptables();
  }

  private static boolean isOf(NftTable table, Family family) {
    return switch (table.family()) {
      case "inet" -> true;
      case "ip" -> family == Family.IPV4;
      case "ip6" -> family == Family.IPV6;
      default -> false;
    };
  }

  private static List<Station> of(
      NftTable table,
      PacketSpace space,
      HostAddresses host,
      Family family,
      FibLookup routes,
      String place) {
    List<Station> stations = new ArrayList<>();
    Map<Hook, Conditions> meanings = new HashMap<>();
    for (int i = table.chains().size() - 1; i >= 0; i--) {
      NftChain chain = table.chains().get(i);
      Optional<Hook> hook = chain.base().flatMap(b -> hook(b.hook()));
      if (hook.isPresent()) {
        NftChain.Base base = chain.base().orElseThrow();
        ChainSite site =
            new ChainSite(
                RuleEngine.NFTABLES,
                table.family(),
                table.name().latin1(),
                chain.name().latin1(),
                hook.get(),
                base.priority(),
                base.type().equals("nat"),
                base.type().equals("route"));
        Conditions conditions =
            meanings.computeIfAbsent(
                hook.get(), h -> conditions(table, space, host, family, routes, h, place));
        stations.add(new NftStation(site, table, chain, conditions));
      }
    }
    return stations;
  }

  /** What words of a table mean at a hook. */
  static Conditions conditions(
      NftTable table,
      PacketSpace space,
      HostAddresses host,
      Family family,
      FibLookup routes,
      Hook hook,
      String place) {
    // behind a translation the same words ask about other addresses
    String words = place + (hook.rewritesSource() ? "late " : "");
    Quantities quantities = new Quantities(space, host, family, hook, words);
    return new Conditions(space, table, quantities, routes, family, words);
  }

  private static Optional<Hook> hook(String word) {
    for (Hook hook : Hook.values()) {
      if (hook.name().toLowerCase(Locale.ROOT).equals(word)) {
        return Optional.of(hook);
      }
    }
    return Optional.empty();
  }

  @Override
  public ChainSite site() {
    return site;
  }

  @Override
  public List<Part> through(PacketSet packets, Observer observer) {
    return new ChainWalk(site, table, conditions, observer).through(chain, packets);
  }
}
