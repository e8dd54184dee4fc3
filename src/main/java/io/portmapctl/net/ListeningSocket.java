package io.portmapctl.net;

import java.util.Optional;

/**
 * A socket on which a program waits for whoever comes.
 *
 * @param address where it waits; unspecified for every address
 * @param port its port
 * @param both whether one that waits at every IPv6 address takes IPv4 as well; empty where that is
 *     not known
 * @param process who holds it, octets; empty where nobody is seen to
 */
public record ListeningSocket(
    IpAddress address, int port, Optional<Boolean> both, Optional<String> process) {

  /** Whether it gets what is sent to an address; empty where that is not known. */
  public Optional<Boolean> takes(IpAddress to) {
    if (!address.isUnspecified()) {
      return Optional.of(address.equals(to));
    }
    return address.family() == to.family()
        ? Optional.of(true)
        : address.family() == Family.IPV6 ? both : Optional.of(false);
  }

  /** Whether it waits at an address of the loopback interface. */
  public boolean loopback() {
    return address.family() == Family.IPV4
        ? address.low() >>> 24 == 127
        : address.high() == 0 && address.low() == 1;
  }

  /** {@code 127.0.0.1:80}, {@code [::]:80}. */
  public String text() {
    return address.bracketed() + ":" + port;
  }
}
