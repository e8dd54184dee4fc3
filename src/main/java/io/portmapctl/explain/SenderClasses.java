package io.portmapctl.explain;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.path.Parting;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.PortPackets;
import io.portmapctl.trace.RuleIndex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The senders of other machines, in classes that fare alike: all of them are led through rules and
 * routes at once. Where routes are known, they come in through the interfaces that lead to them.
 */
final class SenderClasses {
  /** More classes than these are not told apart. */
  private static final int MOST = 8;

  private final RuleIndex index;
  private final PortPackets ports;
  private final Parting parting;
  private final Map<String, PacketSet> arrivals;
  private final PacketSet arriving;

  /** For the networks of containers, whose answers do not go back to the senders. */
  private final Map<List<Cidr>, Map<String, PacketSet>> astray = new HashMap<>();

  SenderClasses(RuleIndex index, HostAddresses host, Parting parting) {
    this.index = index;
    this.ports = new PortPackets(parting.space(), host, index.table().family());
    this.parting = parting;
    this.arrivals = parting.arrivals();
    this.arriving = parting.space().anyOf(List.copyOf(arrivals.values()));
  }

  /**
   * A sender who stands for those like him.
   *
   * @param address his address
   * @param device the interface that his packets come in through
   */
  record Example(IpAddress address, PacketInterface device) {}

  /** Whether routes tell through which interfaces senders come in. */
  boolean knowsArrivals() {
    return !arrivals.isEmpty();
  }

  /** Whether a match may tell two senders apart. */
  static boolean asks(Match match) {
    if (match instanceof Match.Address address) {
      return address.side() == Side.SOURCE;
    }
    if (match instanceof Match.AddressType type) {
      return type.source().isPresent();
    }
    return match instanceof Match.IpRange || match instanceof Match.Conntrack;
  }

  /**
   * All that other machines may send to a port.
   *
   * @param inside the networks of containers, whose senders are others
   */
  private PacketSet outside(IpProtocol protocol, IpAddress to, int port, List<Cidr> inside) {
    PacketSet all = sending(protocol, to, port);
    all = all.minus(ports.through(all, index.containerSide())).minus(ports.from(all, inside));
    return arrivals.isEmpty() ? all : all.and(arriving);
  }

  private PacketSet sending(IpProtocol protocol, IpAddress to, int port) {
    boolean loopback = HostAddresses.isLoopback(to);
    return ports.fromOutside(ports.local(ports.to(protocol, Optional.of(to), port)), loopback);
  }

  /**
   * Who stands for the LAN: the usual address where it may send, else another.
   *
   * @param usual the usual address
   */
  Optional<Example> usual(
      IpProtocol protocol, IpAddress to, int port, List<Cidr> inside, IpAddress usual) {
    PacketSet all = outside(protocol, to, port, inside);
    if (!all.and(ports.from(all, List.of(Cidr.host(usual)))).isEmpty()) {
      return example(all, usual);
    }
    for (PacketSet arrival : arrivals.values()) {
      // who is on a container's link is none of the LAN, by whichever address
      PacketSet his = all.and(arrival);
      boolean beside = arrival.meets(ports.from(arrival, inside));
      PacketSet others =
          beside
              ? his.minus(ports.from(his, List.of(HostAddresses.linkLocal(index.table().family()))))
              : his;
      if (!others.isEmpty()) {
        return example(others, usual);
      }
    }
    return Optional.empty();
  }

  /**
   * A sender of each class but that of a sender who is asked already.
   *
   * @param to the address that they send to
   * @param inside the networks of containers, whose senders are others
   * @param asked who is asked already
   */
  List<Example> others(
      IpProtocol protocol, IpAddress to, int port, List<Cidr> inside, Example asked) {
    Map<String, PacketSet> astray = this.astray.computeIfAbsent(inside, parting::astray);
    PacketSet all = outside(protocol, to, port, inside);
    for (PacketSet each : astray.values()) {
      all = all.or(sending(protocol, to, port).and(each));
    }
    PacketSet sender = ports.from(parting.space().all(), List.of(Cidr.host(asked.address())));
    if (asked.device().known() && asked.device().name().isPresent()) {
      sender = ports.through(sender, List.of(asked.device().name().get()));
    }
    List<Example> senders = new ArrayList<>();
    for (PacketSet one : classes(all, astray.values())) {
      if (!one.meets(sender) && senders.size() < MOST) {
        example(one, asked.address()).ifPresent(senders::add);
      }
    }
    return senders;
  }

  /** The senders, parted by what becomes of their packets. */
  private List<PacketSet> classes(PacketSet packets, Collection<PacketSet> astray) {
    Map<Set<String>, PacketSet> parts = new LinkedHashMap<>();
    PacketSet rest = Parting.heads(packets);
    for (PacketSet each : astray) {
      put(parts, Set.of("astray " + parts.size()), rest.and(each));
      rest = rest.minus(each);
    }
    parts.put(Set.of(), rest);
    parting
        .effects(packets)
        .forEach(
            (effect, senders) -> {
              Map<Set<String>, PacketSet> finer = new LinkedHashMap<>();
              parts.forEach(
                  (effects, part) -> {
                    Set<String> more = new LinkedHashSet<>(effects);
                    more.add(effect);
                    put(finer, more, part.and(senders));
                    put(finer, effects, part.minus(senders));
                  });
              parts.clear();
              parts.putAll(finer);
            });
    return List.copyOf(parts.values());
  }

  private static void put(Map<Set<String>, PacketSet> parts, Set<String> effects, PacketSet part) {
    if (!part.isEmpty()) {
      parts.merge(effects, part, PacketSet::or);
    }
  }

  /** One of them who can be somebody: no network's own address, where there are others. */
  private Optional<Example> example(PacketSet senders, IpAddress first) {
    Family family = index.table().family();
    List<IpAddress> usual = new ArrayList<>(List.of(first));
    usual.addAll(ExampleAddress.clients(family));
    for (IpAddress each : usual) {
      PacketSet his = senders.and(ports.from(senders, List.of(Cidr.host(each))));
      if (!his.isEmpty()) {
        return Optional.of(new Example(each, device(his)));
      }
    }
    List<Interval> runs = senders.values(Field.SOURCE, family);
    if (runs.isEmpty()) {
      return Optional.empty();
    }
    // what stands alone is most often a network's own address, or its broadcast
    IpAddress address =
        runs.stream()
            .map(run -> run.addresses(family))
            .filter(range -> !range.first().equals(range.last()))
            .findFirst()
            .map(ExampleAddress::in)
            .orElseGet(() -> runs.get(0).addresses(family).first());
    PacketSet his = senders.and(ports.from(senders, List.of(Cidr.host(address))));
    return Optional.of(new Example(address, device(his)));
  }

  /** The interface that routes tell; else it is not known. */
  private PacketInterface device(PacketSet senders) {
    List<Interval> names = senders.values(Field.INPUT_INTERFACE, index.table().family());
    if (names.size() == 1 && names.get(0).isOne()) {
      return PacketInterface.of(
          Interval.interfaceName(names.get(0).firstHigh(), names.get(0).firstLow()));
    }
    for (Map.Entry<String, PacketSet> arrival : arrivals.entrySet()) {
      if (arrival.getValue().meets(senders)) {
        return PacketInterface.of(arrival.getKey());
      }
    }
    return PacketInterface.UNKNOWN;
  }
}
