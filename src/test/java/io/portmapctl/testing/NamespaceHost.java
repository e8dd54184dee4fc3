package io.portmapctl.testing;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.HostInterface;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A namespace as a host: its programs are run in it, its settings are as they were when this was
 * made.
 */
public final class NamespaceHost implements Host {
  private final Namespace namespace;
  private final Map<Path, String> settings = new HashMap<>();

  /** Of a namespace, as it is now. */
  public NamespaceHost(Namespace namespace) throws Exception {
    this.namespace = namespace;
    Run run =
        namespace.run(
            "",
            List.of(
                "sh",
                "-c",
                "cd /proc/sys; grep -rs . net/ipv4/conf net/ipv6/conf net/ipv4/ip_forward"
                    + " net/bridge"));
    for (String line : run.out().split("\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        settings.put(Path.of("/proc/sys", line.substring(0, colon)), line.substring(colon + 1));
      }
    }
  }

  @Override
  public Optional<Path> find(String program) {
    return Optional.of(Path.of(program));
  }

  @Override
  public Exec.Result ask(List<String> command) throws IOException {
    try {
      Run run = namespace.run("", command);
      return new Exec.Result(run.exit(), run.out(), run.err());
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  @Override
  public byte[] read(Path file) throws IOException {
    if (file.startsWith("/proc/sys")) {
      String value = settings.get(file);
      if (value == null) {
        throw new NoSuchFileException(file.toString());
      }
      return value.getBytes(StandardCharsets.ISO_8859_1);
    }
    Exec.Result result = ask(List.of("cat", file.toString()));
    if (result.exit() != 0) {
      throw new NoSuchFileException(file.toString());
    }
    return result.output().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public Path real(Path path) {
    return path;
  }

  @Override
  public boolean exists(Path path) {
    return true;
  }

  @Override
  public Optional<NetworkNamespace> namespace(Path path) {
    return Optional.empty();
  }

  @Override
  public List<String> names(Path folder) throws IOException {
    throw new IOException("not asked here");
  }

  @Override
  public List<HostInterface> interfaces() throws IOException {
    throw new IOException("not asked here");
  }

  @Override
  public Map<String, String> holders(Set<String> sockets) {
    return Map.of();
  }

  @Override
  public SourceFiles documents() {
    return SourceFiles.LOCAL;
  }
}
