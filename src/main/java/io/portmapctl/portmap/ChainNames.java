package io.portmapctl.portmap;

import io.portmapctl.cni.Identity;

/** The names of the chains, as the CNI portmap plugin makes them. */
public final class ChainNames {
  /** The shared chain of DNAT entries. */
  public static final String DNAT = "CNI-HOSTPORT-DNAT";

  /** The shared chain of SNAT entries (layout {@code snat}). */
  public static final String SNAT = "CNI-HOSTPORT-SNAT";

  /** The chain that marks for masquerade (layout {@code mark}). */
  public static final String SETMARK = "CNI-HOSTPORT-SETMARK";

  /** The chain that masquerades what is marked (layout {@code mark}). */
  public static final String MASQ = "CNI-HOSTPORT-MASQ";

  /** What every shared chain's name begins with. */
  public static final String SHARED = "CNI-HOSTPORT-";

  static final String DN = "CNI-DN-";
  static final String SN = "CNI-SN-";

  private ChainNames() {}

  /** The container's DNAT chain. */
  public static String dnat(Identity identity) {
    return DN + hash(identity);
  }

  /** The container's SNAT chain. */
  public static String snat(Identity identity) {
    return SN + hash(identity);
  }

  /** The digits in the name of a container's chain; empty for any other chain. */
  public static String digits(String chain) {
    return ContainerChains.digits(chain);
  }

  /** Whether a name has the form of a container's chain. */
  public static boolean isContainerChain(String name) {
    return Layouts.isContainerChain(name);
  }

  /** The digits that the chains of one container share. */
  public static String hash(Identity identity) {
    return ContainerChains.of(identity).digits();
  }
}
