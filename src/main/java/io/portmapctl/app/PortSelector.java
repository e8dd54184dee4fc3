package io.portmapctl.app;

import io.portmapctl.check.Mapping;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A port of the host that is asked about.
 *
 * @param host the address; empty for any, the unspecified one for any of its family
 * @param port the port, 1 to 65535
 * @param protocol the protocol; empty for any
 */
public record PortSelector(Optional<IpAddress> host, int port, Optional<Protocol> protocol) {

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
        && mapping.hostPort().equals(OptionalInt.of(port))
        && (protocol.isEmpty() || protocol.get().id().equals(mapping.protocol()));
  }
}
