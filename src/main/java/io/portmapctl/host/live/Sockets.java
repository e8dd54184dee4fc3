package io.portmapctl.host.live;

import io.portmapctl.portmap.PublishedPort;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sockets on which this host's processes wait (proc(5), {@code /proc/net/tcp} and its like).
 */
final class Sockets {
  private static final String LISTENING = "0A";
  private static final String UNCONNECTED = "07";

  /** Programs that hold a port for a container, so that nobody else takes it. */
  private static final List<String> HOLDERS =
      List.of("conmon", "docker-proxy", "rootlessport", "containerd-shim");

  /** One of them: its protocol, address in the kernel's hexadecimal, port and inode. */
  private record Socket(String protocol, String address, int port, String inode) {}

  private final List<Socket> sockets;

  private Sockets(List<Socket> sockets) {
    this.sockets = sockets;
  }

  /**
   * Reads them; what cannot be read holds none.
   *
   * @param net {@code /proc/net}
   */
  static Sockets read(Path net) {
    List<Socket> sockets = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
      String protocol = table.substring(0, 3);
      String state = protocol.equals("tcp") ? LISTENING : UNCONNECTED;
      try {
        for (String line : Files.readAllLines(net.resolve(table))) {
          String[] parts = line.trim().split("\\s+", -1);
          if (parts.length > 9 && parts[3].equals(state)) {
            int colon = parts[1].indexOf(':');
            int port = Integer.parseInt(parts[1].substring(colon + 1), 16);
            sockets.add(new Socket(protocol, parts[1].substring(0, colon), port, parts[9]));
          }
        }
      } catch (IOException e) {
        // a protocol that the kernel lacks
      }
    }
    return new Sockets(List.copyOf(sockets));
  }

  /** Who listens on a port; an address of its own narrows neither, it may be the published one. */
  Optional<String> listener(PublishedPort port) {
    for (Socket socket : sockets) {
      boolean loopback = socket.address().equals("0100007F") && port.hostIp().isEmpty();
      if (socket.protocol().equals(port.protocol()) && socket.port() == port.port() && !loopback) {
        String process = process(socket.inode());
        if (HOLDERS.stream().noneMatch(process::startsWith)) {
          return Optional.of(process.isEmpty() ? "a process" : process);
        }
      }
    }
    return Optional.empty();
  }

  /** Name and number of the process that has a socket; empty where that cannot be seen. */
  private static String process(String inode) {
    String wanted = "socket:[" + inode + "]";
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (has(process, wanted)) {
          return Files.readString(process.resolve("comm")).strip()
              + " (process "
              + process.getFileName()
              + ")";
        }
      }
    } catch (IOException e) {
      return "";
    }
    return "";
  }

  private static boolean has(Path process, String socket) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (Files.readSymbolicLink(file).toString().equals(socket)) {
          return true;
        }
      }
    } catch (IOException e) {
      return false;
    }
    return false;
  }
}
