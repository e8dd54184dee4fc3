package io.portmapctl.trace;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.packet.Rewrite;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the targets of table nat rewrite packets: a set of them, and one as a person is told of it.
 *
 * @param host what is known of the host
 */
public record Rewriting(HostAddresses host) {

  /** Source ports of three kinds (linux/net/netfilter/nf_nat_core.c). */
  private static final List<Interval> OF =
      List.of(Interval.of(0, 511), Interval.of(512, 1023), Interval.of(1024, 65535));

  /** What the kernel draws from, for each. */
  private static final List<Interval> DRAWN =
      List.of(Interval.of(1, 511), Interval.of(600, 1023), Interval.of(1024, 65535));

  /**
   * The packet that goes on.
   *
   * @param hook where it is
   */
  public Packet rewritten(Packet packet, Target target, Hook hook) {
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
      Address some = new Address.InNetwork(netmap.to());
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
      address = range.isOne() ? new Address.Known(range.first()) : new Address.OneOf(to.place());
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
    Optional<IpAddress> only = host.onlyAddress(packet.in(), packet.family());
    return only.<Address>map(Address.Known::new)
        .orElseGet(
            () -> new Address.OfInterface(Address.OfInterface.Passage.IN, packet.in().name()));
  }

  private static IpAddress localhost(Family family) {
    return family == Family.IPV4
        ? new IpAddress(Family.IPV4, 0, 0x7f000001L)
        : new IpAddress(Family.IPV6, 0, 1);
  }

  private Address outgoing(Packet packet) {
    Address some =
        packet.out().equals(PacketInterface.LOOPBACK)
            ? new Address.OfInterface(Address.OfInterface.Passage.WITHIN, Optional.empty())
            : new Address.OfInterface(Address.OfInterface.Passage.OUT, packet.out().name());
    return host.masquerade(packet.out(), packet.family(), packet.destination().address())
        .<Address>map(Address.Known::new)
        .orElse(some);
  }

  /**
   * The packets that go on.
   *
   * @param hook where they are
   */
  public PacketSet rewritten(PacketSet packets, Target target, Family family, Hook hook) {
    if (target instanceof Target.Dnat dnat) {
      return destination(packets, dnat.to(), family);
    }
    if (target instanceof Target.Redirect redirect) {
      Optional<AddressRange> localhost =
          hook == Hook.OUTPUT ? Optional.of(AddressRange.of(localhost(family))) : Optional.empty();
      Target.Translation to =
          new Target.Translation(
              localhost, redirect.ports(), OptionalInt.empty(), redirect.flags());
      PacketSet moved = destination(packets, to, family);
      return localhost.isPresent()
          ? moved
          : elsewhere(moved, Field.DESTINATION, family).and(own(packets, Side.DESTINATION, family));
    }
    if (target instanceof Target.Snat snat) {
      return source(packets, snat.to(), family);
    }
    if (target instanceof Target.Masquerade masquerade) {
      Target.Translation ports =
          new Target.Translation(
              Optional.empty(), masquerade.ports(), OptionalInt.empty(), masquerade.flags());
      return elsewhere(source(packets, ports, family), Field.SOURCE, family)
          .and(own(packets, Side.SOURCE, family));
    }
    if (target instanceof Target.Netmap netmap) {
      AddressRange range = Interval.of(netmap.to()).addresses(family);
      Target.Translation to =
          new Target.Translation(
              Optional.of(range), Optional.empty(), OptionalInt.empty(), List.of());
      return hook.rewritesSource() ? source(packets, to, family) : destination(packets, to, family);
    }
    return packets;
  }

  private PacketSet own(PacketSet packets, Side side, Family family) {
    return new AddressKinds(packets.space(), host, family, "").local(side);
  }

  /** The packets with any address. */
  private static PacketSet elsewhere(PacketSet packets, Field field, Family family) {
    boolean source = field == Field.SOURCE;
    return packets.rewritten(
        List.of(
            new Rewrite(field, Optional.empty(), !source),
            Rewrite.free(source ? Field.SOURCE_KIND : Field.DESTINATION_KIND),
            Rewrite.to(source ? Field.SOURCE_TRANSLATED : Field.ADDRESS_MOVED, 1)),
        family);
  }

  /** What goes there already is not translated. */
  private static PacketSet destination(PacketSet packets, Target.Translation to, Family family) {
    boolean chosen = to.randomPort() || to.base().isPresent();
    Optional<Interval> ports = ports(to);
    PacketSet same = chosen ? packets.space().none() : packets.and(there(packets, to, family));
    List<Rewrite> rewrites = new ArrayList<>();
    rewrites.add(Rewrite.to(Field.DESTINATION_TRANSLATED, 1));
    if (to.addresses().isPresent()) {
      rewrites.add(new Rewrite(Field.DESTINATION, to.addresses().map(Interval::of), true));
      rewrites.add(Rewrite.to(Field.ADDRESS_MOVED, 1));
      rewrites.add(Rewrite.free(Field.DESTINATION_KIND));
    }
    if (ports.isPresent() || chosen) {
      rewrites.add(new Rewrite(Field.DESTINATION_PORT, ports, true));
      rewrites.add(Rewrite.to(Field.PORT_MOVED, 1));
    }
    return same.or(packets.minus(same).rewritten(rewrites, family));
  }

  /** The packets that are where a translation leads, where it leads to one place. */
  private static PacketSet there(PacketSet packets, Target.Translation to, Family family) {
    PacketSpace space = packets.space();
    boolean onePort = to.ports().isEmpty() || one(to.ports().get()).isPresent();
    boolean oneAddress =
        to.addresses().map(AddressRange::isOne).orElse(true)
            && (to.addresses().isPresent() || to.ports().isPresent());
    if (!onePort || !oneAddress) {
      return space.none();
    }
    PacketSet there =
        to.addresses()
            .map(a -> space.of(Field.DESTINATION, family, Interval.of(a)))
            .orElse(space.all());
    return ports(to).map(p -> there.and(space.of(Field.DESTINATION_PORT, p))).orElse(there);
  }

  private static PacketSet source(PacketSet packets, Target.Translation to, Family family) {
    List<Rewrite> rewrites = new ArrayList<>();
    rewrites.add(Rewrite.to(Field.SOURCE_TRANSLATED, 1));
    if (to.addresses().isPresent()) {
      rewrites.add(new Rewrite(Field.SOURCE, to.addresses().map(Interval::of), false));
      rewrites.add(Rewrite.free(Field.SOURCE_KIND));
    }
    boolean drawn = to.randomPort() && to.ports().isEmpty() && to.base().isEmpty();
    if (drawn) {
      return drawn(packets, rewrites, family);
    }
    if (ports(to).isPresent() || to.randomPort()) {
      rewrites.add(new Rewrite(Field.SOURCE_PORT, ports(to), false));
    }
    return packets.rewritten(rewrites, family);
  }

  /** The packets with a port that the kernel draws from those of the kind that it was of. */
  private static PacketSet drawn(PacketSet packets, List<Rewrite> rewrites, Family family) {
    PacketSet all = packets.space().none();
    for (int i = 0; i < OF.size(); i++) {
      List<Rewrite> more = new ArrayList<>(rewrites);
      more.add(new Rewrite(Field.SOURCE_PORT, Optional.of(DRAWN.get(i)), false));
      PacketSet of = packets.and(packets.space().of(Field.SOURCE_PORT, OF.get(i)));
      all = all.or(of.rewritten(more, family));
    }
    return all;
  }

  private static Optional<Interval> ports(Target.Translation to) {
    return to.base().isPresent()
        ? Optional.empty()
        : to.ports().map(p -> Interval.of(p.first(), p.last()));
  }
}
