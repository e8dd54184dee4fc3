package io.portmapctl.explain;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.PortPackets;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.RulePlace;
import io.portmapctl.trace.SetTracer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The senders of other machines, in classes that fare alike in table nat: all of them are led
 * through the rules at once.
 */
final class SenderClasses {
  /** More classes than these are not told apart. */
  private static final int MOST = 8;

  private final RuleIndex index;
  private final PortPackets ports;
  private final SetTracer tracer;

  SenderClasses(RuleIndex index, HostAddresses host) {
    this.index = index;
    PacketSpace space = new PacketSpace(index.effort());
    this.ports = new PortPackets(space, host, index.table().family());
    this.tracer = new SetTracer(index, host, space);
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
   * A sender of each class but that of a sender who is asked already.
   *
   * @param to the address that they send to
   * @param networks the networks of containers, whose senders are others
   * @param asked who is asked already
   */
  List<IpAddress> others(
      IpProtocol protocol, IpAddress to, int port, List<Cidr> networks, IpAddress asked) {
    boolean loopback = HostAddresses.isLoopback(to);
    PacketSet all =
        ports.fromOutside(ports.local(ports.to(protocol, Optional.of(to), port)), loopback);
    all = all.minus(ports.through(all, index.containerSide())).minus(ports.from(all, networks));
    List<IpAddress> senders = new ArrayList<>();
    PacketSet sender = ports.from(ports.space().all(), List.of(Cidr.host(asked)));
    for (PacketSet one : classes(all)) {
      if (!one.meets(sender) && senders.size() < MOST) {
        sample(one).ifPresent(senders::add);
      }
    }
    return senders;
  }

  /** The sources, parted by what becomes of their packets. */
  private List<PacketSet> classes(PacketSet packets) {
    Map<String, PacketSet> byEffect = new LinkedHashMap<>();
    for (Leaving leaving : tracer.through(Hook.PREROUTING, packets).leaving()) {
      byEffect.merge(effect(leaving), leaving.packets().only(Field.SOURCE), PacketSet::or);
    }
    Map<Set<String>, PacketSet> parts = new LinkedHashMap<>();
    parts.put(Set.of(), packets.only(Field.SOURCE));
    byEffect.forEach(
        (effect, sources) -> {
          Map<Set<String>, PacketSet> finer = new LinkedHashMap<>();
          parts.forEach(
              (effects, part) -> {
                Set<String> more = new LinkedHashSet<>(effects);
                more.add(effect);
                put(finer, more, part.and(sources));
                put(finer, effects, part.minus(sources));
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

  private static String effect(Leaving leaving) {
    String where =
        leaving.target().isPresent() ? leaving.last().map(RulePlace::chain).orElse("") : "";
    return leaving.kind()
        + " "
        + where
        + " "
        + leaving.target().map(t -> t.text().latin1()).orElse("");
  }

  /** One of them who can be somebody: no network's own address, where there are others. */
  private Optional<IpAddress> sample(PacketSet sources) {
    Family family = index.table().family();
    for (IpAddress usual : ExampleAddress.clients(family)) {
      if (sources.meets(ports.from(sources, List.of(Cidr.host(usual))))) {
        return Optional.of(usual);
      }
    }
    List<Interval> runs = sources.values(Field.SOURCE, family);
    return runs.isEmpty()
        ? Optional.empty()
        : Optional.of(ExampleAddress.in(addresses(runs, family)));
  }

  private static AddressRange addresses(List<Interval> runs, Family family) {
    return runs.get(0).addresses(family);
  }
}
