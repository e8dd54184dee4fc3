package io.portmapctl.host.probe;

import io.portmapctl.host.DelegatingHost;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.HostInterface;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A host as it looks from inside another network namespace: its own programs and files, and the
 * network of that namespace. Nothing of a container's is run.
 */
final class NamespaceHost extends DelegatingHost {
  private static final Path NETWORK = Path.of("/proc/net");
  private static final Path SETTINGS = Path.of("/proc/sys/net");

  private final List<String> entering;
  private final String cat;

  private NamespaceHost(Host host, List<String> entering, String cat) {
    super(host);
    this.entering = entering;
    this.cat = cat;
  }

  /**
   * Of a namespace.
   *
   * @param namespace a file of it
   * @return empty where a program that it takes is missing
   */
  static Optional<NamespaceHost> of(Host host, Path namespace) {
    Optional<Path> nsenter = host.find("nsenter");
    Optional<Path> cat = host.find("cat");
    return nsenter.isEmpty() || cat.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new NamespaceHost(
                host,
                List.of(nsenter.get().toString(), "--net=" + namespace, "--"),
                cat.get().toString()));
  }

  @Override
  public Exec.Result ask(List<String> command) throws IOException {
    List<String> words = new ArrayList<>(entering);
    words.addAll(command);
    return host.ask(words);
  }

  @Override
  public byte[] read(Path file) throws IOException {
    if (!file.startsWith(NETWORK) && !file.startsWith(SETTINGS)) {
      return host.read(file);
    }
    Exec.Result result = ask(List.of(cat, file.toString()));
    if (result.exit() != 0) {
      String why = result.error().strip();
      throw why.contains("No such file")
          ? new NoSuchFileException(file.toString())
          : new IOException(why);
    }
    return result.output().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public List<HostInterface> interfaces() throws IOException {
    throw new IOException("interfaces"); // ip tells them
  }
}
