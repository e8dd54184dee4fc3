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
 * @param device the interface alone by which it takes anything, octets; empty for every one
 * @param state how it fares
 */
public record ListeningSocket(
    IpAddress address,
    int port,
    Optional<Boolean> both,
    Optional<String> process,
    Optional<String> device,
    State state) {

  /** How a socket fares on which a program waits. */
  public enum State {
    /** Nothing else is known of it. */
    WAITING,
    /** Every process that holds it is stopped, or frozen: the kernel takes connections alone. */
    STOPPED,
    /** As many connections as may wait for the program do: the kernel takes no more. */
    FULL
  }

  /** Of every interface, of which nothing else is known. */
  public ListeningSocket(
      IpAddress address, int port, Optional<Boolean> both, Optional<String> process) {
    this(address, port, both, process, Optional.empty(), State.WAITING);
  }

  /** Whether it gets what is sent to an address; empty where that is not known. */
  public Optional<Boolean> takes(IpAddress to) {
    return device.isPresent() && reaches(to).orElse(true) ? Optional.empty() : reaches(to);
  }

  /** The same by the interface that has the address. */
  public Optional<Boolean> takes(IpAddress to, String by) {
    return device.isPresent() && !device.get().equals(by) ? Optional.of(false) : reaches(to);
  }

  private Optional<Boolean> reaches(IpAddress to) {
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
