package io.portmapctl.host;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.net.HostInterface;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A host of which all is asked of another, but for what a subclass answers itself. What is begun is
 * not handed on: a subclass that asks otherwise begins otherwise too.
 */
public abstract class DelegatingHost implements Host {
  /** Who answers. */
  protected final Host host;

  /** Of another. */
  protected DelegatingHost(Host host) {
    this.host = host;
  }

  @Override
  public Optional<Path> find(String program) {
    return host.find(program);
  }

  @Override
  public Path real(Path path) throws IOException {
    return host.real(path);
  }

  @Override
  public boolean exists(Path path) {
    return host.exists(path);
  }

  @Override
  public Optional<NetworkNamespace> namespace(Path path) throws IOException {
    return host.namespace(path);
  }

  @Override
  public byte[] read(Path file) throws IOException {
    return host.read(file);
  }

  @Override
  public List<String> names(Path folder) throws IOException {
    return host.names(folder);
  }

  @Override
  public Exec.Result ask(List<String> command) throws IOException {
    return host.ask(command);
  }

  @Override
  public List<HostInterface> interfaces() throws IOException {
    return host.interfaces();
  }

  @Override
  public Map<String, String> holders(Set<String> sockets) {
    return host.holders(sockets);
  }

  @Override
  public SourceFiles documents() {
    return host.documents();
  }
}
