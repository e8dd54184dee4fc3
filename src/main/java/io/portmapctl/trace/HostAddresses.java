package io.portmapctl.trace;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is known of the host's addresses.
 *
 * @param links its interfaces; empty where nothing is known of them
 * @param routed what its local table says to be its own beside the interfaces' addresses ({@code ip
 *     route add local}); nothing where that is not known
 */
public record HostAddresses(Optional<List<HostInterface>> links, List<Cidr> routed) {
  private static final Cidr LOOPBACK = cidr("127.0.0.0/8");
  private static final Cidr LOOPBACK6 = cidr("::1/128");
  private static final Cidr NOBODY = cidr("0.0.0.0/32");
  private static final Cidr LOOPBACK_BROADCAST = cidr("127.255.255.255/32");

  /** Kernels before 5.3 took all of it for a broadcast. */
  private static final Cidr THIS_NETWORK = cidr("0.0.0.0/8");

  private static final Cidr LIMITED_BROADCAST = cidr("255.255.255.255/32");
  private static final Cidr MULTICAST = cidr("224.0.0.0/4");
  private static final Cidr MULTICAST6 = cidr("ff00::/8");
  private static final Cidr LINK_LOCAL = cidr("169.254.0.0/16");
  private static final Cidr LINK_LOCAL6 = cidr("fe80::/10");

  /** Nothing is known. */
  public static final HostAddresses UNKNOWN = new HostAddresses(Optional.empty());

  /** Copies the list. */
  public HostAddresses {
    routed = List.copyOf(routed);
  }

  /** Of which the interfaces alone are known. */
  public HostAddresses(Optional<List<HostInterface>> links) {
    this(links, List.of());
  }

  private static Cidr cidr(String text) {
    return Cidr.parse(text).orElseThrow();
  }

  /** Whether an address is of 127.0.0.0/8, or {@code ::1}. */
  public static boolean isLoopback(IpAddress address) {
    Cidr host = Cidr.host(address);
    return LOOPBACK.contains(host) || LOOPBACK6.contains(host);
  }

  /** Whether an address reaches no further than its own link. */
  public static boolean isLinkLocal(IpAddress address) {
    return linkLocal(address.family()).contains(Cidr.host(address));
  }

  /** Whether an address is one of this host. */
  public Ternary isLocal(IpAddress address) {
    boolean never = isMulticast(address) || isGeneralBroadcast(address);
    if (isLoopback(address) && !never) {
      return Ternary.YES;
    }
    if (never || THIS_NETWORK.contains(Cidr.host(address))) {
      return Ternary.NO;
    }
    if (links.isEmpty()) {
      return Ternary.UNKNOWN;
    }
    for (HostInterface link : links.get()) {
      if (has(link, address)) {
        return Ternary.YES;
      }
    }
    return Ternary.of(isRouted(address));
  }

  /** The same of an address that may not be known. */
  public Ternary isLocal(Address address) {
    Optional<IpAddress> ip = address.ip();
    if (ip.isPresent()) {
      return isLocal(ip.get());
    }
    return address instanceof Address.OfInterface ? Ternary.YES : Ternary.UNKNOWN;
  }

  private boolean isRouted(IpAddress address) {
    return routed.stream().anyMatch(n -> n.contains(Cidr.host(address)));
  }

  private static boolean has(HostInterface link, IpAddress address) {
    for (Cidr own : link.addresses()) {
      // all of a network of lo is the host's
      boolean all = link.name().equals("lo") && !isLast(own, address);
      if (own.address().equals(address) || all && own.contains(Cidr.host(address))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isMulticast(IpAddress address) {
    Cidr host = Cidr.host(address);
    return MULTICAST.contains(host) || MULTICAST6.contains(host);
  }

  private static boolean isGeneralBroadcast(IpAddress address) {
    Cidr host = Cidr.host(address);
    return NOBODY.equals(host) || LIMITED_BROADCAST.equals(host) || LOOPBACK_BROADCAST.equals(host);
  }

  /** Whether the host takes a packet to this address in, itself; a group it may have joined. */
  public Ternary delivers(Address address) {
    Ternary local = isLocal(address);
    if (address.ip().map(HostAddresses::isMulticast).orElse(false)) {
      return Ternary.UNKNOWN;
    }
    boolean broadcast = address.ip().map(a -> isBroadcast(a) == Ternary.YES).orElse(false);
    return broadcast ? Ternary.YES : local;
  }

  private Ternary isBroadcast(IpAddress address) {
    if (address.family() == Family.IPV6) {
      return Ternary.NO;
    }
    if (isGeneralBroadcast(address)) {
      return Ternary.YES;
    }
    if (isMulticast(address) || isLocal(address) == Ternary.YES) {
      return Ternary.NO;
    }
    if (links.isEmpty() || THIS_NETWORK.contains(Cidr.host(address))) {
      return Ternary.UNKNOWN;
    }
    boolean told = true;
    for (HostInterface link : upLinks()) {
      if (link.broadcasts().contains(address)) {
        return Ternary.YES;
      }
      for (Cidr own : link.addresses()) {
        if (isLast(own, address)) {
          return Ternary.YES; // the kernel routes it so, whether ip addr shows it or not
        }
        // kernels before 5.14 took a network's own address for a broadcast too
        boolean first = own.prefix() < 31 && own.network().address().equals(address);
        told &= !first && !link.name().isEmpty();
      }
    }
    return told ? Ternary.NO : Ternary.UNKNOWN;
  }

  /** Whether an address is the last of a network, which is its broadcast address. */
  private static boolean isLast(Cidr network, IpAddress address) {
    return network.address().family() == Family.IPV4
        && network.prefix() < 31
        && network.contains(Cidr.host(address))
        && (address.low() | (0xffffffffL << (32 - network.prefix()) & 0xffffffffL)) == 0xffffffffL;
  }

  /** The addresses that are the host's own on every host. */
  static List<Cidr> loopback(Family family) {
    return List.of(family == Family.IPV4 ? LOOPBACK : LOOPBACK6);
  }

  /** The addresses that reach no further than their own link. */
  public static Cidr linkLocal(Family family) {
    return family == Family.IPV4 ? LINK_LOCAL : LINK_LOCAL6;
  }

  /** The addresses of groups. */
  static List<Cidr> multicast(Family family) {
    return List.of(family == Family.IPV4 ? MULTICAST : MULTICAST6);
  }

  /** The addresses that are broadcast on every host. */
  static List<Cidr> generalBroadcast(Family family) {
    return family == Family.IPV4
        ? List.of(NOBODY, LIMITED_BROADCAST, LOOPBACK_BROADCAST)
        : List.of();
  }

  /** The host's own addresses beside loopback's, as far as they are known. */
  List<Cidr> local(Family family) {
    List<Cidr> own = new ArrayList<>();
    for (HostInterface link : links.orElse(List.of())) {
      link.addresses().forEach(a -> own.add(Cidr.host(a.address())));
    }
    own.addAll(routed);
    return own.stream().filter(c -> c.address().family() == family).distinct().toList();
  }

  /** The networks that are the host's own as a whole, but for what is broadcast in them. */
  List<Cidr> wholly(Family family) {
    List<Cidr> own = new ArrayList<>(loopback(family));
    for (HostInterface link : links.orElse(List.of())) {
      if (link.name().equals("lo")) {
        link.addresses().forEach(a -> own.add(a.network()));
      }
    }
    return own.stream().filter(c -> c.address().family() == family).distinct().toList();
  }

  /**
   * The broadcast addresses of its networks; the kernel routes so whether they are shown or not.
   */
  List<Cidr> broadcasts() {
    List<Cidr> all = new ArrayList<>();
    for (HostInterface link : upLinks()) {
      link.broadcasts().forEach(a -> all.add(Cidr.host(a)));
      for (Cidr own : link.addresses()) {
        if (own.address().family() == Family.IPV4 && own.prefix() < 31) {
          long host = 0xffffffffL >>> own.prefix();
          all.add(Cidr.host(new IpAddress(Family.IPV4, 0, own.network().address().low() | host)));
        }
      }
    }
    return all;
  }

  /** The addresses of which it is not known whether they are broadcast. */
  List<Cidr> perhapsBroadcasts() {
    List<Cidr> all = new ArrayList<>(List.of(THIS_NETWORK));
    for (HostInterface link : upLinks()) {
      if (link.name().isEmpty()) {
        return List.of(Cidr.any(Family.IPV4));
      }
      for (Cidr own : link.addresses()) {
        if (own.address().family() == Family.IPV4 && own.prefix() < 31) {
          all.add(Cidr.host(own.network().address()));
        }
      }
    }
    return all;
  }

  /** Whether it is told of which interface its addresses are. */
  boolean namesLinks() {
    return links.orElse(List.of()).stream().noneMatch(l -> l.name().isEmpty());
  }

  /** The interfaces that are up. */
  private List<HostInterface> upLinks() {
    return links.orElse(List.of()).stream().filter(HostInterface::up).toList();
  }

  /** The interface with the narrowest subnet that an address is in, where that is one. */
  public Optional<HostInterface> towards(IpAddress address) {
    Optional<HostInterface> best = Optional.empty();
    int prefix = 0;
    boolean several = false;
    for (HostInterface link : upLinks()) {
      for (Cidr own : link.addresses()) {
        boolean inside = !link.name().isEmpty() && own.contains(Cidr.host(address));
        if (inside && own.prefix() > prefix) {
          best = Optional.of(link);
          prefix = own.prefix();
          several = false;
        } else if (inside && own.prefix() == prefix && !best.equals(Optional.of(link))) {
          several = true;
        }
      }
    }
    return several ? Optional.empty() : best;
  }

  /** The interface of {@link #towards} as a packet has it, unknown where there is none. */
  public PacketInterface deviceTowards(IpAddress address) {
    return towards(address).map(l -> PacketInterface.of(l.name())).orElse(PacketInterface.UNKNOWN);
  }

  /** The subnet of {@link #towards} that an address is in. */
  public Optional<Cidr> subnet(IpAddress address) {
    return towards(address).stream()
        .flatMap(l -> l.addresses().stream())
        .filter(a -> a.contains(Cidr.host(address)))
        .map(Cidr::network)
        .findFirst();
  }

  /** The addresses of an interface that reach further than its link and this host. */
  private List<Cidr> addresses(PacketInterface device, Family family) {
    List<Cidr> own = new ArrayList<>();
    for (HostInterface link : upLinks()) {
      if (device.name().equals(Optional.of(link.name()))) {
        link.addresses().stream()
            .filter(a -> a.address().family() == family)
            .filter(a -> !isLinkLocal(a.address()) && !isLoopback(a.address()))
            .forEach(own::add);
      }
    }
    return own;
  }

  /**
   * The address of an interface, where it has but one. The kernel keeps those of IPv6 that are of
   * the link alone behind the others (ipv6_link_dev_addr).
   */
  Optional<IpAddress> onlyAddress(PacketInterface device, Family family) {
    List<Cidr> all = addresses(device, family);
    List<Cidr> wide = all.stream().filter(a -> !isLinkLocal(a.address())).toList();
    return one(wide.isEmpty() ? all : wide);
  }

  /**
   * The source that MASQUERADE gives to what leaves through an interface: its only address, or in
   * IPv4 the only one in whose subnet the destination is. What goes through lo gets an address that
   * others know too: in IPv6 the one that it goes to (RFC 6724, rule 1), in IPv4 one of lo's or of
   * another interface.
   */
  Optional<IpAddress> masquerade(PacketInterface device, Family family, Address destination) {
    boolean v6 = family == Family.IPV6;
    if (device.equals(PacketInterface.LOOPBACK) && v6) {
      return destination.ip();
    }
    List<Cidr> own = addresses(device, family);
    if (device.equals(PacketInterface.LOOPBACK) && own.isEmpty()) {
      List<IpAddress> all = addresses(family);
      return all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty();
    }
    List<Cidr> beside =
        !v6 && destination.ip().isPresent()
            ? own.stream().filter(a -> a.contains(Cidr.host(destination.ip().get()))).toList()
            : List.<Cidr>of();
    return one(own).or(() -> one(beside));
  }

  private static Optional<IpAddress> one(List<Cidr> addresses) {
    return addresses.size() == 1 ? Optional.of(addresses.get(0).address()) : Optional.empty();
  }

  /** The addresses that others reach: neither loopback's nor those of one link only. */
  public List<IpAddress> addresses(Family family) {
    return links.orElse(List.of()).stream()
        .flatMap(l -> l.addresses().stream())
        .map(Cidr::address)
        .filter(a -> a.family() == family && !isLoopback(a) && !isLinkLocal(a))
        .distinct()
        .toList();
  }
}
