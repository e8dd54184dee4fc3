package io.portmapctl.path;

import io.portmapctl.net.IpAddress;
import io.portmapctl.path.DecidedBy.ByLink.Fault;
import io.portmapctl.route.Bridges;
import io.portmapctl.route.Learned;
import io.portmapctl.route.Link;
import io.portmapctl.route.Neighbour;
import io.portmapctl.route.Routing;
import java.util.List;
import java.util.Optional;

/**
 * Whether what leaves through an interface comes to where it goes next, as far as links, the ports
 * of bridges and the neighbours that are known tell.
 */
record NextHop(Routing routing) {

  /**
   * How its way ends behind an interface, where it does or may.
   *
   * @param next the router or the end, where that is known
   */
  Optional<Ending> lost(String device, Optional<IpAddress> next) {
    Optional<Link> link = bridges().link(device).value().flatMap(l -> l).filter(Link::up);
    if (link.isEmpty()) {
      return Optional.empty();
    }
    boolean bridge = link.get().bridge().isPresent();
    if (!link.get().carrier() && !bridge) {
      return Optional.of(link(Ending.Kind.NOT_ROUTED, device, Fault.WITHOUT_LINK));
    }
    if (link.get().withoutArp() && next.isPresent() && !isWritten(device, next.get())) {
      return Optional.of(link(Ending.Kind.NOT_ROUTED, device, Fault.WITHOUT_ARP));
    }
    return (bridge ? shut(device, next) : Optional.<Ending>empty())
        .or(() -> next.flatMap(n -> silent(link.get(), n)));
  }

  /**
   * Whether a host has to ask for an address before it sends there; not where that is not known.
   */
  boolean asks(String device, IpAddress next) {
    boolean asking =
        bridges().link(device).value().flatMap(l -> l).flatMap(Link::hardware).isPresent()
            && !device.equals("lo");
    Optional<Optional<Neighbour>> known = bridges().neighbour(device, next).value();
    return asking
        && known.isPresent()
        && known.get().filter(n -> n.hardware().isPresent() && !n.failed()).isEmpty();
  }

  private Bridges bridges() {
    return routing.bridges();
  }

  private static Ending link(Ending.Kind kind, String device, Fault fault) {
    return Ending.there(kind, Ending.Why.LINK, new DecidedBy.ByLink(device, fault));
  }

  /** Where ports of a bridge let nothing through. */
  private Optional<Ending> shut(String bridge, Optional<IpAddress> next) {
    List<Link> ports = bridges().ports(bridge).value().orElse(List.of());
    Optional<String> hardware =
        next.flatMap(n -> bridges().neighbour(bridge, n).value().flatMap(k -> k))
            .flatMap(Neighbour::hardware);
    Optional<Ending> written = hardware.flatMap(h -> written(bridge, h));
    if (written.isPresent()) {
      return written;
    }
    List<Link> shut = ports.stream().filter(p -> fault(p, hardware).isPresent()).toList();
    if (shut.isEmpty()) {
      return Optional.empty();
    }
    Optional<Link> port =
        next.flatMap(n -> bridges().portTowards(bridge, n).value().flatMap(p -> p))
            .flatMap(name -> ports.stream().filter(p -> p.name().equals(name)).findFirst());
    if (port.isPresent()) {
      return port.flatMap(
          p -> fault(p, hardware).map(f -> link(Ending.Kind.NOT_ROUTED, p.name(), f)));
    }
    Link first = shut.get(0);
    if (shut.size() < ports.size()) {
      return Optional.of(
          link(Ending.Kind.UNDECIDED, first.name(), fault(first, hardware).orElseThrow()));
    }
    return Optional.of(
        ports.size() == 1
            ? link(Ending.Kind.NOT_ROUTED, first.name(), fault(first, hardware).orElseThrow())
            : link(Ending.Kind.NOT_ROUTED, bridge, Fault.WITHOUT_PORT));
  }

  /** Why a port of a bridge lets nothing through. */
  private Optional<Fault> fault(Link port, Optional<String> hardware) {
    if (!port.up()) {
      return Optional.of(Fault.DOWN);
    }
    if (!port.carrier()) {
      return Optional.of(Fault.WITHOUT_LINK);
    }
    Link.Port own = port.port().orElseThrow();
    if (!own.state().isEmpty() && !own.state().equals("forwarding")) {
      return Optional.of(Fault.BLOCKED);
    }
    return own.locked() && !isKnown(port, hardware)
        ? Optional.of(Fault.LOCKED)
        : own.unlearned() && !isKnown(port, hardware)
            ? Optional.of(Fault.UNLEARNED)
            : Optional.empty();
  }

  /** Whether a bridge has an Ethernet address behind a port; where none is told, any. */
  private boolean isKnown(Link port, Optional<String> hardware) {
    return routing.host().learned().value().orElse(List.of()).stream()
        .filter(l -> !l.own() && l.port().equals(port.name()))
        .anyMatch(l -> hardware.isEmpty() || l.hardware().equals(hardware.get()));
  }

  /**
   * Where somebody wrote down behind which port an Ethernet address is, and that it stays there; or
   * that it is a port's own, which it is not.
   */
  private Optional<Ending> written(String bridge, String hardware) {
    return routing.host().learned().value().orElse(List.of()).stream()
        .filter(l -> l.bridge().equals(bridge) && l.hardware().equals(hardware))
        .filter(l -> l.own() ? !isOfHost(hardware) : l.sticky())
        .findFirst()
        .map(l -> link(Ending.Kind.UNDECIDED, l.port(), Fault.WRITTEN));
  }

  private boolean isOfHost(String hardware) {
    return routing.host().links().value().orElse(List.of()).stream()
        .anyMatch(l -> l.hardware().equals(Optional.of(hardware)));
  }

  /** Whether somebody wrote down who has an address. */
  private boolean isWritten(String device, IpAddress next) {
    return bridges()
        .neighbour(device, next)
        .value()
        .flatMap(n -> n)
        .filter(n -> n.state().equals("PERMANENT"))
        .isPresent();
  }

  /** Where nobody answered for an address, or somebody wrote down who has it. */
  private Optional<Ending> silent(Link link, IpAddress next) {
    Optional<Neighbour> neighbour = bridges().neighbour(link.name(), next).value().flatMap(n -> n);
    if (neighbour.isEmpty()) {
      return Optional.empty();
    }
    boolean written =
        neighbour.get().permanent()
            && link.bridge().isPresent()
            && neighbour.get().hardware().filter(h -> unseen(link.name(), h)).isPresent();
    return neighbour.get().failed() || written
        ? Optional.of(
            Ending.there(
                Ending.Kind.UNDECIDED,
                Ending.Why.NEIGHBOUR,
                new DecidedBy.ByNeighbour(
                    next, link.name(), written ? neighbour.get().hardware() : Optional.empty())))
        : Optional.empty();
  }

  /** Whether a bridge has seen nothing of an Ethernet address. */
  private boolean unseen(String bridge, String hardware) {
    Optional<List<Learned>> learned = routing.host().learned().value();
    return learned.isPresent()
        && learned.get().stream()
            .filter(l -> !l.own() && l.bridge().equals(bridge))
            .noneMatch(l -> l.hardware().equals(hardware));
  }
}
