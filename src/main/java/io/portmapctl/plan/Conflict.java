package io.portmapctl.plan;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.notice.Notice;
import java.util.Optional;

/** Why a plan is refused unless forced. */
public sealed interface Conflict extends Notice {
  /** The family in which they meet. */
  Family family();

  /** Whose request is refused. */
  Identity owner();

  /**
   * Two containers claim one port.
   *
   * @param protocol tcp, udp or sctp
   * @param hostIp the address that the other claims, empty for any
   * @param hostPort the port
   * @param owner whose mapping is planned
   * @param other who claims it too, where its entry still tells
   * @param otherChain the other's chain
   * @param otherWins whether the other's entry takes the packets, after the plan
   * @param whole whether the one that takes packets takes all that the other is for, of the address
   *     that the other claims
   */
  record Port(
      Family family,
      String protocol,
      Optional<IpAddress> hostIp,
      int hostPort,
      Identity owner,
      Optional<Identity> other,
      String otherChain,
      boolean otherWins,
      boolean whole)
      implements Conflict {
    @Override
    public String code() {
      return "port-claimed";
    }
  }

  /**
   * Two containers have the same chain: its name hashes network and ID without a separator.
   *
   * @param owner who wants it
   * @param other who has it, where its comment still tells
   * @param chain the chain
   */
  record ChainName(Family family, Identity owner, Optional<Identity> other, String chain)
      implements Conflict {
    @Override
    public String code() {
      return "chain-name-shared";
    }
  }
}
