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
  /** Where the local end stands in a line of ss(8). */
  private static final int LOCAL = 3;

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
    String told = told(host, protocol, port);
    List<ListeningSocket> sockets = new ArrayList<>();
    for (SocketTable.Entry entry : entries) {
      List<String> words = words(told, entry.inode());
      Optional<String> process =
          Optional.of(holders.getOrDefault(entry.inode(), "")).filter(p -> !p.isEmpty());
      boolean halted = process.filter(p -> Halted.is(host, p)).isPresent();
      // others may hold it as well, which take what comes
      boolean all = halted && Halted.all(host, whole(host, protocol, port, entry.inode()));
      sockets.add(
          new ListeningSocket(
              entry.address(),
              port,
              entry.address().isUnspecified() && entry.address().family() == Family.IPV6
                  ? both(words)
                  : Optional.empty(),
              process,
              device(words),
              all
                  ? ListeningSocket.State.STOPPED
                  : protocol == Protocol.TCP && entry.queued() && isFull(words)
                      ? ListeningSocket.State.FULL
                      : ListeningSocket.State.WAITING));
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

  /**
   * What {@code /proc} does not tell of the sockets on a port: for which families and interfaces
   * they are, and how many connections may wait; empty where nobody tells.
   */
  private static String told(Host host, Protocol protocol, int port, String... more) {
    Optional<Path> ss = protocol == Protocol.SCTP ? Optional.empty() : host.find("ss");
    if (ss.isEmpty()) {
      return "";
    }
    List<String> command = new ArrayList<>();
    command.addAll(List.of(ss.get().toString(), "-H", "-n", "-l", "-e"));
    command.addAll(List.of(more));
    command.add(protocol == Protocol.TCP ? "-t" : "-u");
    command.addAll(List.of("sport", "=", ":" + port));
    try {
      Exec.Result result = host.ask(command);
      return result.exit() == 0 ? result.output() : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** The line of a socket, with every process that holds it. */
  private static String whole(Host host, Protocol protocol, int port, String inode) {
    return String.join(" ", words(told(host, protocol, port, "-p"), inode));
  }

  /** What ss(8) prints of the socket with an inode: its state, its queues, its ends, the rest. */
  static List<String> words(String printed, String inode) {
    for (String line : printed.split("\n", -1)) {
      List<String> words = List.of(line.strip().split("\\s+", -1));
      if (words.contains("ino:" + inode)) {
        return words;
      }
    }
    return List.of();
  }

  /** Whether a socket of every IPv6 address takes IPv4 too. */
  static Optional<Boolean> both(List<String> words) {
    return words.contains("v6only:1")
        ? Optional.of(false)
        : words.contains("v6only:0") ? Optional.of(true) : Optional.empty();
  }

  /** The interface that a socket is bound to: {@code 0.0.0.0%eth1:80}. */
  static Optional<String> device(List<String> words) {
    String local = words.size() > LOCAL ? words.get(LOCAL) : "";
    int percent = local.lastIndexOf('%');
    int colon = local.lastIndexOf(':');
    return percent >= 0 && colon > percent
        ? Optional.of(local.substring(percent + 1, colon).replace("]", ""))
        : Optional.empty();
  }

  /** Whether as many connections wait as may, of which one more is let in. */
  static boolean isFull(List<String> words) {
    boolean told = words.size() > LOCAL && words.get(1).matches("[0-9]{1,9}");
    return told
        && words.get(2).matches("[0-9]{1,9}")
        && Integer.parseInt(words.get(1)) > Integer.parseInt(words.get(2));
  }
}
