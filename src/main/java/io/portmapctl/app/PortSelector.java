package io.portmapctl.app;

import io.portmapctl.check.Mapping;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.net.Protocol;
import java.util.Optional;

/**
 * A port of the host that is asked about, or several in a row.
 *
 * @param host the address; empty for any, the unspecified one for any of its family
 * @param ports the ports, each 1 to 65535
 * @param protocol the protocol; empty for any
 */
public record PortSelector(Optional<IpAddress> host, PortRange ports, Optional<Protocol> protocol) {

  /** The port, where it is one. */
  public int port() {
    return ports.first();
  }

  /** The one address that is meant, where it is one. */
  public Optional<IpAddress> address() {
    return host.filter(a -> !a.isUnspecified());
  }

  /** Whether a mapping takes its packets. */
  public boolean takes(Mapping mapping) {
    boolean address =
        host.isEmpty()
            || mapping.family() == host.get().family()
                && (mapping.hostIp().isEmpty()
                    || address().isEmpty()
                    || mapping.hostIp().equals(host));
    return address
        && mapping.hostPort().isPresent()
        && ports.contains(PortRange.of(mapping.hostPort().getAsInt()))
        && (protocol.isEmpty() || protocol.get().id().equals(mapping.protocol()));
  }
}
