package io.portmapctl.host;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.net.HostInterface;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A host whose programs are begun before their turn, by who knows that they will be asked: they run
 * side by side, and whoever asks for one has its answer. What nobody asked for in the end is given
 * up when this is closed: later it would be old.
 */
public final class AheadHost implements Host, AutoCloseable {
  private final Host host;
  private final Map<List<String>, Exec.Running> begun = new HashMap<>();

  /** Of a host. */
  public AheadHost(Host host) {
    this.host = host;
  }

  /** Begins a program that will be asked with these words. */
  public void ahead(List<String> command) {
    begun.computeIfAbsent(command, host::begin);
  }

  @Override
  public Exec.Running begin(List<String> command) {
    Exec.Running running = begun.remove(command);
    return running == null ? host.begin(command) : running;
  }

  @Override
  public Exec.Result ask(List<String> command) throws IOException {
    Exec.Running running = begun.remove(command);
    return running == null ? host.ask(command) : running.result();
  }

  @Override
  public void close() {
    begun.values().forEach(Exec.Running::close);
    begun.clear();
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
