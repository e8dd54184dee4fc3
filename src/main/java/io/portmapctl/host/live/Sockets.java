package io.portmapctl.host.live;

import io.portmapctl.host.Host;
import io.portmapctl.portmap.PublishedPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The sockets on which this host's processes wait (proc(5), {@code /proc/net/tcp} and its like).
 */
public final class Sockets {
  /** The files of {@code /proc/net} that list them. */
  public static final List<String> TABLES = List.of("tcp", "tcp6", "udp", "udp6");

  /** An address and a port in hexadecimal; a snapshot may hold anything in its place. */
  private static final String ADDRESS = "[0-9A-Fa-f]+:[0-9A-Fa-f]{1,4}";

  private static final String LISTENING = "0A";
  private static final String UNCONNECTED = "07";

  /** Programs that hold a port for a container, so that nobody else takes it. */
  private static final List<String> HOLDERS =
      List.of("conmon", "docker-proxy", "rootlessport", "containerd-shim");

  /** One of them: its protocol, address in the kernel's hexadecimal, port and inode. */
  private record Socket(String protocol, String address, int port, String inode) {}

  private final Host host;
  private final List<Socket> sockets;

  private Sockets(Host host, List<Socket> sockets) {
    this.host = host;
    this.sockets = sockets;
  }

  /** Reads them; what cannot be read holds none. */
  public static Sockets read(Host host) {
    return read(host, TABLES);
  }

  /** Those of one protocol alone: the kernel looks through all connections for each table. */
  static Sockets read(Host host, String protocol) {
    return read(host, TABLES.stream().filter(t -> t.startsWith(protocol)).toList());
  }

  private static Sockets read(Host host, List<String> tables) {
    List<Socket> sockets = new ArrayList<>();
    for (String table : tables) {
      String protocol = table.substring(0, 3);
      try {
        for (String line : host.lines(Path.of("/proc/net", table))) {
          if (waits(table, line)) {
            String[] parts = line.trim().split("\\s+", -1);
            int colon = parts[1].indexOf(':');
            int port = Integer.parseInt(parts[1].substring(colon + 1), 16);
            sockets.add(new Socket(protocol, parts[1].substring(0, colon), port, parts[9]));
          }
        }
      } catch (IOException e) {
        // a protocol that the kernel lacks
      }
    }
    return new Sockets(host, List.copyOf(sockets));
  }

  /**
   * Whether a line is of a socket on which somebody waits for whoever comes.
   *
   * @param table which of {@link #TABLES} the line is of
   */
  public static boolean waits(String table, String line) {
    String state = table.startsWith("tcp") ? LISTENING : UNCONNECTED;
    if (!line.contains(" " + state + " ")) {
      return false; // as most of many, before they are taken apart
    }
    String[] parts = line.trim().split("\\s+", -1);
    return parts.length > 9 && parts[3].equals(state) && parts[1].matches(ADDRESS);
  }

  /** Their inodes, by which processes hold them. */
  public Set<String> inodes() {
    Set<String> inodes = new HashSet<>();
    sockets.forEach(socket -> inodes.add(socket.inode()));
    return inodes;
  }

  /** Whether a program's name is that of one that holds ports for containers. */
  static boolean isHolder(String name) {
    return HOLDERS.contains(name);
  }

  /** Whether a process, as {@link Host#holders} tells it, only holds a port for a container. */
  static boolean holdsForContainer(String process) {
    return HOLDERS.stream().anyMatch(h -> process.matches(h + " \\(process [0-9]+\\)"));
  }

  /** Who listens on a port; an address of its own narrows neither, it may be the published one. */
  Optional<String> listener(PublishedPort port) {
    for (Socket socket : sockets) {
      boolean loopback = socket.address().equals("0100007F") && port.hostIp().isEmpty();
      if (socket.protocol().equals(port.protocol()) && socket.port() == port.port() && !loopback) {
        String process = host.holders(Set.of(socket.inode())).getOrDefault(socket.inode(), "");
        if (!holdsForContainer(process)) {
          return Optional.of(process.isEmpty() ? "a process" : process);
        }
      }
    }
    return Optional.empty();
  }
}
