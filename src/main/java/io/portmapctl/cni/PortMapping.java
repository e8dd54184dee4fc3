package io.portmapctl.cni;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import java.util.Optional;

/**
 * One published port.
 *
 * @param hostPort 1 to 65535
 * @param containerPort 1 to 65535
 * @param protocol the transport protocol
 * @param hostIp the address of the host that is published; empty for any of both families, the
 *     unspecified address for any of its family
 */
public record PortMapping(
    int hostPort, int containerPort, Protocol protocol, Optional<IpAddress> hostIp) {

  /** As many are planned with for one container: more than there are ports are nobody's. */
  public static final int MOST = 65_536;

  /** Whether it makes a rule in that family. */
  public boolean appliesTo(Family family) {
    return hostIp.isEmpty() || hostIp.get().family() == family;
  }
}
