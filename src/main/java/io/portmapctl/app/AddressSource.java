package io.portmapctl.app;

import io.portmapctl.cni.AddressFile;
import io.portmapctl.fault.FileFault;
import io.portmapctl.host.Host;
import io.portmapctl.host.HostException;
import io.portmapctl.host.live.LinuxKernel;
import io.portmapctl.host.route.GivenRouting;
import io.portmapctl.host.route.IpFormatException;
import io.portmapctl.host.route.LinkReader;
import io.portmapctl.host.route.RouteReader;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.HostInterface;
import io.portmapctl.route.Known;
import io.portmapctl.route.Link;
import io.portmapctl.route.Missing;
import io.portmapctl.route.Route;
import io.portmapctl.route.Routing;
import io.portmapctl.trace.HostAddresses;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the host's addresses and routes come from.
 *
 * @param local its addresses, as given
 * @param file what {@code ip -j addr} printed there; empty where it is not given
 * @param routes what {@code ip -j route show table all} printed there; empty where it is not given
 */
public record AddressSource(List<Cidr> local, String file, String routes) {
  /** The byte order mark of UTF-8, as octets. */
  private static final String MARK = "\u00ef\u00bb\u00bf";

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
    if (!routes.isEmpty()) {
      List<Route> known = readRoutes();
      if (links.isEmpty() && file.isEmpty()) {
        return LocalRoutes.addresses(known);
      }
      return new HostAddresses(Optional.of(List.copyOf(links)), LocalRoutes.networks(known));
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

  /** How the host routes, where a file tells; nothing but its routes and interfaces is known. */
  public Optional<Routing> routing() throws Failure {
    if (routes.isEmpty()) {
      return Optional.empty();
    }
    Known<List<Link>> links = Known.not(Missing.LINKS);
    if (!file.isEmpty()) {
      try {
        links = Known.of(LinkReader.links(text(file, FileFault.Content.ADDRESSES)), Missing.LINKS);
      } catch (IpFormatException e) {
        throw NamedFile.failure(file, e.fault());
      }
    }
    return Optional.of(
        new Routing(new GivenRouting(Known.of(readRoutes(), Missing.ROUTES), links)));
  }

  private List<Route> readRoutes() throws Failure {
    String text = text(routes, FileFault.Content.ROUTES);
    if (text.isBlank()) {
      throw NamedFile.failure(routes, new FileFault.NotAnArray(FileFault.Content.ROUTES));
    }
    try {
      return RouteReader.read(text);
    } catch (IpFormatException e) {
      throw NamedFile.failure(routes, e.fault());
    }
  }

  /** A file's octets, without the mark that some editors put before them. */
  private static String text(String file, FileFault.Content content) throws Failure {
    String text = new String(NamedFile.read(file, content), StandardCharsets.ISO_8859_1);
    return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
  }

  private List<HostInterface> read() throws Failure {
    try {
      return AddressFile.parse(NamedFile.read(file, FileFault.Content.ADDRESSES));
    } catch (AddressFile.FormatException e) {
      throw NamedFile.failure(file, e.fault());
    }
  }
}
