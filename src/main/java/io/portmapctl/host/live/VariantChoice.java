package io.portmapctl.host.live;

/** Which variant's programs are called. */
public enum VariantChoice {
  /** The system's {@code iptables}, unless only the other variant holds CNI chains. */
  AUTO(""),
  /** {@code iptables-nft}. */
  NFT("-nft"),
  /** {@code iptables-legacy}. */
  LEGACY("-legacy");

  private final String infix;

  VariantChoice(String infix) {
    this.infix = infix;
  }

  /** What stands in the programs' names after {@code iptables} or {@code ip6tables}. */
  String infix() {
    return infix;
  }
}
