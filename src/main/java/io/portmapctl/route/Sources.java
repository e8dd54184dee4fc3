package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which source address the kernel gives to what has none yet. */
public final class Sources {
  private static final int LINK = 253;
  private static final int HOST = 254;
  private static final Cidr ONE_LINK = network("fe80::/10");
  private static final Cidr ONE_SITE = network("fec0::/10");
  private static final Cidr GROUPS = network("ff00::/8");

  /** The kernel's own labels (RFC 6724, and what Linux adds), the narrowest first. */
  private static final List<Cidr> LABELS =
      networks(
          "::1/128",
          "::ffff:0:0/96",
          "::/96",
          "2001::/32",
          "2001:10::/28",
          "2002::/16",
          "fec0::/10",
          "3ffe::/16",
          "fc00::/7");

  private final HostRouting host;
  private final Settings settings;

  Sources(HostRouting host, Settings settings) {
    this.host = host;
    this.settings = settings;
  }

  private static Cidr network(String text) {
    int slash = text.indexOf('/');
    // a mapped literal would be read as one of IPv4
    if (text.startsWith("::ffff:")) {
      return new Cidr(new IpAddress(Family.IPV6, 0, 0xffff00000000L), 96);
    }
    IpAddress address = IpAddress.parse(text.substring(0, slash)).orElseThrow();
    return new Cidr(address, Integer.parseInt(text.substring(slash + 1)));
  }

  private static List<Cidr> networks(String... texts) {
    List<Cidr> networks = new ArrayList<>();
    for (String text : texts) {
      networks.add(network(text));
    }
    return List.copyOf(networks);
  }

  /**
   * The source of what goes to a destination where a decision sends it; known and empty where the
   * host has none to give.
   */
  public Known<Optional<IpAddress>> of(Decision decision, IpAddress destination) {
    Optional<Route> route =
        decision.by().stream()
            .map(by -> by.accept(new RouteOf()))
            .flatMap(Optional::stream)
            .findFirst();
    Optional<IpAddress> suggested = route.flatMap(Route::source);
    if (suggested.isPresent()) {
      return Known.of(suggested, Missing.ROUTES);
    }
    if (decision instanceof Decision.Local local) {
      return destination.family() == Family.IPV4
          ? Known.of(Optional.of(destination), Missing.ROUTES)
          : ipv6(local.device().orElse(Flow.LOOPBACK), destination);
    }
    if (decision instanceof Decision.Leaves leaves) {
      return destination.family() == Family.IPV4
          ? ipv4(leaves.device(), leaves.via(), route.map(Route::scope).orElse(LINK))
          : ipv6(leaves.device(), destination);
    }
    return Known.not(Missing.ROUTES);
  }

  private record RouteOf() implements Decider.Visitor<Optional<Route>> {
    @Override
    public Optional<Route> rule(Decider.ByRule by) {
      return Optional.empty();
    }

    @Override
    public Optional<Route> route(Decider.ByRoute by) {
      return Optional.of(by.route());
    }

    @Override
    public Optional<Route> setting(Decider.BySetting by) {
      return Optional.empty();
    }

    @Override
    public Optional<Route> link(Decider.ByLink by) {
      return Optional.empty();
    }
  }

  /**
   * The source that MASQUERADE gives to what leaves; known and empty where the interface has no
   * address, so that the packet is dropped.
   */
  public Known<Optional<IpAddress>> masquerade(Decision.Leaves leaves, IpAddress destination) {
    return destination.family() == Family.IPV4
        ? ipv4(leaves.device(), Optional.of(leaves.via().orElse(destination)), 0)
        : ipv6(leaves.device(), destination);
  }

  /**
   * The first address of the interface in whose network the next hop is, else its first, else
   * another interface's.
   */
  private Known<Optional<IpAddress>> ipv4(String device, Optional<IpAddress> hop, int scope) {
    Optional<List<Link>> links = host.links().value();
    if (links.isEmpty()) {
      return Known.not(host.links().missing());
    }
    Settings.Answer localnet = settings.of(Family.IPV4, device, "route_localnet");
    int most = localnet.isOn() ? LINK : HOST;
    Optional<IpAddress> first = Optional.empty();
    for (Link link : links.get()) {
      for (Link.Address address : link.addresses()) {
        boolean offered =
            link.name().equals(device)
                && isPrimary(address)
                && Math.min(address.scope(), most) <= scope;
        boolean beside =
            hop.filter(h -> h.family() == Family.IPV4)
                .map(h -> address.address().contains(Cidr.host(h)))
                .orElse(true);
        if (offered && beside) {
          return found(address);
        }
        if (offered && first.isEmpty()) {
          first = Optional.of(address.address().address());
        }
      }
    }
    if (first.isPresent()) {
      return Known.of(first, Missing.LINKS);
    }
    for (Link link : links.get()) {
      for (Link.Address address : link.addresses()) {
        if (isPrimary(address) && address.scope() != LINK && address.scope() <= scope) {
          return found(address);
        }
      }
    }
    return Known.of(Optional.empty(), Missing.LINKS);
  }

  private static Known<Optional<IpAddress>> found(Link.Address address) {
    return Known.of(Optional.of(address.address().address()), Missing.LINKS);
  }

  private static boolean isPrimary(Link.Address address) {
    return address.address().address().family() == Family.IPV4 && !address.secondary();
  }

  /** By the rules of RFC 6724, as far as addresses can be told apart by them. */
  private Known<Optional<IpAddress>> ipv6(String device, IpAddress destination) {
    Optional<List<Link>> links = host.links().value();
    if (links.isEmpty()) {
      return Known.not(host.links().missing());
    }
    boolean oneLink = scope(destination) <= 2 || GROUPS.contains(Cidr.host(destination));
    List<Candidate> candidates = new ArrayList<>();
    for (Link link : links.get()) {
      boolean on = link.name().equals(device);
      if (oneLink && !on) {
        continue;
      }
      for (Link.Address address : link.addresses()) {
        if (address.address().address().family() == Family.IPV6 && address.usable()) {
          candidates.add(new Candidate(address, on));
        }
      }
    }
    Comparator<Candidate> best =
        Comparator.comparing((Candidate c) -> c.ip().equals(destination))
            .thenComparing(c -> scopeRank(c.ip(), destination))
            .thenComparing(c -> !c.address().deprecated())
            .thenComparing(Candidate::on)
            .thenComparing(c -> label(c.ip()) == label(destination))
            .thenComparing(c -> common(c.ip(), destination, c.address().address().prefix()));
    Optional<Candidate> chosen = Optional.empty();
    for (Candidate candidate : candidates) {
      if (chosen.isEmpty() || best.compare(candidate, chosen.get()) > 0) {
        chosen = Optional.of(candidate);
      }
    }
    return Known.of(chosen.map(Candidate::ip), Missing.LINKS);
  }

  private record Candidate(Link.Address address, boolean on) {
    IpAddress ip() {
      return address.address().address();
    }
  }

  /** How far an address reaches: 1 this host, 2 the link, 5 the site, 14 anywhere. */
  private static int scope(IpAddress address) {
    Cidr one = Cidr.host(address);
    if (GROUPS.contains(one)) {
      return (int) (address.high() >>> 48 & 15);
    }
    if (ONE_LINK.contains(one) || LABELS.get(0).contains(one)) {
      return 2;
    }
    return ONE_SITE.contains(one) ? 5 : 14;
  }

  /** The narrowest scope that is wide enough goes first, then the widest that is not. */
  private static int scopeRank(IpAddress source, IpAddress destination) {
    int own = scope(source);
    return own >= scope(destination) ? 64 - own : own - 64;
  }

  private static int label(IpAddress address) {
    for (int i = 0; i < LABELS.size(); i++) {
      if (LABELS.get(i).contains(Cidr.host(address))) {
        return i;
      }
    }
    return LABELS.size();
  }

  /** How many bits two addresses have in common at their start, no more than the network's. */
  private static int common(IpAddress one, IpAddress other, int most) {
    long high = one.high() ^ other.high();
    long low = one.low() ^ other.low();
    int same = high != 0 ? Long.numberOfLeadingZeros(high) : 64 + Long.numberOfLeadingZeros(low);
    return Math.min(same, most);
  }
}
