package io.portmapctl.host.probe;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.route.IpFormatException;
import io.portmapctl.host.route.LinkReader;
import io.portmapctl.host.route.PeerReader;
import io.portmapctl.host.route.ReadRouting;
import io.portmapctl.net.Attempt;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import io.portmapctl.route.Learned;
import io.portmapctl.route.Link;
import io.portmapctl.route.Neighbour;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The network namespaces in which the other ends of this host's interfaces are: those of its
 * containers. Addresses alone do not tell whose a namespace is, since every host of containers on a
 * machine may use the same.
 */
public final class ContainerNamespaces {
  /** More are not entered in search of an address. */
  private static final int MOST = 500;

  /** Words of a rule, or of a base chain, that drops. */
  private static final Pattern NFT = Pattern.compile("(^| )(drop|reject)( |;|$)");

  /** What changes with every packet. */
  private static final Pattern COUNTER = Pattern.compile("counter packets [0-9]+ bytes [0-9]+ ");

  private static final Pattern LEGACY = Pattern.compile("^:[A-Z]+ DROP |-j (DROP|REJECT)( |$)");

  private static final Path NAMES = Path.of("/run/netns");

  private final Host host;
  private final List<PeerReader.Peer> ends;
  private final Map<Long, Path> paths;
  private final List<Space> spaces = new ArrayList<>();
  private boolean complete = true;
  private Optional<Attempt> refused = Optional.empty();

  /**
   * A namespace that was looked into.
   *
   * @param path a file of it
   * @param inside the host as it looks from there
   * @param links its interfaces
   * @param peers which of them have their other ends elsewhere
   * @param ends those other ends, where they are this host's
   */
  public record Space(
      Path path,
      Host inside,
      List<Link> links,
      List<PeerReader.Peer> peers,
      List<PeerReader.Peer> ends) {

    /** The interface that has an address. */
    public Optional<Link> having(IpAddress address) {
      return links.stream()
          .filter(l -> l.addresses().stream().anyMatch(a -> a.address().address().equals(address)))
          .findFirst();
    }

    /** Its addresses but those of the loopback interface. */
    public List<Cidr> addresses() {
      List<Cidr> all = new ArrayList<>();
      for (Link link : links) {
        if (!link.name().equals("lo")) {
          link.addresses().forEach(a -> all.add(a.address()));
        }
      }
      return all;
    }

    /** This host's end of an interface, where it has one. */
    public Optional<String> end(Link link) {
      return peers.stream()
          .filter(p -> p.name().equals(link.name()))
          .flatMap(p -> ends.stream().filter(e -> e.index() == p.peer() && e.peer() == p.index()))
          .map(PeerReader.Peer::name)
          .findFirst();
    }

    /**
     * A rule of its own that drops packets, octets: of nft and what iptables wrote by it, or of
     * iptables-legacy. No table is made where there is none.
     */
    public Optional<String> drops() {
      Optional<String> nft = asked(inside, "nft", "list", "ruleset").flatMap(t -> first(t, NFT));
      return nft.or(
          () ->
              Stream.of("ip", "ip6")
                  .filter(this::hasLegacy)
                  .flatMap(f -> asked(inside, f + "tables-legacy-save").stream())
                  .flatMap(t -> first(t, LEGACY).stream())
                  .findFirst());
    }

    private boolean hasLegacy(String family) {
      return asked(inside, "cat", "/proc/self/net/" + family + "_tables_names")
          .filter(t -> !t.isBlank())
          .isPresent();
    }

    private static Optional<String> first(String text, Pattern drops) {
      return text.lines()
          .map(String::strip)
          .filter(drops.asPredicate())
          .findFirst()
          .map(line -> COUNTER.matcher(line).replaceAll(""));
    }

    /** The way from an address of it to another; empty where nobody tells. */
    public Optional<PeerReader.Way> way(IpAddress from, IpAddress to) {
      Optional<Path> ip = inside.find("ip");
      if (ip.isEmpty()) {
        return Optional.empty();
      }
      try {
        // that there is none is an error of the program's
        Exec.Result result =
            inside.ask(
                List.of(
                    ip.get().toString(),
                    "-j",
                    "route",
                    "get",
                    to.toString(),
                    "from",
                    from.toString()));
        return Optional.of(
            result.exit() == 0
                ? PeerReader.way(result.output())
                : new PeerReader.Way(false, Optional.empty(), ""));
      } catch (IOException | IpFormatException e) {
        return Optional.empty();
      }
    }
  }

  private ContainerNamespaces(Host host, List<PeerReader.Peer> ends, Map<Long, Path> paths) {
    this.host = host;
    this.ends = ends;
    this.paths = paths;
  }

  /**
   * Looks for them, and into them.
   *
   * @param wanted the addresses that are looked for
   */
  public static ContainerNamespaces of(Host host, Set<IpAddress> wanted) {
    List<PeerReader.Peer> ends = List.of();
    Map<Long, Path> paths = new LinkedHashMap<>();
    boolean told = true;
    try {
      ends = PeerReader.peers(asked(host, "ip", "-j", "link").orElse(""));
      for (Map.Entry<Long, String> name :
          PeerReader.names(asked(host, "ip", "-j", "netns", "list").orElse("")).entrySet()) {
        paths.put(name.getKey(), NAMES.resolve(name.getValue()));
      }
    } catch (IpFormatException | InvalidPathException e) {
      told = false;
    }
    asked(host, "lsns", "-n", "-r", "-t", "net", "-o", "NETNSID,PID")
        .ifPresent(text -> ofProcesses(text, paths));
    ContainerNamespaces all = new ContainerNamespaces(host, ends, paths);
    all.complete = told;
    all.look(wanted);
    return all;
  }

  /** What a program prints; empty where it is not there, or fails. */
  private static Optional<String> asked(Host host, String program, String... words) {
    Optional<Path> found = host.find(program);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<String> command = new ArrayList<>(List.of(found.get().toString()));
    command.addAll(List.of(words));
    try {
      Exec.Result result = host.ask(command);
      return result.exit() == 0 ? Optional.of(result.output()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A number of a namespace and a process in it, a line; a word where it has no number. */
  static void ofProcesses(String text, Map<Long, Path> paths) {
    for (String line : text.split("\n", -1)) {
      String[] words = line.strip().split("\\s+", -1);
      if (words.length == 2 && words[0].matches("[0-9]{1,9}") && words[1].matches("[0-9]{1,9}")) {
        paths.putIfAbsent(Long.valueOf(words[0]), Path.of("/proc", words[1], "ns", "net"));
      }
    }
  }

  private void look(Set<IpAddress> wanted) {
    Set<IpAddress> missing = new LinkedHashSet<>(wanted);
    int entered = 0;
    for (long id : order(wanted)) {
      Path path = paths.get(id);
      if (path == null) {
        complete = false; // of a process that this one may not see
      } else if (entered++ >= MOST) {
        complete = false;
        return;
      } else {
        List<PeerReader.Peer> its = ends.stream().filter(e -> e.namespace() == id).toList();
        Optional<Space> space = enter(path, its);
        complete &= space.isPresent();
        space.ifPresent(spaces::add);
        space.ifPresent(s -> missing.removeIf(a -> s.having(a).isPresent()));
      }
      if (missing.isEmpty() && entered >= 2 * wanted.size() + 2) {
        return; // and some beside them are known
      }
    }
  }

  /** The namespaces by their numbers: those behind which bridges have seen the wanted first. */
  private Set<Long> order(Set<IpAddress> wanted) {
    Set<Long> order = new LinkedHashSet<>();
    if (ends.size() > wanted.size() + 1) {
      ReadRouting routing = new ReadRouting(host);
      Map<String, String> ports = new HashMap<>();
      for (Learned learned : routing.learned().value().orElse(List.of())) {
        ports.put(learned.hardware(), learned.port());
      }
      for (Neighbour neighbour : routing.neighbours().value().orElse(List.of())) {
        Optional<String> port =
            neighbour.hardware().flatMap(h -> Optional.ofNullable(ports.get(h)));
        if (wanted.contains(neighbour.address()) && port.isPresent()) {
          ends.stream()
              .filter(e -> e.name().equals(port.get()))
              .forEach(e -> order.add(e.namespace()));
        }
      }
    }
    ends.stream().filter(e -> e.master().isPresent()).forEach(e -> order.add(e.namespace()));
    ends.forEach(e -> order.add(e.namespace()));
    return order;
  }

  private Optional<Space> enter(Path path, List<PeerReader.Peer> its) {
    Optional<NamespaceHost> inside = NamespaceHost.of(host, path);
    Optional<Path> ip = host.find("ip");
    if (inside.isEmpty() || ip.isEmpty()) {
      refused = Optional.of(Attempt.NO_PROGRAM);
      return Optional.empty();
    }
    try {
      Exec.Result result = inside.get().ask(List.of(ip.get().toString(), "-j", "-d", "address"));
      if (result.exit() == 0) {
        return Optional.of(
            new Space(
                path,
                inside.get(),
                LinkReader.links(result.output()),
                PeerReader.peers(result.output()),
                its));
      }
      boolean there = host.namespace(path).isPresent();
      refused = there ? Optional.of(Attempt.NOT_ENTERED) : refused;
      return Optional.empty();
    } catch (IOException | IpFormatException e) {
      refused = Optional.of(Attempt.NOT_ENTERED);
      return Optional.empty();
    }
  }

  /** The one that has an address. */
  public Optional<Space> having(IpAddress address) {
    return spaces.stream().filter(s -> s.having(address).isPresent()).findFirst();
  }

  /**
   * The one that a record names, whether it has an interface with an end here or not.
   *
   * @param record a path, as it is written down
   * @return empty where it leads to no network namespace, or to this host's own
   */
  public Optional<Space> at(String record) {
    try {
      Path path = Path.of(record);
      Optional<Host.NetworkNamespace> there =
          path.isAbsolute() ? host.namespace(path) : Optional.empty();
      Optional<Host.NetworkNamespace> own = host.namespace(Path.of("/proc/self/ns/net"));
      if (there.isEmpty() || own.isEmpty() || there.get().id().equals(own.get().id())) {
        return Optional.empty();
      }
      for (Space space : spaces) {
        if (host.namespace(space.path()).map(n -> n.id().equals(there.get().id())).orElse(false)) {
          return Optional.of(space);
        }
      }
      return enter(path, ends);
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Another with an address of a container's network. */
  public Optional<Space> beside(IpAddress container) {
    return spaces.stream()
        .filter(s -> s.having(container).isEmpty())
        .filter(s -> s.addresses().stream().anyMatch(a -> isIn(a, container)))
        .findFirst();
  }

  /** The addresses that there are in a container's network. */
  public List<IpAddress> beside(IpAddress container, int most) {
    return spaces.stream()
        .flatMap(s -> s.addresses().stream())
        .filter(a -> isIn(a, container))
        .map(Cidr::address)
        .distinct()
        .limit(most)
        .toList();
  }

  private static boolean isIn(Cidr network, IpAddress address) {
    return network.address().family() == address.family()
        && network.prefix() < address.family().bits()
        && network.network().contains(Cidr.host(address));
  }

  /**
   * Whether it is certain that nobody has an address: it is one of a bridge's network, and behind
   * each of that bridge's ports is a namespace that was looked into and does not have it.
   *
   * @param answered the Ethernet address that answered for it last; where that is of no interface
   *     in there, a machine within one of them may have it
   */
  public boolean nobodyHas(IpAddress address, Optional<String> answered) {
    if (!complete || having(address).isPresent()) {
      return false;
    }
    boolean within =
        answered.isPresent()
            && spaces.stream()
                .flatMap(s -> s.links().stream())
                .noneMatch(l -> l.hardware().equals(answered));
    if (within) {
      return false;
    }
    List<Link> links = new ReadRouting(host).links().value().orElse(List.of());
    Optional<Link> bridge =
        links.stream()
            .filter(l -> l.bridge().isPresent())
            .filter(l -> l.addresses().stream().anyMatch(a -> isIn(a.address(), address)))
            .findFirst();
    Set<String> looked = new HashSet<>();
    spaces.forEach(s -> s.ends().forEach(e -> looked.add(e.name())));
    return bridge.isPresent()
        && links.stream()
            .filter(l -> l.master().equals(Optional.of(bridge.get().name())))
            .allMatch(l -> looked.contains(l.name()));
  }

  /** Whether every one was looked into. */
  public boolean complete() {
    return complete;
  }

  /** Why some were not; empty where they were not found, or there is none. */
  public Optional<Attempt> refused() {
    return refused;
  }
}
