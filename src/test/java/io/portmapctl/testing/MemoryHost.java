package io.portmapctl.testing;

import io.portmapctl.app.LiveHost;
import io.portmapctl.cni.SourceFiles;
import io.portmapctl.host.Backend;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.Kernel;
import io.portmapctl.host.live.Forwarding;
import io.portmapctl.host.live.KernelWords;
import io.portmapctl.host.live.Rehearsal;
import io.portmapctl.host.live.VariantChoice;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.PublishedPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What a live host is besides its rules, in memory: interfaces, routes and settings. */
public final class MemoryHost implements Kernel, Host {
  /** The value of route_localnet of each interface. */
  public final Map<String, String> localnet = new HashMap<>();

  /** The UDP ports whose flows were forgotten. */
  public final List<Plan.Stale> forgotten = new ArrayList<>();

  private final Function<IpAddress, Optional<String>> routes;

  /**
   * A host.
   *
   * @param interfaces their names
   * @param routes the interface towards a container
   */
  public MemoryHost(List<String> interfaces, Function<IpAddress, Optional<String>> routes) {
    interfaces.forEach(name -> localnet.put(name, "0"));
    this.routes = routes;
  }

  /** The host with rules. */
  public LiveHost with(Backend backend) {
    Exec none =
        (command, input) -> {
          throw new IOException("no programs");
        };
    return new LiveHost(
        this,
        backend,
        this,
        new Rehearsal(none, this, VariantChoice.AUTO),
        new Forwarding(this),
        new KernelWords(none, this));
  }

  @Override
  public Optional<String> interfaceTowards(IpAddress container) {
    return routes.apply(container);
  }

  @Override
  public boolean unroutable(IpAddress address) {
    return false;
  }

  @Override
  public Optional<String> routeLocalnet(String networkInterface) {
    return Optional.ofNullable(localnet.get(networkInterface));
  }

  @Override
  public void setRouteLocalnet(String networkInterface, String value) {
    localnet.put(networkInterface, value);
  }

  @Override
  public Optional<String> listener(PublishedPort port) {
    return Optional.empty();
  }

  @Override
  public void forgetFlows(List<Plan.Stale> stale) {
    forgotten.addAll(stale);
  }

  @Override
  public Optional<Path> find(String program) {
    return Optional.empty();
  }

  @Override
  public Path real(Path path) {
    return path;
  }

  @Override
  public boolean exists(Path path) {
    return false;
  }

  @Override
  public byte[] read(Path file) throws IOException {
    throw new IOException("no files");
  }

  @Override
  public List<String> names(Path folder) throws IOException {
    throw new IOException("no files");
  }

  @Override
  public Optional<NetworkNamespace> namespace(Path path) throws IOException {
    throw new IOException("no files");
  }

  @Override
  public Exec.Result ask(List<String> command) throws IOException {
    throw new IOException("no programs");
  }

  @Override
  public List<HostInterface> interfaces() {
    return List.of();
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
