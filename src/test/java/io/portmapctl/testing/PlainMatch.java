package io.portmapctl.testing;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.packet.Field;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.RulePackets;
import io.portmapctl.trace.Ternary;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether a match takes one concrete packet, as iptables(8) and iptables-extensions(8) say it: the
 * tests' own reading, which shares nothing with {@link RulePackets}. Unknown is only what is not
 * modelled, and what the host does not tell of its addresses.
 *
 * @param packet the packet
 * @param host what is known of the host
 */
public record PlainMatch(PlainPacket packet, HostAddresses host) implements Match.Visitor<Ternary> {

  /** Whether all of a rule's matches take it. */
  public Ternary all(Rule rule) {
    Ternary all = Ternary.YES;
    for (Match match : rule.matches()) {
      all = all.and(match.accept(this));
    }
    return all;
  }

  private static Ternary answer(boolean it, boolean negated) {
    return Ternary.of(it != negated);
  }

  private static Field addressOf(Side side) {
    return side == Side.SOURCE ? Field.SOURCE : Field.DESTINATION;
  }

  private static boolean inside(IpAddress address, Cidr network) {
    if (address.family() != network.address().family()) {
      return false;
    }
    int host = address.family().bits() - network.prefix();
    return PlainPacket.number(address)
        .shiftRight(host)
        .equals(PlainPacket.number(network.address()).shiftRight(host));
  }

  private static boolean inside(IpAddress address, AddressRange range) {
    BigInteger number = PlainPacket.number(address);
    return number.compareTo(PlainPacket.number(range.first())) >= 0
        && number.compareTo(PlainPacket.number(range.last())) <= 0;
  }

  private static boolean inside(long number, PortRange range) {
    return range.first() <= number && number <= range.last();
  }

  private static boolean named(String name, String pattern) {
    return pattern.endsWith("+")
        ? !name.isEmpty() && name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern);
  }

  @Override
  public Ternary address(Match.Address match) {
    return answer(inside(packet.address(addressOf(match.side())), match.cidr()), match.negated());
  }

  @Override
  public Ternary networkInterface(Match.Interface match) {
    if (match.name().equals("+")) {
      return Ternary.UNKNOWN;
    }
    Field field = match.side() == Side.SOURCE ? Field.INPUT_INTERFACE : Field.OUTPUT_INTERFACE;
    return answer(named(packet.name(field), match.name()), match.negated());
  }

  @Override
  public Ternary protocol(Match.Proto match) {
    return answer(packet.small(Field.PROTOCOL) == match.protocol().number(), match.negated());
  }

  private long port(Side side) {
    return packet.small(side == Side.SOURCE ? Field.SOURCE_PORT : Field.DESTINATION_PORT);
  }

  @Override
  public Ternary ports(Match.Ports match) {
    boolean all = true;
    for (Match.PortTest test : match.ports()) {
      all &= inside(port(test.side()), test.range()) != test.negated();
    }
    if (match.flags().isPresent()) {
      Match.TcpFlags test = match.flags().get();
      Set<Match.TcpFlag> seen = EnumSet.noneOf(Match.TcpFlag.class);
      for (Match.TcpFlag flag : test.mask()) {
        if (packet.is(Field.valueOf(flag.name()))) {
          seen.add(flag);
        }
      }
      all &= seen.equals(Set.copyOf(test.set())) != test.negated();
    }
    return Ternary.of(all);
  }

  @Override
  public Ternary icmp(Match.Icmp match) {
    boolean type =
        match.type().isEmpty() || packet.small(Field.ICMP_TYPE) == match.type().getAsInt();
    boolean code =
        match.code().isEmpty() || packet.small(Field.ICMP_CODE) == match.code().getAsInt();
    return answer(type && code, match.negated());
  }

  @Override
  public Ternary multiport(Match.Multiport match) {
    boolean any = false;
    for (PortRange range : match.ranges()) {
      boolean source = match.ends() != Match.Ends.DESTINATION;
      boolean destination = match.ends() != Match.Ends.SOURCE;
      any |= source && inside(port(Side.SOURCE), range);
      any |= destination && inside(port(Side.DESTINATION), range);
    }
    return answer(any, match.negated());
  }

  @Override
  public Ternary comment(Match.Comment match) {
    return Ternary.YES;
  }

  @Override
  public Ternary addressType(Match.AddressType match) {
    Ternary all = Ternary.YES;
    if (match.source().isPresent()) {
      all = all.and(kinds(Side.SOURCE, match.source().get(), match));
    }
    if (match.destination().isPresent()) {
      all = all.and(kinds(Side.DESTINATION, match.destination().get(), match));
    }
    return all;
  }

  private Ternary kinds(Side side, Match.Kinds test, Match.AddressType match) {
    IpAddress address = packet.address(addressOf(side));
    Ternary one =
        match.limit().isPresent()
            ? limited(address, test, match.limit().get())
            : packet.family() == Family.IPV4 ? kinds4(address, test) : kinds6(address, test);
    return one == Ternary.UNKNOWN ? one : answer(one == Ternary.YES, test.negated());
  }

  /** Only addresses of one interface count; what is not local on it is not modelled. */
  private Ternary limited(IpAddress address, Match.Kinds test, Side through) {
    boolean named =
        host.links().isPresent()
            && host.links().get().stream().noneMatch(link -> link.name().isEmpty());
    if (packet.family() == Family.IPV6
        || !named
        || !test.kinds().equals(List.of(Match.AddressKind.LOCAL))) {
      return Ternary.UNKNOWN;
    }
    String name =
        packet.name(through == Side.SOURCE ? Field.INPUT_INTERFACE : Field.OUTPUT_INTERFACE);
    boolean own = false;
    for (HostInterface link : host.links().get()) {
      own |= link.name().equals(name) && isOf(link, address);
    }
    // of which interface a route is that no interface shows is not known
    boolean routed = host.routed().stream().anyMatch(cidr -> inside(address, cidr));
    return !own && routed ? Ternary.UNKNOWN : Ternary.of(own);
  }

  /** Whether an address is one of an interface's; lo has its networks as a whole. */
  private static boolean isOf(HostInterface link, IpAddress address) {
    boolean own = false;
    boolean broadcast = false;
    for (Cidr cidr : link.addresses()) {
      boolean whole = link.name().equals("lo") && inside(address, cidr);
      own |= whole || cidr.address().equals(address);
      broadcast |= whole && isLast(address, cidr) && !cidr.address().equals(address);
    }
    return own && !broadcast;
  }

  private static boolean isLast(IpAddress address, Cidr network) {
    boolean v4 = address.family() == Family.IPV4 && network.address().family() == Family.IPV4;
    if (!v4 || network.prefix() >= 31 || !inside(address, network)) {
      return false;
    }
    long hostBits = 0xffffffffL >>> network.prefix();
    return (address.low() & hostBits) == hostBits;
  }

  /** All that an IPv4 address may be, as far as the host is known. */
  private Set<Match.AddressKind> possible(IpAddress address) {
    if (address.isUnspecified() || address.low() == 0xffffffffL || address.low() == 0x7fffffffL) {
      return Set.of(Match.AddressKind.BROADCAST);
    }
    if (address.low() >>> 28 == 14) {
      return Set.of(Match.AddressKind.MULTICAST);
    }
    if (address.low() >>> 24 == 127) {
      return Set.of(Match.AddressKind.LOCAL);
    }
    if (host.links().isEmpty()) {
      return Set.of(
          Match.AddressKind.LOCAL, Match.AddressKind.BROADCAST, Match.AddressKind.UNICAST);
    }
    List<HostInterface> links = host.links().get();
    if (links.stream().anyMatch(link -> isOf(link, address))
        || host.routed().stream().anyMatch(cidr -> inside(address, cidr))) {
      return Set.of(Match.AddressKind.LOCAL);
    }
    // what these are depends on the kernel's age: 0.0.0.0/8 (5.3) and a network's own address
    // (5.14)
    boolean perhaps = address.low() >>> 24 == 0;
    boolean broadcast = false;
    for (HostInterface link : links) {
      if (link.up()) {
        perhaps |= link.name().isEmpty();
        broadcast |= link.broadcasts().contains(address);
        for (Cidr own : link.addresses()) {
          broadcast |= isLast(address, own);
          perhaps |=
              own.address().family() == Family.IPV4
                  && own.prefix() < 31
                  && own.network().address().equals(address);
        }
      }
    }
    return broadcast
        ? Set.of(Match.AddressKind.BROADCAST)
        : perhaps
            ? Set.of(Match.AddressKind.BROADCAST, Match.AddressKind.UNICAST)
            : Set.of(Match.AddressKind.UNICAST);
  }

  private Ternary kinds4(IpAddress address, Match.Kinds test) {
    Set<Match.AddressKind> possible = possible(address);
    List<Match.AddressKind> modelled = new ArrayList<>(test.kinds());
    modelled.retainAll(
        List.of(
            Match.AddressKind.LOCAL,
            Match.AddressKind.BROADCAST,
            Match.AddressKind.MULTICAST,
            Match.AddressKind.UNICAST));
    if (modelled.containsAll(possible)) {
      return Ternary.YES;
    }
    boolean never =
        modelled.size() == test.kinds().size() && modelled.stream().noneMatch(possible::contains);
    return never ? Ternary.NO : Ternary.UNKNOWN;
  }

  /** IPv6 tells by the address's scope; several kinds at once are not modelled. */
  private Ternary kinds6(IpAddress address, Match.Kinds test) {
    if (test.kinds().size() > 1) {
      return Ternary.UNKNOWN;
    }
    boolean multicast = address.high() >>> 56 == 0xff;
    boolean nobody = address.high() == 0 && address.low() == 0;
    return switch (test.kinds().get(0)) {
      case MULTICAST -> Ternary.of(multicast);
      case UNICAST -> Ternary.of(!multicast && !nobody);
      case LOCAL -> {
        if (address.high() == 0 && address.low() == 1) {
          yield Ternary.YES;
        }
        if (multicast) {
          yield Ternary.NO;
        }
        if (host.links().isEmpty()) {
          yield Ternary.UNKNOWN;
        }
        boolean own =
            host.links().get().stream()
                .flatMap(link -> link.addresses().stream())
                .anyMatch(cidr -> cidr.address().equals(address));
        yield Ternary.of(own || host.routed().stream().anyMatch(cidr -> inside(address, cidr)));
      }
      default -> Ternary.UNKNOWN;
    };
  }

  @Override
  public Ternary mark(Match.Mark match) {
    return answer((packet.mark() & match.mask()) == match.value(), match.negated());
  }

  @Override
  public Ternary connmark(Match.Connmark match) {
    return answer((packet.connmark() & match.mask()) == match.value(), match.negated());
  }

  @Override
  public Ternary conntrack(Match.Conntrack match) {
    Ternary all = Ternary.YES;
    for (Match.ConntrackTest test : match.tests()) {
      all = all.and(connection(test));
    }
    return all;
  }

  private Ternary connection(Match.ConntrackTest test) {
    boolean reply = packet.is(Field.REPLY);
    if (test instanceof Match.States states) {
      boolean any = false;
      for (Match.ConnState state : states.states()) {
        any |=
            switch (state) {
              case SNAT -> packet.is(Field.SOURCE_TRANSLATED);
              case DNAT -> packet.is(Field.DESTINATION_TRANSLATED);
              case INVALID -> packet.small(Field.STATE) == 0;
              case NEW -> packet.small(Field.STATE) == 1;
              case RELATED -> packet.small(Field.STATE) == 2;
              case ESTABLISHED -> packet.small(Field.STATE) == 3;
              case UNTRACKED -> packet.small(Field.STATE) == 4;
            };
      }
      return answer(any, states.negated());
    }
    if (test instanceof Match.ConnProtocol protocol) {
      boolean same = packet.small(Field.PROTOCOL) == protocol.protocol().number();
      return answer(same, protocol.negated());
    }
    if (test instanceof Match.ConnDirection direction) {
      return Ternary.of(direction.reply() == reply);
    }
    if (test instanceof Match.ConnAddress address && !reply) {
      IpAddress tuple = packet.address(tuple(address.reply(), address.side(), true));
      return answer(inside(tuple, address.cidr()), address.negated());
    }
    if (test instanceof Match.ConnPort port && !reply) {
      long tuple = packet.small(tuple(port.reply(), port.side(), false));
      return answer(inside(tuple, port.range()), port.negated());
    }
    return Ternary.UNKNOWN;
  }

  /** Where a part of a tuple is found at a packet of the first direction. */
  private Field tuple(boolean reply, Side side, boolean address) {
    boolean source = side == Side.SOURCE;
    if (reply) {
      source = !source; // answers come from where it goes
    }
    if (source) {
      return address ? Field.SOURCE : Field.SOURCE_PORT;
    }
    boolean moved = !reply && packet.is(address ? Field.ADDRESS_MOVED : Field.PORT_MOVED);
    if (address) {
      return moved ? Field.ORIGINAL_DESTINATION : Field.DESTINATION;
    }
    return moved ? Field.ORIGINAL_DESTINATION_PORT : Field.DESTINATION_PORT;
  }

  @Override
  public Ternary addressRange(Match.IpRange match) {
    boolean all = true;
    for (Match.RangeTest test : match.tests()) {
      boolean in = inside(packet.address(addressOf(test.side())), test.range());
      all &= in != test.negated();
    }
    return Ternary.of(all);
  }

  @Override
  public Ternary ipSet(Match.IpSet match) {
    return Ternary.UNKNOWN;
  }

  @Override
  public Ternary recent(Match.Recent match) {
    return match.action() == Match.RecentAction.SET
        ? answer(true, match.negated())
        : Ternary.UNKNOWN;
  }

  @Override
  public Ternary owner(Match.Owner match) {
    boolean socket = packet.is(Field.SOCKET);
    boolean all = true;
    for (Match.OwnerTest test : match.tests()) {
      long number =
          switch (test.kind()) {
            case SOCKET -> 0;
            case UID -> packet.small(Field.UID);
            case GID -> packet.small(Field.GID);
          };
      boolean in = socket && test.first() <= number && number <= test.last();
      all &= in != test.negated();
    }
    return Ternary.of(all);
  }

  @Override
  public Ternary physdev(Match.Physdev match) {
    String in = packet.name(Field.INPUT_PORT_OF_BRIDGE);
    String out = packet.name(Field.OUTPUT_PORT_OF_BRIDGE);
    boolean all = true;
    for (Match.PhysdevTest test : match.tests()) {
      boolean it =
          switch (test.kind()) {
            case IN -> named(in, test.port());
            case OUT -> named(out, test.port());
            case IS_IN -> !in.isEmpty();
            case IS_OUT -> !out.isEmpty();
            case IS_BRIDGED -> packet.is(Field.BRIDGED);
          };
      all &= it != test.negated();
    }
    return Ternary.of(all);
  }

  @Override
  public Ternary mac(Match.Mac match) {
    String hex = String.format(Locale.ROOT, "%012x", packet.small(Field.MAC));
    return answer(hex.equals(match.source().replace(":", "")), match.negated());
  }

  @Override
  public Ternary limit(Match.Limit match) {
    return Ternary.UNKNOWN;
  }

  @Override
  public Ternary unknown(Match.Unknown match) {
    return Ternary.UNKNOWN;
  }
}
