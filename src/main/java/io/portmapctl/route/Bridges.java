package io.portmapctl.route;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import java.util.List;
import java.util.Optional;

/** The bridges of a host and their ports. */
public final class Bridges {
  private final HostRouting host;
  private final Settings settings;

  Bridges(HostRouting host, Settings settings) {
    this.host = host;
    this.settings = settings;
  }

  /** An interface; known and empty where there is none of that name. */
  public Known<Optional<Link>> link(String device) {
    return host.links().map(l -> l.stream().filter(k -> k.name().equals(device)).findFirst());
  }

  /** Whether an interface is a bridge. */
  public Known<Boolean> isBridge(String device) {
    return detail(device).map(l -> l.flatMap(Link::bridge).isPresent());
  }

  /** The bridge that an interface is a port of. */
  public Known<Optional<String>> bridgeOf(String port) {
    return detail(port).map(l -> l.filter(k -> k.port().isPresent()).flatMap(Link::master));
  }

  /** The ports of a bridge. */
  public Known<List<Link>> ports(String bridge) {
    Known<Optional<Link>> known = detail(bridge);
    return known.value().isEmpty()
        ? Known.not(known.missing())
        : host.links()
            .map(
                links ->
                    links.stream()
                        .filter(l -> l.port().isPresent())
                        .filter(l -> l.master().equals(Optional.of(bridge)))
                        .toList());
  }

  /** An interface, where what belongs to its kind was asked for. */
  private Known<Optional<Link>> detail(String device) {
    Known<Optional<Link>> link = link(device);
    boolean told = link.value().map(l -> l.map(Link::detailed).orElse(true)).orElse(false);
    return told ? link : Known.not(Missing.LINKS);
  }

  /**
   * The port of a bridge behind which an address is.
   *
   * @return known and empty where the kernel has not learned it (yet)
   */
  public Known<Optional<String>> portTowards(String bridge, IpAddress address) {
    Known<List<Neighbour>> neighbours = host.neighbours();
    if (neighbours.value().isEmpty()) {
      return Known.not(neighbours.missing());
    }
    Optional<String> hardware =
        neighbour(bridge, address).value().orElse(Optional.empty()).flatMap(Neighbour::hardware);
    if (hardware.isEmpty()) {
      return Known.of(Optional.empty(), neighbours.missing());
    }
    return host.learned()
        .map(
            learned ->
                learned.stream()
                    .filter(l -> !l.own() && l.bridge().equals(bridge))
                    .filter(l -> l.hardware().equals(hardware.get()))
                    .map(Learned::port)
                    .findFirst());
  }

  /** What the kernel knows of a neighbour; known and empty for nothing. */
  public Known<Optional<Neighbour>> neighbour(String device, IpAddress address) {
    return host.neighbours()
        .map(
            all ->
                all.stream()
                    .filter(n -> n.device().equals(device) && n.address().equals(address))
                    .findFirst());
  }

  /**
   * Whether iptables sees what crosses a bridge (br_netfilter).
   *
   * @param shown whether it does; empty where that is not known
   * @param by the setting that says so; none where the bridge itself says so
   * @param missing what is not known
   */
  public record Shown(Optional<Boolean> shown, List<Setting> by, List<Missing> missing) {
    /** Copies the lists. */
    public Shown {
      by = List.copyOf(by);
      missing = List.copyOf(missing);
    }
  }

  /** Whether iptables sees what crosses a bridge. */
  public Shown shows(Family family, String bridge) {
    Settings.Answer all =
        settings.one(
            "net/bridge/bridge-nf-call-" + (family == Family.IPV4 ? "iptables" : "ip6tables"));
    boolean loaded = !all.by().isEmpty();
    if (all.isOn() || all.isOff() && !loaded) {
      return new Shown(Optional.of(all.isOn()), all.by(), List.of());
    }
    Known<Optional<Link>> link = detail(bridge);
    if (link.value().isEmpty()) {
      return new Shown(Optional.empty(), all.by(), List.of(link.missing()));
    }
    boolean own =
        link.value()
            .get()
            .flatMap(Link::bridge)
            .map(b -> family == Family.IPV4 ? b.callIptables() : b.callIp6tables())
            .orElse(false);
    if (own) {
      return loaded
          ? new Shown(Optional.of(true), List.of(), List.of())
          : new Shown(Optional.empty(), List.of(), all.missing());
    }
    return new Shown(
        all.value().isPresent() ? Optional.of(false) : Optional.empty(), all.by(), all.missing());
  }
}
