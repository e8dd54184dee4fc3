package io.portmapctl.path;

import io.portmapctl.ruleset.Variant;

/** Whose rules they are: the kernel runs those of all. */
public enum RuleEngine {
  /** Of {@code iptables-legacy}: ip_tables, ip6_tables. */
  LEGACY("legacy"),
  /** Of {@code iptables-nft}. */
  IPTABLES_NFT("nft"),
  /** Of one of the two, and nobody tells of which: a file's, or a plan's. */
  IPTABLES("unknown"),
  /** Written by nft itself, or by whoever speaks to nf_tables as it does. */
  NFTABLES("nftables");

  private final String id;

  RuleEngine(String id) {
    this.id = id;
  }

  /** The name in JSON. */
  public String id() {
    return id;
  }

  /** The engine of a variant of iptables. */
  public static RuleEngine of(Variant variant) {
    return switch (variant) {
      case LEGACY -> LEGACY;
      case NFT -> IPTABLES_NFT;
      case UNKNOWN -> IPTABLES;
    };
  }
}
