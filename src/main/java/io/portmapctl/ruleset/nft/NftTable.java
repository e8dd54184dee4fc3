package io.portmapctl.ruleset.nft;

import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A table.
 *
 * @param family {@code ip}, {@code ip6}, {@code inet}, {@code arp}, {@code bridge}, {@code netdev}
 * @param name its name
 * @param handle its number: of two tables the later has the higher
 * @param dormant whether the kernel calls none of its chains
 * @param iptables whether it is one of iptables-nft, in which nothing stands that iptables-save
 *     does not print, or prints as if it were something else: it is to be read from there
 * @param chains its chains, in nft's order
 * @param sets its named sets and maps, by name
 */
public record NftTable(
    String family,
    Octets name,
    OptionalLong handle,
    boolean dormant,
    boolean iptables,
    List<NftChain> chains,
    Map<Octets, NftSet> sets) {
  /** Copies both. */
  public NftTable {
    chains = List.copyOf(chains);
    sets = Map.copyOf(sets);
  }

  /** The same as a table that iptables does not print, whatever it looks like. */
  public NftTable written() {
    return new NftTable(family, name, handle, dormant, false, chains, sets);
  }

  /** Whether packets of IPv4 or IPv6 come to it. */
  public boolean isFollowed() {
    return family.equals("ip") || family.equals("ip6") || family.equals("inet");
  }

  /** The chain of that name. */
  public Optional<NftChain> chain(Octets chain) {
    return chains.stream().filter(c -> c.name().equals(chain)).findFirst();
  }
}
