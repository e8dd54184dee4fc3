package io.portmapctl.iptables;

/** Which variant's programs are called. */
public enum Variant {
  /** The system's {@code iptables}, unless only the other variant holds CNI chains. */
  AUTO,
  /** {@code iptables-nft}. */
  NFT,
  /** {@code iptables-legacy}. */
  LEGACY
}
