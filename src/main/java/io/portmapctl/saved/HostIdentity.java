package io.portmapctl.saved;

import io.portmapctl.fault.SavedPlanFault;
import io.portmapctl.host.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What tells a host from others; each empty where it is not known, as a snapshot does not hold the
 * machine's ID.
 *
 * @param name its name
 * @param machine a digest of its machine's ID (machine-id(5)), which is nobody's business itself
 * @param network the number of its network namespace, as long as that is there
 */
public record HostIdentity(String name, String machine, String network) {
  private static final Path NAME = Path.of("/proc/sys/kernel/hostname");
  private static final Path MACHINE = Path.of("/etc/machine-id");
  private static final Path NETWORK = Path.of("/proc/self/ns/net");

  /** The identity of a host. */
  public static HostIdentity of(Host host) {
    String machine = setting(host, MACHINE);
    return new HostIdentity(
        setting(host, NAME),
        machine.isEmpty()
            ? ""
            : Digest.of(("portmapctl " + machine).getBytes(StandardCharsets.UTF_8)),
        network(host));
  }

  private static String setting(Host host, Path file) {
    try {
      return host.setting(file);
    } catch (IOException e) {
      return "";
    }
  }

  private static String network(Host host) {
    try {
      return host.namespace(NETWORK).map(Host.NetworkNamespace::id).orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  /** Why a plan for this host is not for that one; empty where it is. */
  public Optional<SavedPlanFault> differs(HostIdentity here) {
    if (name.isEmpty() || !name.equals(here.name)) {
      return other(SavedPlanFault.Identity.NAME, name, here.name);
    }
    if (!machine.isEmpty() && !machine.equals(here.machine)) {
      return other(SavedPlanFault.Identity.MACHINE, "-", here.machine);
    }
    return network.isEmpty() || network.equals(here.network)
        ? Optional.empty()
        : other(SavedPlanFault.Identity.NETWORK, "-", here.network);
  }

  private static Optional<SavedPlanFault> other(
      SavedPlanFault.Identity by, String planned, String here) {
    return Optional.of(new SavedPlanFault.OtherHost(by, planned, here));
  }
}
