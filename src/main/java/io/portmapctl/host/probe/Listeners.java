package io.portmapctl.host.probe;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.Family;
import io.portmapctl.net.ListeningSocket;
import io.portmapctl.net.Protocol;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who waits on a port of a host, or of a network namespace. */
public final class Listeners {
  private Listeners() {}

  /**
   * The sockets that wait on a port.
   *
   * @throws IOException where they cannot be read
   */
  public static List<ListeningSocket> of(Host host, Protocol protocol, int port)
      throws IOException {
    List<SocketTable.Entry> entries = new ArrayList<>();
    for (String file : SocketTable.files(protocol)) {
      entries.addAll(SocketTable.waiting(protocol, lines(host, file), port));
    }
    if (entries.isEmpty()) {
      return List.of();
    }
    Set<String> inodes = new HashSet<>();
    entries.forEach(e -> inodes.add(e.inode()));
    Map<String, String> holders = host.holders(inodes);
    List<ListeningSocket> sockets = new ArrayList<>();
    for (SocketTable.Entry entry : entries) {
      sockets.add(
          new ListeningSocket(
              entry.address(),
              port,
              both(host, protocol, entry),
              Optional.of(holders.getOrDefault(entry.inode(), "")).filter(p -> !p.isEmpty())));
    }
    return List.copyOf(sockets);
  }

  private static List<String> lines(Host host, String file) throws IOException {
    try {
      return host.lines(Path.of("/proc/net", file));
    } catch (NoSuchFileException e) {
      return List.of(); // a protocol that the kernel lacks
    }
  }

  /** Whether a socket of every IPv6 address takes IPv4 too, which {@code /proc} does not tell. */
  private static Optional<Boolean> both(Host host, Protocol protocol, SocketTable.Entry entry) {
    boolean every = entry.address().isUnspecified() && entry.address().family() == Family.IPV6;
    Optional<Path> ss = every && protocol != Protocol.SCTP ? host.find("ss") : Optional.empty();
    if (ss.isEmpty()) {
      return Optional.empty();
    }
    String kind = protocol == Protocol.TCP ? "-t" : "-u";
    try {
      Exec.Result result =
          host.ask(
              List.of(
                  ss.get().toString(),
                  "-H",
                  "-n",
                  "-l",
                  "-e",
                  kind,
                  "sport",
                  "=",
                  ":" + entry.port()));
      return result.exit() == 0 ? both(result.output(), entry.inode()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The same as ss(8) prints it, of the socket with an inode. */
  static Optional<Boolean> both(String printed, String inode) {
    for (String line : printed.split("\n", -1)) {
      List<String> words = List.of(line.strip().split("\\s+", -1));
      if (words.contains("ino:" + inode)) {
        return words.contains("v6only:1")
            ? Optional.of(false)
            : words.contains("v6only:0") ? Optional.of(true) : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
