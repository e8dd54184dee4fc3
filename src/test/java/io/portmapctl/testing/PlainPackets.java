package io.portmapctl.testing;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.packet.Field;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;

/** Random concrete packets, and such as are near what a match asks for. */
public final class PlainPackets {
  private static final long ALL_BITS = 0xffffffffL;

  private final Random random;
  private final Family family;

  /** Of that seed. */
  public PlainPackets(long seed, Family family) {
    this.random = new Random(seed);
    this.family = family;
  }

  /** A packet that could be: no socket where it came in, no port of a bridge where none is. */
  public PlainPacket any() {
    PlainPacket packet = PlainPacket.of(family, 1 + random.nextInt(255));
    boolean sent = random.nextInt(3) == 0;
    packet =
        packet
            .with(Field.SOURCE, address())
            .with(Field.DESTINATION, address())
            .with(Field.ORIGINAL_DESTINATION, address())
            .with(Field.SOURCE_PORT, random.nextInt(65536))
            .with(Field.DESTINATION_PORT, random.nextInt(65536))
            .with(Field.ORIGINAL_DESTINATION_PORT, random.nextInt(65536))
            .with(Field.INPUT_INTERFACE, sent ? "" : device())
            .with(Field.OUTPUT_INTERFACE, random.nextInt(3) == 0 ? "" : device())
            .with(Field.SOCKET, sent && random.nextInt(4) != 0 ? 1 : 0)
            .with(Field.UID, PlainPacket.pick(random, 0L, 5L, 6L, 7L, ALL_BITS))
            .with(Field.GID, PlainPacket.pick(random, 0L, 5L, ALL_BITS - 1, ALL_BITS))
            .with(Field.ICMP_TYPE, random.nextInt(256))
            .with(Field.ICMP_CODE, random.nextInt(256))
            .with(Field.MAC, 0x001122334450L + random.nextInt(12))
            .with(Field.DESTINATION_TRANSLATED, random.nextInt(2))
            .with(Field.ADDRESS_MOVED, random.nextInt(2))
            .with(Field.PORT_MOVED, random.nextInt(2))
            .with(Field.SOURCE_TRANSLATED, random.nextInt(2))
            .with(Field.STATE, 1 + random.nextInt(3))
            .with(Field.REPLY, random.nextInt(3) == 0 ? 1 : 0);
    if (!sent && random.nextInt(2) == 0) {
      packet = packet.with(Field.INPUT_PORT_OF_BRIDGE, device());
      if (random.nextInt(2) == 0) {
        packet = packet.with(Field.OUTPUT_PORT_OF_BRIDGE, device()).with(Field.BRIDGED, 1);
      }
    }
    for (Field flag : List.of(Field.FIN, Field.SYN, Field.RST, Field.PSH, Field.ACK, Field.URG)) {
      packet = packet.with(flag, random.nextInt(2));
    }
    return packet.marked(random.nextInt(), random.nextInt());
  }

  private String device() {
    return PlainPacket.pick(random, "eth0", "eth1", "br-", "br-1", "br", "veth1.2", "a@b", "lo");
  }

  private IpAddress address() {
    if (family == Family.IPV4) {
      long some =
          PlainPacket.pick(
              random,
              0x0a000000L + random.nextInt(1 << 24),
              random.nextInt() & ALL_BITS | 1L << 24,
              0x7f000001L,
              0xe0000005L,
              ALL_BITS,
              0L);
      return new IpAddress(family, 0, some);
    }
    return PlainPacket.pick(
        random,
        new IpAddress(family, 0xfd00L << 48 | random.nextInt(1 << 30), random.nextInt(1 << 30)),
        new IpAddress(family, random.nextLong(), random.nextLong()),
        new IpAddress(family, 0, random.nextInt(3)),
        new IpAddress(family, 0xff02L << 48, 1));
  }

  /** The same with what a match asks for, or something just beside it. */
  public PlainPacket near(PlainPacket packet, Match match) {
    if (match instanceof Match.Address address) {
      return packet.with(addressOf(address.side()), edge(address.cidr()));
    }
    if (match instanceof Match.Interface device) {
      boolean in = device.side() == Side.SOURCE;
      PlainPacket near =
          packet.with(in ? Field.INPUT_INTERFACE : Field.OUTPUT_INTERFACE, name(device.name()));
      return in ? near.with(Field.SOCKET, 0) : near;
    }
    if (match instanceof Match.Proto protocol) {
      return packet.with(Field.PROTOCOL, protocol.protocol().number());
    }
    if (match instanceof Match.Ports ports) {
      return near(packet, ports);
    }
    if (match instanceof Match.Icmp icmp) {
      PlainPacket near = packet;
      if (icmp.type().isPresent()) {
        near = near.with(Field.ICMP_TYPE, icmp.type().getAsInt());
      }
      return icmp.code().isPresent() && random.nextInt(3) > 0
          ? near.with(Field.ICMP_CODE, icmp.code().getAsInt())
          : near;
    }
    if (match instanceof Match.Multiport multiport) {
      PortRange range = multiport.ranges().get(random.nextInt(multiport.ranges().size()));
      return packet.with(
          random.nextBoolean() ? Field.SOURCE_PORT : Field.DESTINATION_PORT, edge(range));
    }
    if (match instanceof Match.Mark mark) {
      return packet.marked(marked(packet.mark(), mark.value(), mark.mask()), packet.connmark());
    }
    if (match instanceof Match.Connmark mark) {
      return packet.marked(packet.mark(), marked(packet.connmark(), mark.value(), mark.mask()));
    }
    if (match instanceof Match.Conntrack conntrack) {
      PlainPacket near = packet;
      for (Match.ConntrackTest test : conntrack.tests()) {
        near = random.nextInt(4) > 0 ? near(near, test) : near;
      }
      return near;
    }
    if (match instanceof Match.IpRange ranges) {
      PlainPacket near = packet;
      for (Match.RangeTest test : ranges.tests()) {
        near = near.with(addressOf(test.side()), edge(test.range()));
      }
      return near;
    }
    if (match instanceof Match.Physdev physdev) {
      PlainPacket near = packet;
      for (Match.PhysdevTest test : physdev.tests()) {
        near = near(near, test);
      }
      return near;
    }
    return packet;
  }

  private PlainPacket near(PlainPacket packet, Match.PhysdevTest test) {
    return switch (test.kind()) {
      case IN -> packet.with(Field.INPUT_PORT_OF_BRIDGE, name(test.port()));
      case OUT -> packet.with(Field.OUTPUT_PORT_OF_BRIDGE, name(test.port()));
      default -> packet;
    };
  }

  private PlainPacket near(PlainPacket packet, Match.Ports ports) {
    PlainPacket near = packet;
    for (Match.PortTest test : ports.ports()) {
      Field field = test.side() == Side.SOURCE ? Field.SOURCE_PORT : Field.DESTINATION_PORT;
      near = near.with(field, edge(test.range()));
    }
    if (ports.flags().isPresent() && random.nextInt(4) > 0) {
      for (Match.TcpFlag flag : ports.flags().get().mask()) {
        boolean set = ports.flags().get().set().contains(flag);
        near = near.with(Field.valueOf(flag.name()), set ? 1 : 0);
      }
    }
    return near;
  }

  private PlainPacket near(PlainPacket packet, Match.ConntrackTest test) {
    if (test instanceof Match.ConnProtocol protocol) {
      return packet.with(Field.PROTOCOL, protocol.protocol().number());
    }
    if (test instanceof Match.ConnAddress address) {
      boolean source = (address.side() == Side.SOURCE) != address.reply();
      return packet.with(
          source
              ? Field.SOURCE
              : random.nextBoolean() ? Field.DESTINATION : Field.ORIGINAL_DESTINATION,
          edge(address.cidr()));
    }
    if (test instanceof Match.ConnPort port) {
      boolean source = (port.side() == Side.SOURCE) != port.reply();
      return packet.with(
          source
              ? Field.SOURCE_PORT
              : random.nextBoolean() ? Field.DESTINATION_PORT : Field.ORIGINAL_DESTINATION_PORT,
          edge(port.range()));
    }
    return packet;
  }

  private static Field addressOf(Side side) {
    return side == Side.SOURCE ? Field.SOURCE : Field.DESTINATION;
  }

  private long marked(long now, long value, long mask) {
    long marked = now & ~mask ^ value;
    return random.nextInt(4) == 0 ? marked ^ 1L << random.nextInt(32) : marked;
  }

  private String name(String pattern) {
    return pattern.endsWith("+")
        ? pattern.substring(0, pattern.length() - 1) + PlainPacket.pick(random, "", "0", "xyz")
        : pattern;
  }

  private long edge(PortRange range) {
    long port =
        PlainPacket.pick(random, range.first(), range.last(), range.first() - 1, range.last() + 1);
    return Math.max(0, Math.min(65535, port));
  }

  private BigInteger edge(Cidr network) {
    BigInteger hosts = BigInteger.ONE.shiftLeft(family.bits() - network.prefix());
    BigInteger first = PlainPacket.number(network.address());
    return edge(first, first.add(hosts).subtract(BigInteger.ONE));
  }

  private BigInteger edge(AddressRange range) {
    return edge(PlainPacket.number(range.first()), PlainPacket.number(range.last()));
  }

  private BigInteger edge(BigInteger first, BigInteger last) {
    BigInteger one =
        PlainPacket.pick(
            random,
            first,
            last,
            first.add(last).shiftRight(1),
            first.subtract(BigInteger.ONE),
            last.add(BigInteger.ONE));
    boolean possible = one.signum() >= 0 && one.bitLength() <= family.bits();
    return possible ? one : first;
  }
}
