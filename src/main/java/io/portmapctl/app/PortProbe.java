package io.portmapctl.app;

import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.Overrides;
import io.portmapctl.explain.Answer;
import io.portmapctl.explain.Assumption;
import io.portmapctl.explain.Judgement;
import io.portmapctl.explain.PortReach;
import io.portmapctl.explain.SeenPlace;
import io.portmapctl.explain.SeenPort;
import io.portmapctl.explain.Sender;
import io.portmapctl.host.Host;
import io.portmapctl.host.probe.Connections;
import io.portmapctl.host.probe.ContainerNamespaces;
import io.portmapctl.host.probe.Listeners;
import io.portmapctl.host.route.PeerReader;
import io.portmapctl.host.route.ReadRouting;
import io.portmapctl.net.Attempt;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.ListeningSocket;
import io.portmapctl.net.Protocol;
import io.portmapctl.path.DecidedBy.ByContainer.Fault;
import io.portmapctl.path.Disposition;
import io.portmapctl.route.Learned;
import io.portmapctl.route.Link;
import io.portmapctl.route.Neighbour;
import io.portmapctl.text.Octets;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.HostAddresses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Looks at the ends of the ways to a port, and tries connections of the senders that this host can
 * be. It reads, and sends what any client would.
 */
final class PortProbe {
  /** More are not tried. */
  private static final int MOST_ATTEMPTS = 48;

  private static final int MOST_OTHERS = 4;

  /** Connections wait: as many threads as there are at once. */
  private static final Executor THREADS =
      work -> {
        Thread thread = new Thread(work, "probe");
        thread.setDaemon(true);
        thread.start();
      };

  private final Host host;
  private final ReadRouting routing;
  private List<Link> links = List.of();

  PortProbe(Host host) {
    this.host = host;
    this.routing = new ReadRouting(host);
  }

  /** The ports with the answers that are left when one has looked. */
  static List<PortReach> judged(List<PortReach> ports, List<SeenPort> seen) {
    List<PortReach> judged = new ArrayList<>();
    for (int i = 0; i < ports.size(); i++) {
      PortReach port = ports.get(i);
      judged.add(
          new PortReach(
              port.port(),
              seen.get(i).answers().stream().map(SeenPort.Sight::judged).toList(),
              port.recipients(),
              port.others(),
              port.stranded()));
    }
    return judged;
  }

  /** What is taken for granted yet. */
  static List<Assumption> left(List<Assumption> assumptions, List<SeenPort> seen) {
    boolean all = seen.stream().flatMap(s -> s.places().stream()).noneMatch(SeenPlace::unseen);
    return assumptions.stream()
        .filter(a -> !all || a != Assumption.Plain.CONTAINER_NOT_LOOKED_AT)
        .toList();
  }

  /** What is seen of each port. */
  List<SeenPort> look(List<PortReach> ports) {
    Set<IpAddress> wanted = new LinkedHashSet<>();
    for (PortReach port : ports) {
      ends(port).keySet().forEach(e -> e.ip().ifPresent(wanted::add));
    }
    Set<IpAddress> own = new HashSet<>();
    links = routing.links().value().orElse(List.of());
    for (Link link : links) {
      link.addresses().forEach(a -> own.add(a.address().address()));
    }
    wanted.removeAll(own);
    ContainerNamespaces spaces = ContainerNamespaces.of(host, wanted);
    List<Looking> all = ports.stream().map(p -> new Looking(p, spaces)).toList();
    all.forEach(Looking::start); // those of one family beside those of the other
    all.forEach(Looking::await);
    Map<IpAddress, Neighbour> neighbours = neighbours();
    return all.stream().map(l -> l.seen(neighbours)).toList();
  }

  /** The ends of the ways to a port, with an answer of each. */
  private static Map<Endpoint, Answer> ends(PortReach port) {
    Map<Endpoint, Answer> ends = new LinkedHashMap<>();
    for (Answer answer : port.answers()) {
      Judgement.end(answer)
          .filter(e -> arrives(answer))
          .ifPresent(e -> ends.putIfAbsent(e, answer));
    }
    return ends;
  }

  /** Whether its packet is sent somewhere by a rule, or stays here. */
  private static boolean arrives(Answer answer) {
    return answer.trace().paths().stream()
        .allMatch(p -> p.redirection().isPresent() || p.disposition() == Disposition.DELIVERED);
  }

  private Map<IpAddress, Neighbour> neighbours() {
    Map<IpAddress, Neighbour> neighbours = new HashMap<>();
    routing.neighbours().value().orElse(List.of()).forEach(n -> neighbours.put(n.address(), n));
    return neighbours;
  }

  /** One port that is looked at. */
  private final class Looking {
    private final PortReach port;
    private final Protocol protocol;
    private final ContainerNamespaces spaces;
    private final Map<IpAddress, Optional<ContainerNamespaces.Space>> found = new HashMap<>();
    private final List<CompletableFuture<Attempt>> running = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();

    Looking(PortReach port, ContainerNamespaces spaces) {
      this.port = port;
      this.protocol = Protocol.parse(port.port().protocol()).orElseThrow();
      this.spaces = spaces;
    }

    /** The namespace of who has an address: where a record says, else where the address is. */
    private Optional<ContainerNamespaces.Space> space(IpAddress address) {
      return found.computeIfAbsent(
          address, a -> spaces.having(a).or(() -> recorded(a).flatMap(spaces::at)));
    }

    /** Where records have the container to which rules send what goes to an address. */
    private Optional<String> recorded(IpAddress address) {
      Set<Identity> owners = new HashSet<>();
      for (Answer answer : port.answers()) {
        for (Answer.Arrival arrival : answer.arrivals()) {
          if (arrival.destination().isAt(address)) {
            arrival.recipient().owner().ifPresent(owners::add);
          }
        }
      }
      if (owners.isEmpty()) {
        return Optional.empty();
      }
      Documents records =
          HostAttachments.folder(
              host.documents(),
              HostAttachments.CACHE,
              false,
              Overrides.pluginType("portmap"),
              Documents.Need.OWNER);
      return records.attachments().stream()
          .filter(a -> owners.contains(a.identity()))
          .flatMap(a -> a.netns().stream())
          .filter(n -> !n.isEmpty())
          .findFirst();
    }

    void start() {
      int tried = 0;
      for (Answer answer : port.answers()) {
        Optional<Supplier<Attempt>> trial = trial(answer);
        if (trial.isEmpty()) {
          running.add(CompletableFuture.completedFuture(untried(answer.sender().kind())));
        } else if (protocol == Protocol.SCTP) {
          running.add(CompletableFuture.completedFuture(Attempt.PROTOCOL));
        } else if (tried++ >= MOST_ATTEMPTS) {
          running.add(CompletableFuture.completedFuture(Attempt.TOO_MANY));
        } else {
          running.add(CompletableFuture.supplyAsync(trial.get(), THREADS));
        }
      }
    }

    private Attempt untried(Sender.Kind kind) {
      return switch (kind) {
        case LAN, NETWORK -> Attempt.OTHER_MACHINE;
        default -> spaces.refused().orElse(Attempt.NO_NAMESPACE);
      };
    }

    /** The connection of a sender, where this host can be it. */
    private Optional<Supplier<Attempt>> trial(Answer answer) {
      IpAddress to = answer.sender().destination();
      int number = port.port().port();
      IpAddress from = answer.sender().source();
      Optional<ContainerNamespaces.Space> inside =
          switch (answer.sender().kind()) {
            case CONTAINER -> space(from);
            case SIBLING -> Judgement.end(answer).flatMap(Endpoint::ip).flatMap(spaces::beside);
            default -> Optional.empty();
          };
      return switch (answer.sender().kind()) {
        case LAN, NETWORK -> Optional.empty();
        case HOST, LOCALHOST -> Optional.of(() -> Connections.here(protocol, to, number));
        case CONTAINER, SIBLING ->
            inside.map(s -> () -> Connections.inside(s.inside(), protocol, to, number));
      };
    }

    void await() {
      running.forEach(r -> attempts.add(r.join()));
    }

    SeenPort seen(Map<IpAddress, Neighbour> neighbours) {
      Map<Endpoint, SeenPlace> places = new LinkedHashMap<>();
      ends(port).forEach((end, answer) -> places.put(end, place(end, answer, neighbours)));
      List<SeenPort.Sight> sights = new ArrayList<>();
      for (int i = 0; i < attempts.size(); i++) {
        Answer answer = port.answers().get(i);
        Optional<Endpoint> end = Judgement.end(answer);
        Judgement judgement =
            new Judgement(
                end.flatMap(e -> Optional.ofNullable(places.get(e))),
                end.map(this::reached).orElse(false),
                end.flatMap(this::failed));
        Attempt attempt = attempts.get(i);
        sights.add(new SeenPort.Sight(answer, judgement.of(answer, attempt), attempt));
      }
      boolean elsewhere = places.values().stream().anyMatch(p -> p.where() != SeenPlace.Where.HOST);
      List<ListeningSocket> idle =
          elsewhere ? sockets(host, port.port().port()).orElse(List.of()) : List.of();
      return new SeenPort(sights, List.copyOf(places.values()), idle);
    }

    /** Whether a connection from somewhere came about there. */
    private boolean reached(Endpoint end) {
      for (int i = 0; i < attempts.size(); i++) {
        boolean there = Judgement.end(port.answers().get(i)).equals(Optional.of(end));
        if (there && attempts.get(i).succeeded()) {
          return true;
        }
      }
      return false;
    }

    /** How a connection of another sender fared that was to come about there, and did not. */
    private Optional<Attempt> failed(Endpoint end) {
      for (int i = 0; i < attempts.size(); i++) {
        Answer answer = port.answers().get(i);
        boolean meant =
            Judgement.end(answer).equals(Optional.of(end))
                && answer.result() == Answer.Result.WORKS
                && answer.sender().kind() != Sender.Kind.CONTAINER;
        if (meant && attempts.get(i).failed()) {
          return Optional.of(attempts.get(i));
        }
      }
      return Optional.empty();
    }

    private SeenPlace place(Endpoint end, Answer first, Map<IpAddress, Neighbour> neighbours) {
      IpAddress address = end.ip().orElseThrow();
      int number = end.port().orElseThrow();
      boolean here =
          first.trace().paths().stream().allMatch(p -> p.disposition() == Disposition.DELIVERED);
      if (here) {
        return place(end, SeenPlace.Where.HOST, List.of(), sockets(host, number));
      }
      Optional<ContainerNamespaces.Space> space = space(address);
      if (space.isEmpty()) {
        Optional<Neighbour> neighbour = Optional.ofNullable(neighbours.get(address));
        boolean silent =
            neighbour.filter(n -> n.failed() || n.state().equals("INCOMPLETE")).isPresent()
                || spaces.nobodyHas(address, neighbour.flatMap(Neighbour::hardware));
        return place(end, unseen(silent), spaces.beside(address, MOST_OTHERS), Optional.empty());
      }
      Optional<Link> link = space.get().having(address);
      Map<IpAddress, PeerReader.Way> ways = link.isPresent() ? ways(space.get(), end) : Map.of();
      return new SeenPlace(
          address,
          number,
          port.port().protocol(),
          SeenPlace.Where.CONTAINER,
          Optional.of(Octets.utf8(space.get().path().toString()).latin1()),
          link.map(l -> new SeenPlace.Interface(l.name(), l.up(), l.carrier(), space.get().end(l))),
          space.get().addresses().stream()
              .map(Cidr::address)
              .filter(a -> a.family() == address.family())
              .limit(MOST_OTHERS)
              .toList(),
          sockets(space.get().inside(), number),
          found(ways),
          link.isPresent()
              ? new SeenPlace.Wiring(
                  trouble(space.get(), link.get(), end, first, neighbours),
                  strays(space.get(), address, ways),
                  space.get().drops())
              : SeenPlace.Wiring.UNKNOWN);
    }

    private static Map<IpAddress, Boolean> found(Map<IpAddress, PeerReader.Way> ways) {
      Map<IpAddress, Boolean> found = new LinkedHashMap<>();
      ways.forEach((to, way) -> found.put(to, way.found()));
      return found;
    }

    /** What keeps packets from the container's interface: its bridge, or who is taken for it. */
    private Optional<SeenPlace.Trouble> trouble(
        ContainerNamespaces.Space space,
        Link link,
        Endpoint end,
        Answer first,
        Map<IpAddress, Neighbour> neighbours) {
      Optional<Link> other = space.end(link).flatMap(this::ofHost);
      Optional<Link> bridge =
          first.trace().paths().get(0).after().out().name().flatMap(this::ofHost);
      boolean plugged =
          other.isEmpty()
              || bridge.flatMap(Link::bridge).isEmpty()
              || other.get().master().equals(bridge.map(Link::name));
      if (!plugged) {
        return Optional.of(
            new SeenPlace.Trouble(
                Fault.NOT_PLUGGED,
                other.get().name() + " master " + bridge.map(Link::name).orElseThrow()));
      }
      boolean used =
          link.addresses().stream()
              .filter(a -> end.isAt(a.address().address()))
              .anyMatch(Link.Address::usable);
      if (!used) {
        return Optional.of(new SeenPlace.Trouble(Fault.ADDRESS_UNUSED, link.name()));
      }
      if (link.withoutArp() && other.isPresent()) {
        return Optional.of(new SeenPlace.Trouble(Fault.NO_ARP, link.name()));
      }
      Optional<String> port =
          link.hardware().isPresent() && other.flatMap(Link::port).isPresent()
              ? elsewhere(link.hardware().get(), other.get())
              : Optional.empty();
      if (port.isPresent()) {
        return Optional.of(
            new SeenPlace.Trouble(Fault.OTHER_PORT, port.get() + " " + other.get().name()));
      }
      return end.ip()
          .flatMap(a -> Optional.ofNullable(neighbours.get(a)))
          .filter(n -> n.hardware().isPresent() && !n.hardware().equals(link.hardware()))
          .map(
              n ->
                  new SeenPlace.Trouble(
                      Fault.OTHER_HARDWARE, n.hardware().orElseThrow() + " " + n.device()));
    }

    /** The port of a bridge behind which it has somebody, where that is another than his. */
    private Optional<String> elsewhere(String hardware, Link end) {
      return routing.learned().value().orElse(List.of()).stream()
          .filter(l -> end.master().equals(Optional.of(l.bridge())))
          .filter(l -> l.hardware().equals(hardware))
          .filter(l -> l.own() || l.sticky())
          .filter(l -> !l.port().equals(end.name()))
          .map(Learned::port)
          .findFirst();
    }

    private Optional<Link> ofHost(String name) {
      return links.stream().filter(l -> l.name().equals(name)).findFirst();
    }

    /** To whom answers are not sent by this host. */
    private Map<IpAddress, SeenPlace.Trouble> strays(
        ContainerNamespaces.Space space, IpAddress container, Map<IpAddress, PeerReader.Way> ways) {
      Map<IpAddress, SeenPlace.Trouble> strays = new LinkedHashMap<>();
      ways.forEach(
          (to, way) -> {
            Optional<IpAddress> via = way.via();
            if (via.filter(v -> !isOwn(v) && !HostAddresses.isLinkLocal(v)).isPresent()) {
              strays.put(
                  to, new SeenPlace.Trouble(Fault.OTHER_ROUTER, via.orElseThrow().toString()));
            } else if (way.found()
                && via.isEmpty()
                && space.addresses().stream().anyMatch(a -> holds(a, to))
                && !isBeside(container, to)) {
              strays.put(to, new SeenPlace.Trouble(Fault.ON_LINK, to.toString()));
            }
          });
      return strays;
    }

    private static boolean holds(Cidr network, IpAddress address) {
      return network.address().family() == address.family()
          && network.network().contains(Cidr.host(address));
    }

    private boolean isOwn(IpAddress address) {
      return links.stream()
          .flatMap(l -> l.addresses().stream())
          .anyMatch(a -> a.address().address().equals(address));
    }

    /** Whether this host too has somebody behind the interface that the container is behind. */
    private boolean isBeside(IpAddress container, IpAddress to) {
      return isOwn(to)
          || links.stream()
              .map(l -> l.addresses().stream().map(a -> a.address().network()).toList())
              .filter(all -> all.stream().anyMatch(n -> n.contains(Cidr.host(container))))
              .anyMatch(all -> all.stream().anyMatch(n -> n.contains(Cidr.host(to))));
    }

    private SeenPlace place(
        Endpoint end,
        SeenPlace.Where where,
        List<IpAddress> others,
        Optional<List<ListeningSocket>> sockets) {
      return new SeenPlace(
          end.ip().orElseThrow(),
          end.port().orElseThrow(),
          port.port().protocol(),
          where,
          Optional.empty(),
          Optional.empty(),
          others,
          sockets,
          Map.of(),
          SeenPlace.Wiring.UNKNOWN);
    }

    private SeenPlace.Where unseen(boolean silent) {
      if (spaces.complete()) {
        return silent ? SeenPlace.Where.NOBODY : SeenPlace.Where.NOWHERE;
      }
      return spaces
          .refused()
          .map(
              a ->
                  a == Attempt.NO_PROGRAM
                      ? SeenPlace.Where.NO_PROGRAM
                      : SeenPlace.Where.NOT_ENTERED)
          .orElse(SeenPlace.Where.NOT_FOUND);
    }

    private Optional<List<ListeningSocket>> sockets(Host where, int number) {
      try {
        return Optional.of(Listeners.of(where, protocol, number));
      } catch (IOException e) {
        return Optional.empty();
      }
    }

    /** Whether the container has a way to each sender, as it sees it, and to whom it sends. */
    private Map<IpAddress, PeerReader.Way> ways(ContainerNamespaces.Space space, Endpoint end) {
      Set<IpAddress> asked = new LinkedHashSet<>();
      IpAddress address = end.ip().orElseThrow();
      for (Answer answer : port.answers()) {
        if (Judgement.end(answer).equals(Optional.of(end))) {
          Judgement.sender(answer).ifPresent(asked::add);
          if (answer.sender().kind() == Sender.Kind.CONTAINER) {
            asked.add(answer.sender().destination());
          }
        }
      }
      asked.removeIf(a -> HostAddresses.isLoopback(a) || a.equals(address));
      Map<IpAddress, PeerReader.Way> ways = new LinkedHashMap<>();
      for (IpAddress to : asked.stream().limit(MOST_ATTEMPTS).toList()) {
        space.way(address, to).ifPresent(w -> ways.put(to, w));
      }
      return ways;
    }
  }
}
