package io.portmapctl.trace;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One end of a packet's path.
 *
 * @param address the address
 * @param port the port, 0 to 65535; empty where it is not known
 */
public record Endpoint(Address address, OptionalInt port) {

  /** A certain address and port. */
  public static Endpoint of(IpAddress address, int port) {
    return new Endpoint(new Address.Known(address), OptionalInt.of(port));
  }

  /** The address, where it is known. */
  public Optional<IpAddress> ip() {
    return address.ip();
  }

  /** Whether the address is known to be this one. */
  public boolean isAt(IpAddress other) {
    return ip().equals(Optional.of(other));
  }

  /** {@code 192.0.2.1:80}, {@code [2001:db8::1]:80}, where the address is known. */
  @Override
  public String toString() {
    boolean v6 = ip().map(a -> a.family() == Family.IPV6).orElse(false);
    String host = v6 ? "[" + address + "]" : address.toString();
    return port.isEmpty() ? host : host + ":" + port.getAsInt();
  }
}
