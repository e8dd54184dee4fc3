package io.portmapctl.trace;

import io.portmapctl.model.AddressRange;
import io.portmapctl.model.Family;
import io.portmapctl.model.Hook;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.PortRange;
import io.portmapctl.model.Side;
import io.portmapctl.model.Target;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How the targets of table nat rewrite packets: a set of them, and one as a person is told of it.
 *
 * @param host what is known of the host
 */
record Rewriting(Host host) {

  /**
   * The packet that goes on.
   *
   * @param hook where it is
   */
  Packet rewritten(Packet packet, Target target, Hook hook) {
    if (target instanceof Target.Dnat dnat) {
      return packet.to(endpoint(dnat.to(), packet.destination()));
    }
    if (target instanceof Target.Snat snat) {
      return packet.from(endpoint(snat.to(), packet.source()));
    }
    if (target instanceof Target.Redirect redirect) {
      OptionalInt port = redirect.ports().map(Rewriting::one).orElse(packet.destination().port());
      return packet.to(new Endpoint(own(packet, hook), port));
    }
    if (target instanceof Target.Masquerade masquerade) {
      boolean keeps = masquerade.ports().isEmpty() && masquerade.flags().isEmpty();
      return packet.from(
          new Endpoint(outgoing(packet), keeps ? packet.source().port() : OptionalInt.empty()));
    }
    if (target instanceof Target.Netmap netmap) {
      Address some = new Address.Chosen("an address of " + netmap.to(), Truth.UNKNOWN);
      return hook.rewritesSource()
          ? packet.from(new Endpoint(some, packet.source().port()))
          : packet.to(new Endpoint(some, packet.destination().port()));
    }
    return packet;
  }

  /** Where an address alone keeps the port. */
  private static Endpoint endpoint(Target.Translation to, Endpoint now) {
    Address address = now.address();
    if (to.addresses().isPresent()) {
      AddressRange range = to.addresses().get();
      address =
          range.isOne()
              ? new Address.Known(range.first())
              : new Address.Chosen("one of " + to.place(), Truth.UNKNOWN);
    }
    if (to.base().isPresent()) {
      return new Endpoint(address, OptionalInt.empty());
    }
    OptionalInt port = to.randomPort() ? OptionalInt.empty() : now.port();
    return new Endpoint(address, to.ports().map(Rewriting::one).orElse(port));
  }

  private static OptionalInt one(PortRange ports) {
    return ports.first() == ports.last() ? OptionalInt.of(ports.first()) : OptionalInt.empty();
  }

  /** To what {@code REDIRECT} redirects: localhost what the host sends, else where it came in. */
  private Address own(Packet packet, Hook hook) {
    if (hook == Hook.OUTPUT) {
      return new Address.Known(localhost(packet.family()));
    }
    Optional<IpAddress> only =
        packet.family() == Family.IPV4
            ? host.onlyAddress(packet.in(), packet.family())
            : Optional.empty(); // it may be the link-local one
    String where = packet.in().name().orElse("the interface that it came in through");
    return only.<Address>map(Address.Known::new)
        .orElseGet(() -> new Address.Chosen("the address of " + where, Truth.YES));
  }

  private static IpAddress localhost(Family family) {
    return family == Family.IPV4
        ? new IpAddress(Family.IPV4, 0, 0x7f000001L)
        : new IpAddress(Family.IPV6, 0, 1);
  }

  private Address outgoing(Packet packet) {
    String where =
        packet.out().equals(Device.LOOPBACK)
            ? "some interface"
            : packet.out().name().orElse("the interface that it leaves through");
    return host.masquerade(packet.out(), packet.family(), packet.destination().address())
        .<Address>map(Address.Known::new)
        .orElseGet(() -> new Address.Chosen("the address of " + where, Truth.YES));
  }

  /**
   * The packets that go on.
   *
   * @param hook where they are
   */
  PacketSet rewritten(PacketSet packets, Target target, Family family, Hook hook) {
    PacketSpace space = packets.space();
    if (target instanceof Target.Dnat dnat) {
      return destination(packets, addresses(space, Field.DESTINATION, dnat.to()), dnat.to());
    }
    if (target instanceof Target.Redirect redirect) {
      PacketSet own =
          hook == Hook.OUTPUT
              ? space.of(Field.DESTINATION, localhost(family))
              : new AddressKinds(space, host, family, "").local(Side.DESTINATION);
      Target.Translation ports =
          new Target.Translation(
              Optional.empty(), redirect.ports(), OptionalInt.empty(), redirect.flags());
      return destination(packets, Optional.of(own), ports);
    }
    if (target instanceof Target.Snat snat) {
      return source(packets, addresses(space, Field.SOURCE, snat.to()), snat.to());
    }
    if (target instanceof Target.Masquerade masquerade) {
      PacketSet own = new AddressKinds(space, host, family, "").local(Side.SOURCE);
      Target.Translation ports =
          new Target.Translation(
              Optional.empty(), masquerade.ports(), OptionalInt.empty(), masquerade.flags());
      return source(packets, Optional.of(own), ports);
    }
    if (target instanceof Target.Netmap netmap) {
      Target.Translation keeps =
          new Target.Translation(
              Optional.empty(), Optional.empty(), OptionalInt.empty(), List.of());
      return hook.rewritesSource()
          ? source(packets, Optional.of(space.of(Field.SOURCE, netmap.to())), keeps)
          : destination(packets, Optional.of(space.of(Field.DESTINATION, netmap.to())), keeps);
    }
    return packets;
  }

  private static Optional<PacketSet> addresses(
      PacketSpace space, Field field, Target.Translation to) {
    return to.addresses().map(range -> space.of(field, range.family(), Interval.of(range)));
  }

  /** What goes there already is not translated. */
  private static PacketSet destination(
      PacketSet packets, Optional<PacketSet> addresses, Target.Translation to) {
    PacketSet all = packets.space().all();
    Optional<PacketSet> ports = ports(packets, Field.DESTINATION_PORT, to);
    boolean chosen = to.randomPort() || to.base().isPresent();
    PacketSet same =
        isOne(addresses, to) && !chosen
            ? packets.and(addresses.orElse(all)).and(ports.orElse(all))
            : packets.space().none();
    PacketSet moved = packets.minus(same);
    Map<Field, Long> marks = new EnumMap<>(Field.class);
    marks.put(Field.DESTINATION_TRANSLATED, 1L);
    Set<Field> free = EnumSet.noneOf(Field.class);
    if (addresses.isPresent()) {
      moved = moved.keptBehind(Field.DESTINATION).and(addresses.get());
      marks.put(Field.ADDRESS_MOVED, 1L);
      free.add(Field.DESTINATION_KIND);
    }
    if (ports.isPresent() || chosen) {
      moved = moved.keptBehind(Field.DESTINATION_PORT).and(ports.orElse(all));
      marks.put(Field.PORT_MOVED, 1L);
    }
    return same.or(moved.with(marks, free));
  }

  private static boolean isOne(Optional<PacketSet> addresses, Target.Translation to) {
    boolean onePort = to.ports().isEmpty() || one(to.ports().get()).isPresent();
    boolean oneAddress =
        addresses.isEmpty() || to.addresses().map(AddressRange::isOne).orElse(false);
    return onePort && oneAddress;
  }

  private static PacketSet source(
      PacketSet packets, Optional<PacketSet> addresses, Target.Translation to) {
    PacketSet moved = packets;
    if (addresses.isPresent()) {
      moved = moved.with(Field.SOURCE, addresses.get()).without(Field.SOURCE_KIND);
    }
    Optional<PacketSet> ports = ports(packets, Field.SOURCE_PORT, to);
    if (ports.isPresent()) {
      moved = moved.with(Field.SOURCE_PORT, ports.get());
    } else if (to.randomPort()) {
      moved = moved.without(Field.SOURCE_PORT);
    }
    return moved.with(Field.SOURCE_TRANSLATED, 1);
  }

  private static Optional<PacketSet> ports(PacketSet packets, Field field, Target.Translation to) {
    return to.base().isPresent()
        ? Optional.empty()
        : to.ports().map(p -> packets.space().of(field, Interval.of(p.first(), p.last())));
  }
}
