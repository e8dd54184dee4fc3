package io.portmapctl.portmap;

import io.portmapctl.net.Cidr;
import java.util.Optional;

/**
 * Which connections to an attachment's ports are masqueraded, and where.
 *
 * @param localhost whether those of 127.0.0.1 are
 * @param hairpin the sources of which all are; empty for none
 * @param chain the shared chain that masquerades; empty where another program does, or none
 * @param marks the chain that marks for masquerade; empty for none
 */
public record Masquerade(boolean localhost, Optional<Cidr> hairpin, String chain, String marks) {

  /** None is. */
  public static final Masquerade NOTHING = new Masquerade(false, Optional.empty(), "", "");
}
