package io.portmapctl.trace;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.PortRange;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import java.util.List;

/**
 * Which packets a match lets through (iptables(8), iptables-extensions(8)): the one place that says
 * what matches mean. A match of which that is not known asks a question, whose answer is a
 * dimension of the set.
 */
public final class RulePackets implements Match.Visitor<PacketSet> {
  /**
   * The question of a match that answers the same packet now so, now otherwise. It is the same for
   * all: whoever asks it forgets the answer at once ({@link Traversal}).
   */
  static final String CHANCE = "chance";

  private final PacketSpace space;
  private final HostAddresses host;
  private final Family family;

  /** What tells this hook's questions from another's, where addresses may be others. */
  private final String place;

  /**
   * Of a family.
   *
   * @param place what tells the questions that are asked here from those that are asked elsewhere
   */
  public RulePackets(PacketSpace space, HostAddresses host, Family family, String place) {
    this.space = space;
    this.host = host;
    this.family = family;
    this.place = place;
  }

  /** The packets that all of a rule's matches let through. */
  public PacketSet of(Rule rule) {
    PacketSet set = space.all();
    for (Match match : rule.matches()) {
      set = set.and(match.accept(this));
    }
    return set;
  }

  private PacketSet question(String words) {
    return space.ofQuestion(place + words);
  }

  private PacketSet chance() {
    return space.ofQuestion(CHANCE);
  }

  private PacketSet bit(Field field) {
    return space.of(field, Interval.of(1));
  }

  @Override
  public PacketSet address(Match.Address match) {
    return space
        .of(match.side() == Side.SOURCE ? Field.SOURCE : Field.DESTINATION, match.cidr())
        .negatedIf(match.negated());
  }

  @Override
  public PacketSet networkInterface(Match.Interface match) {
    if (match.name().equals("+")) {
      return question(match.text().latin1()); // negated: nft and legacy differ
    }
    Field field = match.side() == Side.SOURCE ? Field.INPUT_INTERFACE : Field.OUTPUT_INTERFACE;
    return space.of(field, Interval.ofInterface(match.name())).negatedIf(match.negated());
  }

  @Override
  public PacketSet protocol(Match.Proto match) {
    return space
        .of(Field.PROTOCOL, Interval.of(match.protocol().number()))
        .negatedIf(match.negated());
  }

  private PacketSet port(Side side, List<PortRange> ranges) {
    Field field = side == Side.SOURCE ? Field.SOURCE_PORT : Field.DESTINATION_PORT;
    PacketSet ports = space.none();
    for (PortRange range : ranges) {
      ports = ports.or(space.of(field, Interval.of(range.first(), range.last())));
    }
    return ports;
  }

  @Override
  public PacketSet ports(Match.Ports match) {
    PacketSet set = space.all();
    for (Match.PortTest test : match.ports()) {
      set = set.and(port(test.side(), List.of(test.range())).negatedIf(test.negated()));
    }
    return match.flags().isPresent() ? set.and(flags(match.flags().get())) : set;
  }

  private PacketSet flags(Match.TcpFlags test) {
    PacketSet set = space.all();
    for (Match.TcpFlag flag : test.mask()) {
      set = set.and(bit(field(flag)).negatedIf(!test.set().contains(flag)));
    }
    // what must be set and is not looked at never is
    boolean possible = test.mask().containsAll(test.set());
    return (possible ? set : space.none()).negatedIf(test.negated());
  }

  private static Field field(Match.TcpFlag flag) {
    return switch (flag) {
      case FIN -> Field.FIN;
      case SYN -> Field.SYN;
      case RST -> Field.RST;
      case PSH -> Field.PSH;
      case ACK -> Field.ACK;
      case URG -> Field.URG;
    };
  }

  @Override
  public PacketSet icmp(Match.Icmp match) {
    PacketSet set = space.all();
    if (match.type().isPresent()) {
      set = set.and(space.of(Field.ICMP_TYPE, Interval.of(match.type().getAsInt())));
    }
    if (match.code().isPresent()) {
      set = set.and(space.of(Field.ICMP_CODE, Interval.of(match.code().getAsInt())));
    }
    return set.negatedIf(match.negated());
  }

  @Override
  public PacketSet multiport(Match.Multiport match) {
    PacketSet set =
        switch (match.ends()) {
          case SOURCE -> port(Side.SOURCE, match.ranges());
          case DESTINATION -> port(Side.DESTINATION, match.ranges());
          case EITHER ->
              port(Side.SOURCE, match.ranges()).or(port(Side.DESTINATION, match.ranges()));
        };
    return set.negatedIf(match.negated());
  }

  @Override
  public PacketSet comment(Match.Comment match) {
    return space.all();
  }

  @Override
  public PacketSet addressType(Match.AddressType match) {
    PacketSet set = space.all();
    if (match.source().isPresent()) {
      set = set.and(kinds(Side.SOURCE, match.source().get(), match));
    }
    if (match.destination().isPresent()) {
      set = set.and(kinds(Side.DESTINATION, match.destination().get(), match));
    }
    return set;
  }

  private PacketSet kinds(Side side, Match.Kinds test, Match.AddressType match) {
    if (match.limit().isPresent()) {
      return limited(side, test, match);
    }
    return new AddressKinds(space, host, family, place)
        .of(side, test.kinds())
        .negatedIf(test.negated());
  }

  /** The addresses of one interface alone count: of each that is known, its own. */
  private PacketSet limited(Side side, Match.Kinds test, Match.AddressType match) {
    boolean local = test.kinds().equals(List.of(Match.AddressKind.LOCAL));
    boolean known = host.links().isPresent() && host.namesLinks();
    // one match may ask of both ends, each with a negation of its own
    String words = side + " of " + match.text().latin1();
    if (!local || !known || family == Family.IPV6) {
      return question(words);
    }
    Field through =
        match.limit().get() == Side.SOURCE ? Field.INPUT_INTERFACE : Field.OUTPUT_INTERFACE;
    Field field = side == Side.SOURCE ? Field.SOURCE : Field.DESTINATION;
    PacketSet set = space.none();
    for (HostInterface link : host.links().get()) {
      PacketSet addresses = space.none();
      for (Cidr own : link.addresses()) {
        if (own.address().family() == family) {
          addresses = addresses.or(space.of(field, own.address()));
          boolean lo = link.name().equals("lo");
          addresses = lo ? addresses.or(space.of(field, own.network())) : addresses;
        }
      }
      set = set.or(addresses.and(space.of(through, Interval.ofInterface(link.name()))));
    }
    set = set.and(new AddressKinds(space, host, family, place).local(side));
    // of which interface a route is that no interface shows is not known
    PacketSet routes = space.none();
    for (Cidr route : host.routed()) {
      routes = route.address().family() == family ? routes.or(space.of(field, route)) : routes;
    }
    set = set.or(routes.minus(set).and(question(words)));
    return set.negatedIf(test.negated());
  }

  @Override
  public PacketSet mark(Match.Mark match) {
    return space.ofMark(match.value(), match.mask()).negatedIf(match.negated());
  }

  @Override
  public PacketSet connmark(Match.Connmark match) {
    return space.ofConnmark(match.value(), match.mask()).negatedIf(match.negated());
  }

  @Override
  public PacketSet conntrack(Match.Conntrack match) {
    PacketSet states = space.all();
    PacketSet others = space.all();
    boolean asksState = false;
    for (Match.ConntrackTest test : match.tests()) {
      if (test instanceof Match.States) {
        asksState = true;
        states = states.and(connection(test));
      } else {
        others = others.and(connection(test));
      }
    }
    // of what is of no connection the state alone is asked (net/netfilter/xt_conntrack.c)
    PacketSet followed = space.of(Field.STATE, Interval.of(OnePacket.NEW, OnePacket.ESTABLISHED));
    return asksState ? states.and(others.or(followed.complement())) : others.and(followed);
  }

  private PacketSet connection(Match.ConntrackTest test) {
    if (test instanceof Match.States states) {
      return states(states).negatedIf(states.negated());
    }
    if (test instanceof Match.ConnProtocol protocol) {
      return space
          .of(Field.PROTOCOL, Interval.of(protocol.protocol().number()))
          .negatedIf(protocol.negated());
    }
    if (test instanceof Match.ConnDirection direction) {
      return bit(Field.REPLY).negatedIf(!direction.reply());
    }
    if (test instanceof Match.ConnAddress address) {
      boolean source = address.side() == Side.SOURCE;
      PacketSet set =
          tuple(
              address.reply(),
              source,
              field -> space.of(field, address.cidr()),
              List.of(
                  Field.SOURCE,
                  Field.DESTINATION,
                  Field.ORIGINAL_DESTINATION,
                  Field.ADDRESS_MOVED));
      return answering(set.negatedIf(test.negated()), test);
    }
    if (test instanceof Match.ConnPort port) {
      boolean source = port.side() == Side.SOURCE;
      PacketSet set =
          tuple(
              port.reply(),
              source,
              field -> space.of(field, Interval.of(port.range().first(), port.range().last())),
              List.of(
                  Field.SOURCE_PORT,
                  Field.DESTINATION_PORT,
                  Field.ORIGINAL_DESTINATION_PORT,
                  Field.PORT_MOVED));
      return answering(set.negatedIf(test.negated()), test);
    }
    return question(test.text());
  }

  /** A set of what a field has. */
  private interface OfField {
    PacketSet of(Field field);
  }

  /**
   * One part of the connection's tuples, at a packet that goes the first way: what was sent to is
   * kept where it was translated, and answers come from where it goes now.
   */
  private PacketSet tuple(boolean reply, boolean source, OfField test, List<Field> fields) {
    if (reply) {
      return test.of(source ? fields.get(1) : fields.get(0));
    }
    if (source) {
      return test.of(fields.get(0));
    }
    PacketSet moved = bit(fields.get(3));
    return test.of(fields.get(2)).and(moved).or(test.of(fields.get(1)).minus(moved));
  }

  /** Of a packet that answers it is not followed. */
  private PacketSet answering(PacketSet first, Match.ConntrackTest test) {
    PacketSet reply = bit(Field.REPLY);
    return first.minus(reply).or(reply.and(question(test.text())));
  }

  private PacketSet state(long number) {
    return space.of(Field.STATE, Interval.of(number));
  }

  private PacketSet states(Match.States test) {
    PacketSet set = space.none();
    for (Match.ConnState state : test.states()) {
      set =
          set.or(
              switch (state) {
                case SNAT -> bit(Field.SOURCE_TRANSLATED);
                case DNAT -> bit(Field.DESTINATION_TRANSLATED);
                case INVALID -> state(0);
                case NEW -> state(OnePacket.NEW);
                case RELATED -> state(2);
                case ESTABLISHED -> state(3);
                case UNTRACKED -> state(OnePacket.UNTRACKED);
              });
    }
    return set;
  }

  @Override
  public PacketSet addressRange(Match.IpRange match) {
    PacketSet set = space.all();
    for (Match.RangeTest test : match.tests()) {
      Field field = test.side() == Side.SOURCE ? Field.SOURCE : Field.DESTINATION;
      boolean empty = test.range().first().compareTo(test.range().last()) > 0;
      PacketSet range =
          empty ? space.none() : space.of(field, test.range().family(), Interval.of(test.range()));
      set = set.and(range.negatedIf(test.negated()));
    }
    return set;
  }

  @Override
  public PacketSet ipSet(Match.IpSet match) {
    Match.IpSet asked = new Match.IpSet(false, match.set(), match.sides(), match.options());
    return question(asked.text().latin1()).negatedIf(match.negated());
  }

  @Override
  public PacketSet recent(Match.Recent match) {
    if (match.action() == Match.RecentAction.SET) {
      return match.negated() ? space.none() : space.all();
    }
    return chance();
  }

  @Override
  public PacketSet owner(Match.Owner match) {
    PacketSet sent = space.of(Field.INPUT_INTERFACE, Interval.of(0)).and(bit(Field.SOCKET));
    PacketSet set = space.all();
    for (Match.OwnerTest test : match.tests()) {
      PacketSet owned =
          switch (test.kind()) {
            case SOCKET -> space.all();
            case UID -> space.of(Field.UID, Interval.of(test.first(), test.last()));
            case GID -> space.of(Field.GID, Interval.of(test.first(), test.last()));
          };
      set = set.and(sent.and(owned).negatedIf(test.negated()));
    }
    return set;
  }

  @Override
  public PacketSet physdev(Match.Physdev match) {
    PacketSet set = space.all();
    for (Match.PhysdevTest test : match.tests()) {
      PacketSet some =
          switch (test.kind()) {
            case IN -> some(Field.INPUT_PORT_OF_BRIDGE, test.port());
            case OUT -> some(Field.OUTPUT_PORT_OF_BRIDGE, test.port());
            case IS_IN -> some(Field.INPUT_PORT_OF_BRIDGE, "+");
            case IS_OUT -> some(Field.OUTPUT_PORT_OF_BRIDGE, "+");
            case IS_BRIDGED -> bit(Field.BRIDGED);
          };
      set = set.and(some.negatedIf(test.negated()));
    }
    return set;
  }

  /** The packets with a port of a bridge of this name; what came through none has none. */
  private PacketSet some(Field field, String name) {
    return space.of(field, Interval.ofInterface(name)).minus(space.of(field, Interval.of(0)));
  }

  @Override
  public PacketSet mac(Match.Mac match) {
    long address = Long.parseUnsignedLong(match.source().replace(":", ""), 16);
    return space.of(Field.MAC, Interval.of(address)).negatedIf(match.negated());
  }

  @Override
  public PacketSet limit(Match.Limit match) {
    return chance();
  }

  @Override
  public PacketSet unknown(Match.Unknown match) {
    return match.steady() ? question(match.text().latin1()) : chance();
  }
}
