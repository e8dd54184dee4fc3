package io.portmapctl.app;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.host.Backend;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.host.Kernel;
import io.portmapctl.host.live.Forwarding;
import io.portmapctl.host.live.IptablesBackend;
import io.portmapctl.host.live.KernelWords;
import io.portmapctl.host.live.LinuxKernel;
import io.portmapctl.host.live.Rehearsal;
import io.portmapctl.host.live.VariantChoice;
import io.portmapctl.host.snapshot.RecordingHost;
import io.portmapctl.host.snapshot.SnapshotHost;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.Localnet;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The host that counts as live: the machine that this runs on, or one that a snapshot holds;
 * nothing of it is read or started before it is asked.
 *
 * @param host what can be read of it
 * @param backend its rules
 * @param kernel what else is asked of it
 * @param rehearsal where a plan can be tried
 * @param forwarding whether it forwards packets
 * @param words how its iptables prints rules
 */
public record LiveHost(
    Host host,
    Backend backend,
    Kernel kernel,
    Rehearsal rehearsal,
    Forwarding forwarding,
    KernelWords words) {

  /**
   * A host that counts as live.
   *
   * @param exec what changes it
   * @param variant whose iptables
   * @param waitSeconds how long to wait for iptables' lock
   * @param counters whether rules are read with their counters
   */
  public static LiveHost of(
      Host host, Exec exec, VariantChoice variant, int waitSeconds, boolean counters) {
    return new LiveHost(
        host,
        new IptablesBackend(exec, host, variant, waitSeconds, counters),
        new LinuxKernel(exec, host),
        new Rehearsal(exec, host, variant),
        new Forwarding(host),
        new KernelWords(exec, host));
  }

  /**
   * The same host where everything that a plan is made of is remembered; what changes it, or tries
   * a plan, is not.
   *
   * @param recorded the host
   */
  public static LiveHost recorded(
      RecordingHost recorded, Exec exec, VariantChoice variant, int waitSeconds) {
    LiveHost live = of(recorded, exec, variant, waitSeconds, false);
    return new LiveHost(
        live.host,
        live.backend,
        live.kernel,
        live.rehearsal,
        live.forwarding,
        new KernelWords(recorded, recorded));
  }

  /** A host that gives the answers that another has given, and nothing else. */
  public static LiveHost answered(SnapshotHost answers, VariantChoice variant) {
    LiveHost seen = of(answers, SnapshotHost.UNCHANGEABLE, variant, 0, false);
    return new LiveHost(
        seen.host,
        seen.backend,
        seen.kernel,
        seen.rehearsal,
        seen.forwarding,
        new KernelWords(answers.answering(), answers));
  }

  /** The same host where it is read through another: its backend and its kernel are the same. */
  LiveHost through(Host other) {
    return new LiveHost(other, backend, kernel, rehearsal, forwarding, words);
  }

  /** The files and folders that documents are read from. */
  public SourceFiles documents() {
    return host.documents();
  }

  /**
   * Published addresses that no interface of the live host has; none where its addresses cannot be
   * told.
   */
  public static List<AppNotice> notOfHost(
      LiveHost live, Rulesets rulesets, List<PublishedPort> ports) {
    List<PublishedPort> named =
        ports.stream()
            .filter(p -> rulesets.live(p.family()) && p.hostIp().isPresent())
            .filter(p -> !p.hostIp().get().isUnspecified())
            .toList();
    if (named.isEmpty()) {
      return List.of();
    }
    try {
      HostAddresses host = AddressSource.live(live.host());
      return named.stream()
          .filter(p -> host.isLocal(p.hostIp().get()) == Ternary.NO)
          .distinct()
          .map(p -> (AppNotice) new AppNotice.NotOfHost(p))
          .toList();
    } catch (HostException e) {
      return List.of();
    }
  }

  /** Who of this host listens on ports that are published on it, each said once. */
  public static List<AppNotice> listeners(
      Kernel kernel, Rulesets rulesets, List<PublishedPort> ports) {
    List<AppNotice> listeners = new ArrayList<>();
    Set<String> said = new HashSet<>(); // a socket is often of both families
    for (PublishedPort port : ports) {
      if (rulesets.live(port.family())) {
        kernel
            .listener(port)
            .filter(process -> said.add(process + " " + port))
            .ifPresent(process -> listeners.add(new AppNotice.Listener(process, port)));
      }
    }
    return listeners;
  }

  /**
   * {@code route_localnet} of the interface towards a container where it must be set; empty where
   * it is, or cannot be.
   *
   * @param given the interface, where it need not be looked up
   * @param withRules whether the container's rules change too
   * @param notices where is added why it cannot be
   */
  public static Optional<Plan.Sysctl> localnet(
      Kernel kernel,
      IpAddress container,
      Optional<String> given,
      boolean withRules,
      Collection<? super AppNotice> notices)
      throws HostException {
    Optional<String> name = given.isPresent() ? given : kernel.interfaceTowards(container);
    if (name.isEmpty()) {
      notices.add(new AppNotice.NoRouteTowards(container));
      return Optional.empty();
    }
    Optional<String> from = kernel.routeLocalnet(name.get());
    if (from.isEmpty()) {
      notices.add(new AppNotice.NoInterface(name.get()));
      return Optional.empty();
    }
    return from.get().equals("1")
        ? Optional.empty()
        : Optional.of(new Plan.Sysctl(container, name, from, withRules));
  }

  /**
   * Whether 127.0.0.1's packets may leave towards a container; the setting of all interfaces counts
   * for each of them.
   */
  public static Localnet localnet(Kernel kernel, IpAddress container, Optional<String> given) {
    try {
      Optional<String> name = given.isPresent() ? given : kernel.interfaceTowards(container);
      if (name.isEmpty() || kernel.routeLocalnet(name.get()).isEmpty()) {
        return Localnet.UNKNOWN;
      }
      boolean set =
          Stream.of(kernel.routeLocalnet(name.get()), kernel.routeLocalnet("all"))
              .anyMatch(v -> v.equals(Optional.of("1")));
      return set ? Localnet.SET : Localnet.NOT_SET;
    } catch (HostException e) {
      return Localnet.UNKNOWN;
    }
  }
}
