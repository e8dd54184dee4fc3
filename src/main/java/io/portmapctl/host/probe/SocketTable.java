package io.portmapctl.host.probe;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The sockets that {@code /proc/net/tcp} and its like list, as proc(5) has them. */
final class SocketTable {
  private static final String LISTENING = "0A";
  private static final String UNCONNECTED = "07";

  /** The state of an SCTP socket on which somebody listens (linux/sctp.h). */
  private static final String SCTP_LISTENING = "10";

  private SocketTable() {}

  /**
   * A line of one.
   *
   * @param address where it waits
   * @param port its port
   * @param inode by which processes hold it
   * @param queued whether anything waits for the program
   */
  record Entry(IpAddress address, int port, String inode, boolean queued) {
    /** For which nothing waits. */
    Entry(IpAddress address, int port, String inode) {
      this(address, port, inode, false);
    }
  }

  /** The files of {@code /proc/net} that list a protocol's sockets. */
  static List<String> files(Protocol protocol) {
    return switch (protocol) {
      case TCP -> List.of("tcp", "tcp6");
      case UDP -> List.of("udp", "udp6");
      case SCTP -> List.of("sctp/eps");
    };
  }

  /** Those of a file's lines that wait on a port; what is no such line is none. */
  static List<Entry> waiting(Protocol protocol, List<String> lines, int port) {
    List<Entry> entries = new ArrayList<>();
    for (String line : lines) {
      String[] parts = line.strip().split("\\s+", -1);
      if (protocol == Protocol.SCTP) {
        sctp(parts, port, entries);
      } else if (parts.length > 9
          && parts[3].equals(protocol == Protocol.TCP ? LISTENING : UNCONNECTED)) {
        int colon = parts[1].indexOf(':');
        boolean here =
            parts[1].substring(colon + 1).matches("[0-9A-Fa-f]{4}")
                && Integer.parseInt(parts[1].substring(colon + 1), 16) == port;
        if (colon > 0 && here) {
          address(parts[1].substring(0, colon))
              .ifPresent(
                  a -> entries.add(new Entry(a, port, parts[9], !parts[4].endsWith(":00000000"))));
        }
      }
    }
    return entries;
  }

  /** Endpoint, socket, type, state, hash, port, user, inode, then its addresses. */
  private static void sctp(String[] parts, int port, List<Entry> entries) {
    if (parts.length > 8
        && parts[3].equals(SCTP_LISTENING)
        && parts[5].equals(String.valueOf(port))) {
      for (int i = 8; i < parts.length; i++) {
        IpAddress.parse(parts[i]).ifPresent(a -> entries.add(new Entry(a, port, parts[7])));
      }
    }
  }

  /** Words of 32 bits, each in hexadecimal in the machine's byte order. */
  private static Optional<IpAddress> address(String hex) {
    if (!hex.matches("[0-9A-Fa-f]{8}|[0-9A-Fa-f]{32}")) {
      return Optional.empty();
    }
    long[] words = new long[hex.length() / 8];
    for (int i = 0; i < words.length; i++) {
      int word = Integer.parseUnsignedInt(hex.substring(8 * i, 8 * i + 8), 16);
      boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
      words[i] = Integer.toUnsignedLong(little ? Integer.reverseBytes(word) : word);
    }
    if (words.length == 1) {
      return Optional.of(new IpAddress(Family.IPV4, 0, words[0]));
    }
    long high = words[0] << 32 | words[1];
    return high == 0 && words[2] == 0xffff // an IPv4 address in an IPv6 socket
        ? Optional.of(new IpAddress(Family.IPV4, 0, words[3]))
        : Optional.of(new IpAddress(Family.IPV6, high, words[2] << 32 | words[3]));
  }
}
