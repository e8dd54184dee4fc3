package io.portmapctl.app;

import io.portmapctl.cni.AddressFile;
import io.portmapctl.fault.FileFault;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.host.live.LinuxKernel;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.HostInterface;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the host's addresses come from.
 *
 * @param local its addresses, as given
 * @param file what {@code ip -j addr} printed there; empty where it is not given
 */
public record AddressSource(List<Cidr> local, String file) {

  /**
   * What is known of the host.
   *
   * @param live whether the ruleset is the live host's
   * @param host that one
   */
  public HostAddresses host(boolean live, Host host) throws Failure {
    List<HostInterface> links = new ArrayList<>();
    if (!file.isEmpty()) {
      links.addAll(read());
    }
    if (!local.isEmpty()) {
      links.add(
          new HostInterface(
              "", local.stream().map(c -> Cidr.host(c.address())).toList(), List.of()));
    }
    if (!links.isEmpty() || !file.isEmpty()) {
      return new HostAddresses(Optional.of(List.copyOf(links)));
    }
    if (!live) {
      return HostAddresses.UNKNOWN;
    }
    try {
      return live(host);
    } catch (HostException e) {
      throw new Failure(Failure.Kind.HOST, "live host", e.fault());
    }
  }

  /**
   * What is known of the host, read when it is first asked for.
   *
   * @param live whether it is the live one; of another nothing is known
   * @param host that one
   */
  public static Supplier<HostAddresses> known(boolean live, Host host) {
    List<HostAddresses> read = new ArrayList<>();
    return () -> {
      if (read.isEmpty()) {
        read.add(live ? orUnknown(host) : HostAddresses.UNKNOWN);
      }
      return read.get(0);
    };
  }

  private static HostAddresses orUnknown(Host host) {
    try {
      return live(host);
    } catch (HostException e) {
      return HostAddresses.UNKNOWN; // what follows from it is open then
    }
  }

  /** What is known of the live host. */
  public static HostAddresses live(Host host) throws HostException {
    return new HostAddresses(Optional.of(LinuxKernel.links(host)), LinuxKernel.localRoutes(host));
  }

  private List<HostInterface> read() throws Failure {
    try {
      return AddressFile.parse(NamedFile.read(file, FileFault.Content.ADDRESSES));
    } catch (AddressFile.FormatException e) {
      throw NamedFile.failure(file, e.fault());
    }
  }
}
