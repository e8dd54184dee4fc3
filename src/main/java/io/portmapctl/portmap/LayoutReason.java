package io.portmapctl.portmap;

/** Why an attachment has its layout. */
public enum LayoutReason {
  /** It was asked for by hand. */
  ASKED,
  /** The same, on a host with kube-proxy's rules. */
  ASKED_BESIDE_KUBE_PROXY,
  /** The attachment's configuration uses a field that no other layout has. */
  FIELD,
  /** The attachment's chains are in the ruleset in this layout. */
  OWN_CHAINS,
  /** The ruleset has chains of this layout. */
  CHAINS,
  /** The ruleset has kube-proxy's chains. */
  KUBE_PROXY,
  /** The attachment comes from a container runtime's cache. */
  CACHE,
  /** The attachment was given by hand, without a document. */
  BY_HAND,
  /** The attachment's cniVersion is one of plugins that make this layout. */
  CNI_VERSION,
  /** Nothing asks for another. */
  NOTHING,
  /** The container is dead; no layout was chosen. */
  DEAD
}
