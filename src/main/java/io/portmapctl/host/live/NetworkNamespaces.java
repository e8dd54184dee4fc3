package io.portmapctl.host.live;

import io.portmapctl.host.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The network namespaces that are mounted on this host (proc(5), {@code /proc/PID/mountinfo}). */
public final class NetworkNamespaces {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  private final Host host;
  private final Set<String> mounts;

  private NetworkNamespaces(Host host, Set<String> mounts) {
    this.host = host;
    this.mounts = mounts;
  }

  /**
   * Reads them.
   *
   * @return empty where they cannot be read: then nothing is known to be gone
   */
  public static Optional<NetworkNamespaces> read(Host host) {
    Set<String> mounts = new HashSet<>();
    try {
      String text = new String(host.read(MOUNTS), StandardCharsets.ISO_8859_1);
      for (String line : text.split("\n", -1)) {
        String[] parts = line.split(" ", -1);
        if (parts.length > 4 && line.contains(" - nsfs ")) {
          mounts.add(unescaped(parts[4]));
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.of(new NetworkNamespaces(host, mounts));
  }

  /** Blanks and backslashes stand there as octal escapes. */
  private static String unescaped(String path) {
    return path.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
  }

  /**
   * Whether a namespace is there: mounted under that path, or a path of {@code /proc} that exists.
   */
  public boolean has(String netns) {
    if (mounts.contains(netns)) {
      return true;
    }
    Path path = Path.of(netns);
    if (path.startsWith("/proc")) {
      return host.exists(path);
    }
    try {
      // the folder may be reached through a link, as /var/run is
      Path folder = path.getParent();
      return folder != null
          && mounts.contains(host.real(folder).resolve(path.getFileName()).toString());
    } catch (IOException e) {
      return false;
    }
  }
}
