package io.portmapctl.host;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A host whose programs are begun before their turn, by who knows that they will be asked: they run
 * side by side, and whoever asks for one has its answer. What nobody asked for in the end is given
 * up when this is closed: later it would be old.
 */
public final class AheadHost extends DelegatingHost implements AutoCloseable {
  private final Map<List<String>, Exec.Running> begun = new ConcurrentHashMap<>();

  /** Of a host. */
  public AheadHost(Host host) {
    super(host);
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
}
