package io.portmapctl.host.live;

import io.portmapctl.net.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/**
 * A connection that is tried.
 *
 * @param address where to
 * @param port which port
 */
public record TcpProbe(IpAddress address, int port) {
  private static final String PREFIX = "tcp:";
  private static final int MOST_PORT = 65535;

  /** What {@code tcp:ADDRESS:PORT} says, an IPv6 address in brackets; empty for anything else. */
  public static Optional<TcpProbe> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (!text.startsWith(PREFIX) || colon < PREFIX.length()) {
      return Optional.empty();
    }
    String host = text.substring(PREFIX.length(), colon);
    boolean brackets = host.startsWith("[") && host.endsWith("]");
    String digits = text.substring(colon + 1);
    int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
    Optional<IpAddress> address =
        IpAddress.parse(brackets ? host.substring(1, host.length() - 1) : host)
            .filter(a -> brackets == (a.toString().indexOf(':') >= 0));
    return port == 0 || port > MOST_PORT
        ? Optional.empty()
        : address.map(a -> new TcpProbe(a, port));
  }

  /** Whether it comes about within so many milliseconds. */
  public boolean connects(int millis) {
    try (Socket socket = new Socket()) {
      // a literal: no name is looked up
      socket.connect(
          new InetSocketAddress(InetAddress.getByName(address.toString()), port), millis);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    boolean v6 = address.toString().indexOf(':') >= 0;
    return PREFIX + (v6 ? "[" + address + "]" : address) + ":" + port;
  }
}
