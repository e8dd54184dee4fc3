package io.portmapctl.path.nft;

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
import io.portmapctl.ruleset.nft.Expression;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.RulePackets;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What expressions have of packets: the one place that says what nft's words mean. An expression
 * has no quantity where its value is not known.
 */
final class Quantities {
  private static final long[] STATES = {1, 8, 4, 2, 64};
  private static final Field[] TCP_FLAGS = {
    Field.FIN, Field.SYN, Field.RST, Field.PSH, Field.ACK, Field.URG
  };

  private final PacketSpace space;
  private final HostAddresses host;
  private final Family family;
  private final Hook hook;
  private final String place;

  /**
   * Of packets of a family at a hook.
   *
   * @param place what the words of questions begin with
   */
  Quantities(PacketSpace space, HostAddresses host, Family family, Hook hook, String place) {
    this.space = space;
    this.host = host;
    this.family = family;
    this.hook = hook;
    this.place = place;
  }

  /** What an expression has; empty where nobody knows. */
  Optional<Quantity> of(Expression expression) {
    if (expression instanceof Expression.Payload payload) {
      return payload(payload);
    }
    if (expression instanceof Expression.Meta meta) {
      return meta(meta.key());
    }
    if (expression instanceof Expression.Connection connection) {
      return connection(connection);
    }
    if (expression instanceof Expression.Fib fib && fib.result().equals("type")) {
      return addressType(fib);
    }
    return Optional.empty();
  }

  /** The packets that have what an expression asks, though perhaps nobody knows its value. */
  PacketSet present(Expression expression) {
    Optional<Quantity> known = of(expression);
    if (known.isPresent()) {
      return known.get().present();
    }
    if (expression instanceof Expression.Payload payload) {
      return header(payload.protocol());
    }
    return expression instanceof Expression.Connection ? tracked() : space.all();
  }

  /** The packets that have a header, as far as that is known. */
  private PacketSet header(String name) {
    return switch (name) {
      case "ip" -> space.of(Family.IPV4);
      case "ip6" -> space.of(Family.IPV6);
      case "icmp" -> space.of(Family.IPV4).and(protocol(IpProtocol.ICMP));
      case "icmpv6" -> space.of(Family.IPV6).and(protocol(IpProtocol.ICMPV6));
      case "igmp" -> protocol(new IpProtocol(2));
      case "comp" -> protocol(new IpProtocol(108));
      case "tcp", "udp", "udplite", "sctp", "dccp", "esp", "ah", "gre" ->
          IpProtocol.of(name).map(this::protocol).orElse(space.all());
      default -> space.all();
    };
  }

  private PacketSet bit(Field field, int value) {
    return space.of(field, Interval.of(value));
  }

  private PacketSet question(String words) {
    return space.ofQuestion(place + words);
  }

  private PacketSet protocol(IpProtocol protocol) {
    return space.of(Field.PROTOCOL, Interval.of(protocol.number()));
  }

  // ---- fields

  /** A field of the packet that is a number. */
  private Optional<Quantity> field(
      Field field, PacketSet present, int bits, Function<String, Optional<Long>> names) {
    return Optional.of(
        new Quantity(space, present, bits) {
          @Override
          Optional<Interval> values(String constant) {
            return names.apply(constant).map(Interval::of);
          }

          @Override
          PacketSet among(Interval run) {
            return space().of(field, run);
          }
        });
  }

  private Optional<Quantity> address(Field field, Family of) {
    return Optional.of(
        new Quantity(space, space.of(of), of.bits()) {
          @Override
          Optional<Interval> values(String constant) {
            return Quantities.address(constant, of);
          }

          @Override
          PacketSet among(Interval run) {
            return space().of(field, of, run);
          }
        });
  }

  private static Optional<Interval> address(String constant, Family of) {
    return IpAddress.parse(constant)
        .filter(a -> a.family() == of)
        .map(a -> new Interval(a.high(), a.low(), a.high(), a.low()));
  }

  private Optional<Quantity> payload(Expression.Payload payload) {
    return switch (payload.protocol()) {
      case "ip" -> header(payload.field(), Family.IPV4, "protocol");
      case "ip6" -> header(payload.field(), Family.IPV6, "nexthdr");
      case "tcp" -> tcp(payload.field());
      case "udp" -> ports(payload.field(), protocol(IpProtocol.UDP));
      case "udplite" -> ports(payload.field(), protocol(IpProtocol.UDPLITE));
      case "sctp" -> ports(payload.field(), protocol(IpProtocol.SCTP));
      case "dccp" -> ports(payload.field(), protocol(IpProtocol.DCCP));
      case "th" -> transport(payload.field());
      case "icmp" -> icmp(payload.field(), Family.IPV4);
      case "icmpv6" -> icmp(payload.field(), Family.IPV6);
      case "ether" -> ethernet(payload.field());
      default -> Optional.empty();
    };
  }

  private Optional<Quantity> header(String field, Family of, String protocol) {
    if (field.equals("saddr") || field.equals("daddr")) {
      return address(field.equals("saddr") ? Field.SOURCE : Field.DESTINATION, of);
    }
    if (field.equals(protocol)) {
      return field(Field.PROTOCOL, space.of(of), 8, Symbols::protocol);
    }
    return field.equals("version")
        ? family(space.of(of), of == Family.IPV4 ? "4" : "", of == Family.IPV6 ? "6" : "")
        : Optional.empty();
  }

  private Optional<Quantity> ports(String field, PacketSet present) {
    return switch (field) {
      case "sport" -> field(Field.SOURCE_PORT, present, 16, Symbols::number);
      case "dport" -> field(Field.DESTINATION_PORT, present, 16, Symbols::number);
      default -> Optional.empty();
    };
  }

  /** The first bytes behind the IP header are ports with some protocols alone. */
  private Optional<Quantity> transport(String field) {
    PacketSet ports = space.none();
    for (IpProtocol each :
        List.of(
            IpProtocol.TCP, IpProtocol.UDP, IpProtocol.UDPLITE, IpProtocol.SCTP, IpProtocol.DCCP)) {
      ports = ports.or(protocol(each));
    }
    PacketSet with = ports;
    return ports(field, space.all())
        .map(
            q ->
                new Quantity(space, space.all(), 16) {
                  @Override
                  Optional<Interval> values(String constant) {
                    return q.values(constant);
                  }

                  @Override
                  PacketSet among(Interval run) {
                    String words = "th " + field + " " + run.firstLow() + "-" + run.lastLow();
                    return q.among(run).and(with).or(question(words).minus(with));
                  }
                });
  }

  private Optional<Quantity> tcp(String field) {
    PacketSet present = protocol(IpProtocol.TCP);
    if (!field.equals("flags")) {
      return ports(field, present);
    }
    return Optional.of(
        new Bits(present, 8) {
          @Override
          Optional<Long> bit(String name) {
            return Symbols.tcpFlag(name);
          }

          @Override
          PacketSet one(int bit) {
            return bit < TCP_FLAGS.length
                ? Quantities.this.bit(TCP_FLAGS[bit], 1)
                : question("tcp flag " + bit);
          }
        });
  }

  private Optional<Quantity> icmp(String field, Family of) {
    boolean v6 = of == Family.IPV6;
    PacketSet present = space.of(of).and(protocol(v6 ? IpProtocol.ICMPV6 : IpProtocol.ICMP));
    return switch (field) {
      case "type" ->
          field(Field.ICMP_TYPE, present, 8, v6 ? Symbols::icmp6Type : Symbols::icmpType);
      case "code" ->
          field(Field.ICMP_CODE, present, 8, v6 ? Symbols::icmp6Code : Symbols::icmpCode);
      default -> Optional.empty();
    };
  }

  /** What this host sends, or sends to itself, has no Ethernet header here. */
  private Optional<Quantity> ethernet(String field) {
    PacketSet none =
        bit(Field.INPUT_INTERFACE, 0)
            .or(space.of(Field.INPUT_INTERFACE, Interval.ofInterface("lo")));
    return field.equals("saddr")
        ? field(
            Field.MAC,
            none.complement(),
            48,
            t ->
                t.length() == 17
                    ? Symbols.number("0x" + t.replace(":", ""))
                    : Optional.<Long>empty())
        : Optional.empty();
  }

  // ---- meta

  private Optional<Quantity> meta(String key) {
    return switch (key) {
      case "iifname", "iif" -> device(Field.INPUT_INTERFACE, key.equals("iifname"));
      case "oifname", "oif" -> device(Field.OUTPUT_INTERFACE, key.equals("oifname"));
      case "l4proto" -> field(Field.PROTOCOL, space.all(), 8, Symbols::protocol);
      case "nfproto" -> family(space.all(), "ipv4", "ipv6");
      case "protocol" -> family(space.all(), "ip", "ip6");
      case "mark" -> mark(space.all(), space::ofMark);
      case "skuid" -> owner(Field.UID);
      case "skgid" -> owner(Field.GID);
      case "iiftype" -> type(Field.INPUT_INTERFACE, key);
      case "oiftype" -> type(Field.OUTPUT_INTERFACE, key);
      default -> Optional.empty();
    };
  }

  private Optional<Quantity> device(Field field, boolean byName) {
    return Optional.of(
        new Quantity(space, space.all(), 128) {
          @Override
          Optional<Interval> values(String constant) {
            boolean literal = constant.endsWith("\\*");
            boolean prefix = constant.endsWith("*") && !literal && byName;
            String name = constant.substring(0, constant.length() - (prefix ? 1 : literal ? 2 : 0));
            boolean number = !byName && Symbols.number(constant).isPresent();
            // a plus stands for anything in our own words; an index is no name
            return name.endsWith("+") || number
                ? Optional.empty()
                : Optional.of(Interval.ofInterface(name + (prefix ? "+" : literal ? "*" : "")));
          }

          @Override
          PacketSet among(Interval run) {
            return space().of(field, run);
          }
        });
  }

  private Optional<Quantity> family(PacketSet present, String v4, String v6) {
    return Optional.of(
        new Quantity(space, present, 2) {
          @Override
          Optional<Interval> values(String constant) {
            return Optional.of(Interval.of(constant.equals(v4) ? 0 : constant.equals(v6) ? 1 : 2));
          }

          @Override
          PacketSet among(Interval run) {
            PacketSet set = space().none();
            for (long i = run.firstLow(); i <= Math.min(1, run.lastLow()); i++) {
              set = set.or(space().of(i == 0 ? Family.IPV4 : Family.IPV6));
            }
            return set;
          }
        });
  }

  /** Those of which the bits of a mark that a mask names are a value. */
  private interface OfMark {
    PacketSet of(long value, long mask);
  }

  private Optional<Quantity> mark(PacketSet present, OfMark sets) {
    return Optional.of(
        new Quantity(space, present, 32) {
          @Override
          Optional<Interval> values(String constant) {
            return Symbols.number(constant).map(Interval::of);
          }

          @Override
          PacketSet among(Interval run) {
            List<PacketSet> blocks = new ArrayList<>();
            long from = run.firstLow();
            while (from <= run.lastLow()) {
              int free = from == 0 ? 32 : Math.min(32, Long.numberOfTrailingZeros(from));
              while (from + (1L << free) - 1 > run.lastLow()) {
                free--;
              }
              blocks.add(sets.of(from, 0xffffffffL & -1L << free));
              from += 1L << free;
            }
            return united(space(), blocks);
          }

          @Override
          Optional<PacketSet> masked(BigInteger mask, BigInteger value) {
            return Optional.of(sets.of(value.longValue(), mask.longValue()));
          }
        });
  }

  /** A socket is known where it sends; where packets come in, it may have been looked up. */
  private Optional<Quantity> owner(Field field) {
    PacketSet socket =
        switch (hook) {
          case OUTPUT, POSTROUTING -> bit(Field.SOCKET, 1);
          case PREROUTING, FORWARD -> space.none();
          case INPUT -> question("meta socket").and(lookedUp());
        };
    return field(field, socket, 32, t -> t.equals("root") ? Optional.of(0L) : Symbols.number(t));
  }

  /** Before it comes to its socket, a packet's is known of a connection that is there already. */
  private PacketSet lookedUp() {
    PacketSet fresh = space.of(Field.STATE, Interval.of(1));
    return protocol(IpProtocol.UDP).or(protocol(IpProtocol.TCP).minus(fresh));
  }

  private Optional<Quantity> type(Field field, String key) {
    PacketSet loopback = space.of(field, Interval.ofInterface("lo"));
    PacketSet none = bit(field, 0);
    return Optional.of(
        new Quantity(space, space.all(), 16) {
          @Override
          Optional<Interval> values(String constant) {
            return switch (constant) {
              case "loopback" -> Optional.of(Interval.of(772));
              case "ether" -> Optional.of(Interval.of(1));
              default -> Symbols.number(constant).map(Interval::of);
            };
          }

          @Override
          PacketSet among(Interval run) {
            boolean has = run.firstLow() <= 772 && 772 <= run.lastLow();
            PacketSet other =
                question("meta " + key + " " + run.firstLow() + "-" + run.lastLow())
                    .minus(loopback)
                    .minus(none);
            PacketSet zero = run.firstLow() == 0 ? none : space().none();
            PacketSet named = run.isOne() && has ? space().none() : other;
            return (has ? named.or(loopback) : named).or(zero);
          }
        });
  }

  // ---- connections

  private PacketSet tracked() {
    return space.of(Field.STATE, Interval.of(1, 3));
  }

  private Optional<Quantity> connection(Expression.Connection connection) {
    Optional<Boolean> reply = connection.direction().map(d -> d.equals("reply"));
    return switch (connection.key()) {
      case "state" -> Optional.of(new States());
      case "status" -> Optional.of(new Status());
      case "direction" -> field(Field.REPLY, tracked(), 1, Symbols::direction);
      case "mark" -> mark(tracked(), space::ofConnmark);
      case "l3proto" -> family(tracked(), "ipv4", "ipv6");
      case "protocol" -> field(Field.PROTOCOL, tracked(), 8, Symbols::protocol);
      case "saddr", "ip saddr", "ip6 saddr" -> tuple(connection, reply, Side.SOURCE);
      case "daddr", "ip daddr", "ip6 daddr" -> tuple(connection, reply, Side.DESTINATION);
      case "proto-src" -> tuplePort(connection, reply, Side.SOURCE);
      case "proto-dst" -> tuplePort(connection, reply, Side.DESTINATION);
      default -> Optional.empty();
    };
  }

  private Optional<Quantity> tuple(
      Expression.Connection connection, Optional<Boolean> reply, Side side) {
    String key = connection.key();
    Family of =
        key.startsWith("ip6 ")
            ? Family.IPV6
            : key.startsWith("ip ") ? Family.IPV4 : family; // of a table of one family
    List<Field> fields =
        List.of(Field.SOURCE, Field.DESTINATION, Field.ORIGINAL_DESTINATION, Field.ADDRESS_MOVED);
    return reply.map(
        r ->
            new Tuple(connection, r, side, fields, tracked().and(space.of(of)), of.bits()) {
              @Override
              Optional<Interval> values(String constant) {
                return address(constant, of);
              }

              @Override
              PacketSet of(Field field, Interval run) {
                return space().of(field, of, run);
              }
            });
  }

  private Optional<Quantity> tuplePort(
      Expression.Connection connection, Optional<Boolean> reply, Side side) {
    List<Field> fields =
        List.of(
            Field.SOURCE_PORT,
            Field.DESTINATION_PORT,
            Field.ORIGINAL_DESTINATION_PORT,
            Field.PORT_MOVED);
    return reply.map(
        r ->
            new Tuple(connection, r, side, fields, tracked(), 16) {
              @Override
              Optional<Interval> values(String constant) {
                return Symbols.number(constant).map(Interval::of);
              }

              @Override
              PacketSet of(Field field, Interval run) {
                return space().of(field, run);
              }
            });
  }

  /** One part of a connection's tuples, at a packet that goes the first way. */
  private abstract class Tuple extends Quantity {
    private final String words;
    private final boolean reply;
    private final boolean source;
    private final List<Field> fields;

    Tuple(
        Expression.Connection connection,
        boolean reply,
        Side side,
        List<Field> fields,
        PacketSet present,
        int bits) {
      super(space, present, bits);
      this.words = "ct " + (reply ? "reply " : "original ") + connection.key() + " ";
      this.reply = reply;
      this.source = side == Side.SOURCE;
      this.fields = fields;
    }

    abstract PacketSet of(Field field, Interval run);

    /**
     * What was sent to is kept where it was translated, and answers come from where it goes now. Of
     * a packet that answers it is not followed.
     */
    @Override
    PacketSet among(Interval run) {
      PacketSet first;
      if (reply) {
        first = of(source ? fields.get(1) : fields.get(0), run);
      } else if (source) {
        first = of(fields.get(0), run);
      } else {
        PacketSet moved = bit(fields.get(3), 1);
        first = of(fields.get(2), run).and(moved).or(of(fields.get(1), run).minus(moved));
      }
      PacketSet answers = bit(Field.REPLY, 1);
      // behind a translation of the source, what answers are sent to is another address
      PacketSet open = reply && !source ? answers.or(bit(Field.SOURCE_TRANSLATED, 1)) : answers;
      return first.minus(open).or(open.and(question(words + first(run) + "-" + last(run))));
    }
  }

  /** A number of which each bit means something. */
  private abstract class Bits extends Quantity {
    Bits(PacketSet present, int bits) {
      super(space, present, bits);
    }

    abstract Optional<Long> bit(String name);

    /** The packets of which a bit is set. */
    abstract PacketSet one(int bit);

    @Override
    final Optional<Interval> values(String constant) {
      return bit(constant).map(Interval::of);
    }

    @Override
    PacketSet among(Interval run) {
      List<PacketSet> values = new ArrayList<>();
      for (long value = run.firstLow(); value <= run.lastLow(); value++) {
        values.add(masked(all(), BigInteger.valueOf(value)).orElseThrow());
      }
      return united(space(), values);
    }

    @Override
    Optional<PacketSet> masked(BigInteger mask, BigInteger value) {
      PacketSet set = space().all();
      for (int bit = 0; bit < bits(); bit++) {
        if (mask.testBit(bit)) {
          set = set.and(one(bit).negatedIf(!value.testBit(bit)));
        }
      }
      return Optional.of(set);
    }
  }

  /** {@code ct status}: whether it is translated is known. */
  private final class Status extends Bits {
    Status() {
      super(tracked(), 15);
    }

    @Override
    Optional<Long> bit(String name) {
      return Symbols.status(name);
    }

    @Override
    PacketSet one(int bit) {
      return switch (bit) {
        case 4 -> Quantities.this.bit(Field.SOURCE_TRANSLATED, 1);
        case 5 -> Quantities.this.bit(Field.DESTINATION_TRANSLATED, 1);
        default -> question("ct status " + bit);
      };
    }

    /** Of a run of more values than one it is not known. */
    @Override
    PacketSet among(Interval run) {
      return run.isOne()
          ? super.among(run)
          : question("ct status " + run.firstLow() + "-" + run.lastLow());
    }
  }

  /** {@code ct state}: one bit of five. */
  private final class States extends Quantity {
    States() {
      super(space, space.all(), 32);
    }

    @Override
    Optional<Interval> values(String constant) {
      return Symbols.state(constant).map(Interval::of);
    }

    @Override
    PacketSet among(Interval run) {
      return those(bit -> run.firstLow() <= bit && bit <= run.lastLow());
    }

    @Override
    Optional<PacketSet> masked(BigInteger mask, BigInteger value) {
      return Optional.of(those(bit -> (bit & mask.longValue()) == value.longValue()));
    }

    private PacketSet those(Function<Long, Boolean> test) {
      PacketSet set = space().none();
      for (int i = 0; i < STATES.length; i++) {
        set = test.apply(STATES[i]) ? set.or(space().of(Field.STATE, Interval.of(i))) : set;
      }
      return set;
    }
  }

  // ---- routes

  /** {@code fib daddr type}: as iptables' addrtype asks, where both say the same. */
  private Optional<Quantity> addressType(Expression.Fib fib) {
    List<String> flags = fib.flags();
    Side side = flags.contains("saddr") ? Side.SOURCE : Side.DESTINATION;
    Optional<Side> limit =
        flags.contains("iif")
            ? Optional.of(Side.SOURCE)
            : flags.contains("oif") ? Optional.of(Side.DESTINATION) : Optional.empty();
    return Optional.of(
        new Quantity(space, space.all(), 32) {
          @Override
          Optional<Interval> values(String constant) {
            for (Match.AddressKind kind : Match.AddressKind.values()) {
              if (kind.name().equalsIgnoreCase(constant)) {
                return Optional.of(Interval.of(kind.number()));
              }
            }
            return Symbols.number(constant).map(Interval::of);
          }

          @Override
          PacketSet among(Interval run) {
            List<PacketSet> kinds = new ArrayList<>();
            for (Match.AddressKind kind : Match.AddressKind.values()) {
              if (run.firstLow() <= kind.number() && kind.number() <= run.lastLow()) {
                kinds.add(kind(side, kind, limit));
              }
            }
            return united(space(), kinds);
          }
        });
  }

  private PacketSet kind(Side side, Match.AddressKind kind, Optional<Side> limit) {
    boolean never =
        kind == Match.AddressKind.BROADCAST
            || kind == Match.AddressKind.NAT
            || kind == Match.AddressKind.XRESOLVE;
    if (family == Family.IPV6 && never) {
      return space.none();
    }
    boolean same =
        family == Family.IPV4
            || kind == Match.AddressKind.LOCAL
            || kind == Match.AddressKind.MULTICAST && limit.isEmpty();
    if (!same) {
      return question("fib " + side + " type " + kind + limit.map(l -> " " + l).orElse(""));
    }
    Optional<Match.Kinds> kinds = Optional.of(new Match.Kinds(false, List.of(kind)));
    Optional<Match.Kinds> none = Optional.empty();
    boolean source = side == Side.SOURCE;
    return new RulePackets(space, host, family, place)
        .addressType(new Match.AddressType(source ? kinds : none, source ? none : kinds, limit));
  }
}
