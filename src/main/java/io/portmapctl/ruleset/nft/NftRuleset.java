package io.portmapctl.ruleset.nft;

import java.util.List;

/**
 * What nft lists: every table of nf_tables, those of iptables-nft too.
 *
 * @param tables in nft's order
 */
public record NftRuleset(List<NftTable> tables) {
  /** No table. */
  public static final NftRuleset EMPTY = new NftRuleset(List.of());

  /** Copies the list. */
  public NftRuleset {
    tables = List.copyOf(tables);
  }
}
