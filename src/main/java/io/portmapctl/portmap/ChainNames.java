package io.portmapctl.portmap;

import io.portmapctl.cni.Identity;
import java.util.List;

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

  private static final int HASH_DIGITS = 21;
  private static final String DN = "CNI-DN-";
  private static final String SN = "CNI-SN-";

  private ChainNames() {}

  /** The container's DNAT chain. */
  public static String dnat(Identity identity) {
    return DN + hash(identity);
  }

  /** The container's SNAT chain. */
  public static String snat(Identity identity) {
    return SN + hash(identity);
  }

  /** The DN and the SN chain of these digits. */
  public static List<String> pair(String hash) {
    return List.of(DN + hash, SN + hash);
  }

  /** The digits in the name of a container's chain; empty for any other chain. */
  public static String digits(String chain) {
    return isContainerChain(chain) ? chain.substring(DN.length()) : "";
  }

  /** Whether a name has the form of a container's chain. */
  public static boolean isContainerChain(String name) {
    boolean is =
        name.length() == DN.length() + HASH_DIGITS && (name.startsWith(DN) || name.startsWith(SN));
    for (int i = DN.length(); i < name.length() && is; i++) {
      char c = name.charAt(i);
      is = c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
    }
    return is;
  }

  /** The digits that the DN and the SN chain of one container share. */
  public static String hash(Identity identity) {
    return identity.digest().substring(0, HASH_DIGITS);
  }
}
