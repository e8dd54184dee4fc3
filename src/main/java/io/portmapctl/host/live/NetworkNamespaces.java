package io.portmapctl.host.live;

import io.portmapctl.host.Host;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Which of the network namespaces that records name are still a container's. */
public final class NetworkNamespaces {
  private static final Path OWN = Path.of("/proc/self/ns/net");

  private final Host host;
  private final String own;

  private NetworkNamespaces(Host host, String own) {
    this.host = host;
    this.own = own;
  }

  /**
   * Looks at the host's own.
   *
   * @return empty where it is not told: then nothing is known to be gone
   */
  public static Optional<NetworkNamespaces> of(Host host) {
    try {
      return host.namespace(OWN).map(own -> new NetworkNamespaces(host, own.id()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether a path, links followed, leads to no network namespace any more, or to that of a process
   * which lives in the host's own: its number was used again. What cannot be looked at, or is no
   * path from the root, is not known to be gone.
   */
  public boolean isGone(String netns) {
    try {
      Path path = Path.of(netns);
      if (!path.isAbsolute()) {
        return false;
      }
      Optional<Host.NetworkNamespace> there = host.namespace(path);
      return there.isEmpty() || !there.get().mounted() && there.get().id().equals(own);
    } catch (IOException | InvalidPathException e) {
      return false;
    }
  }
}
