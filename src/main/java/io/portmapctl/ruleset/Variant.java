package io.portmapctl.ruleset;

/** Which of the kernel's two engines holds a table of iptables; a kernel may run both. */
public enum Variant {
  /** {@code iptables-nft}: nf_tables. */
  NFT("nft"),
  /** {@code iptables-legacy}: ip_tables. */
  LEGACY("legacy"),
  /** It is not known, or it is none: a plan's table, a file that does not tell. */
  UNKNOWN("unknown");

  private final String id;

  Variant(String id) {
    this.id = id;
  }

  /** The name in options and JSON. */
  public String id() {
    return id;
  }
}
