package io.portmapctl.explain;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.ListeningSocket;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.DecidedBy.ByContainer.Fault;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What was seen of a place where connections end.
 *
 * @param address its address
 * @param port its port
 * @param protocol the protocol, as rules name it
 * @param where what was looked at
 * @param namespace the network namespace's file, octets; empty where none was found, and for the
 *     host
 * @param link the interface that has the address, where one was found
 * @param others the addresses that it has in its place or, where nobody has it, those beside it
 * @param sockets what listens on the port; empty where that was not seen
 * @param ways whether it has a route to senders and to whom it sends, where that was asked
 * @param wiring how it is tied to this host
 */
public record SeenPlace(
    IpAddress address,
    int port,
    String protocol,
    Where where,
    Optional<String> namespace,
    Optional<Interface> link,
    List<IpAddress> others,
    Optional<List<ListeningSocket>> sockets,
    Map<IpAddress, Boolean> ways,
    Wiring wiring) {

  /** Copies the collections. */
  public SeenPlace {
    others = List.copyOf(others);
    sockets = sockets.map(List::copyOf);
    ways = Map.copyOf(ways);
  }

  /**
   * Something that may keep connections from a container.
   *
   * @param fault what
   * @param detail what belongs to it, octets
   */
  public record Trouble(Fault fault, String detail) {}

  /**
   * How a container is tied to this host.
   *
   * @param trouble what keeps packets from it before they are there
   * @param strays to whom its answers do not go by this host
   * @param drops a rule of its own network namespace that drops packets, octets
   */
  public record Wiring(
      Optional<Trouble> trouble, Map<IpAddress, Trouble> strays, Optional<String> drops) {
    /** Nothing is known of it. */
    public static final Wiring UNKNOWN = new Wiring(Optional.empty(), Map.of(), Optional.empty());

    /** Copies the map. */
    public Wiring {
      strays = Map.copyOf(strays);
    }
  }

  /** What was looked at. */
  public enum Where {
    /** This host. */
    HOST,
    /** A container's network namespace. */
    CONTAINER,
    /** Every network namespace behind this host's interfaces: none has the address. */
    NOWHERE,
    /** The same, and nobody answers for the address where routes say that it is. */
    NOBODY,
    /** Not all of them could be looked at, and none of the others has it. */
    NOT_FOUND,
    /** Nothing: this host may not enter network namespaces. */
    NOT_ENTERED,
    /** Nothing: a program that it takes is missing. */
    NO_PROGRAM;

    /** The name in JSON. */
    public String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * An interface of a container.
   *
   * @param name its name, octets
   * @param up whether it is switched on
   * @param carrier whether it has a link
   * @param end its other end on this host, octets, where it has one
   */
  public record Interface(String name, boolean up, boolean carrier, Optional<String> end) {}

  /** Whether nothing was seen of it. */
  public boolean unseen() {
    return where == Where.NOT_FOUND || where == Where.NOT_ENTERED || where == Where.NO_PROGRAM;
  }

  /** The socket that gets what comes here, where it is known that one does. */
  public Optional<ListeningSocket> listener() {
    return sockets.flatMap(
        all -> all.stream().filter(s -> s.takes(address).orElse(false)).findFirst());
  }

  /**
   * What keeps connections from a container.
   *
   * @param sender from whom they come, as it sees it
   */
  Optional<DecidedBy.ByContainer> fault(Optional<IpAddress> sender) {
    if (where == Where.NOBODY) {
      return Optional.of(by(Fault.NOBODY_THERE, texts(others)));
    }
    if (where != Where.CONTAINER) {
      return Optional.empty();
    }
    if (link.isEmpty()) {
      return Optional.of(by(Fault.WITHOUT_ADDRESS, texts(others)));
    }
    if (!link.get().up()) {
      return Optional.of(by(Fault.LINK_DOWN, link.get().name()));
    }
    if (!link.get().carrier()) {
      return Optional.of(by(Fault.NO_CARRIER, link.get().end().orElse("")));
    }
    return wiring
        .trouble()
        .filter(t -> t.fault() != Fault.NO_ARP)
        .map(t -> by(t.fault(), t.detail()))
        .or(this::unheard)
        .or(() -> unanswered(sender));
  }

  /** The same of programs alone: that none gets what comes here. */
  private Optional<DecidedBy.ByContainer> unheard() {
    boolean heard =
        sockets.isEmpty() || sockets.get().stream().anyMatch(s -> takes(s).orElse(true));
    if (heard) {
      return Optional.empty();
    }
    List<ListeningSocket> all = sockets.get();
    Optional<String> device =
        all.stream()
            .filter(s -> s.takes(address).isEmpty())
            .flatMap(s -> s.device().stream())
            .findFirst();
    if (device.isPresent()) {
      return Optional.of(by(Fault.OTHER_DEVICE_ONLY, device.get()));
    }
    if (all.isEmpty()) {
      return Optional.of(by(Fault.NOBODY_LISTENS, ""));
    }
    if (address.family() == Family.IPV4
        && all.stream().anyMatch(s -> s.address().isUnspecified())) {
      return Optional.of(by(Fault.IPV6_ONLY, ""));
    }
    boolean loopback = all.stream().allMatch(ListeningSocket::loopback);
    return Optional.of(
        by(
            loopback ? Fault.LOOPBACK_ONLY : Fault.OTHER_ADDRESS_ONLY,
            texts(all.stream().map(ListeningSocket::address).distinct().toList())));
  }

  /** By which interface it comes is certain where that with the address leads to this host. */
  private Optional<Boolean> takes(ListeningSocket socket) {
    boolean outside =
        link.flatMap(Interface::end).isPresent() || socket.device().equals(Optional.of("lo"));
    return link.isPresent() && outside
        ? socket.takes(address, link.get().name())
        : socket.takes(address);
  }

  /** That every program is stopped that gets what comes here: the kernel alone answers. */
  Optional<DecidedBy.ByContainer> stopped() {
    return all(ListeningSocket.State.STOPPED).map(who -> by(Fault.STOPPED, who));
  }

  /** That it finds no neighbours: who is known already, or whose bridge helps, is answered yet. */
  Optional<DecidedBy.ByContainer> withoutArp() {
    return wiring
        .trouble()
        .filter(t -> t.fault() == Fault.NO_ARP)
        .map(t -> by(t.fault(), t.detail()));
  }

  /** That connections wait for it, and no more may. */
  Optional<DecidedBy.ByContainer> queueFull() {
    return all(ListeningSocket.State.FULL).map(who -> by(Fault.QUEUE_FULL, who));
  }

  /** Who holds the sockets that get what comes here, where all of them fare so. */
  private Optional<String> all(ListeningSocket.State state) {
    List<ListeningSocket> taking =
        where == Where.CONTAINER
            ? sockets.orElse(List.of()).stream().filter(s -> takes(s).orElse(true)).toList()
            : List.of();
    return !taking.isEmpty() && taking.stream().allMatch(s -> s.state() == state)
        ? Optional.of(taking.get(0).process().orElse(""))
        : Optional.empty();
  }

  /** The same of routes alone: that it has none to somebody. */
  Optional<DecidedBy.ByContainer> unanswered(Optional<IpAddress> to) {
    return to.filter(s -> ways.getOrDefault(s, true).equals(false))
        .map(s -> by(Fault.NO_ROUTE, s.toString()));
  }

  /** What may keep answers to somebody from this host. */
  Optional<DecidedBy.ByContainer> stray(Optional<IpAddress> to) {
    return to.flatMap(t -> Optional.ofNullable(wiring.strays().get(t)))
        .map(t -> by(t.fault(), t.detail()));
  }

  /** The rules of its own that may drop what comes, or the answer. */
  Optional<DecidedBy.ByContainer> ownRules() {
    return wiring.drops().map(rule -> by(Fault.OWN_RULES, rule));
  }

  private DecidedBy.ByContainer by(Fault fault, String detail) {
    return new DecidedBy.ByContainer(address, port, protocol, namespace, fault, detail);
  }

  private static String texts(List<IpAddress> addresses) {
    return String.join(", ", addresses.stream().map(IpAddress::toString).toList());
  }
}
