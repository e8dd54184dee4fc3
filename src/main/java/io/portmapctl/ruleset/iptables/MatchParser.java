package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the options behind {@code -m NAME} into the one form that iptables-save prints. What is not
 * understood exactly keeps its words.
 */
final class MatchParser {
  /** The kernel keeps 255 bytes of a comment. */
  private static final int LONGEST_COMMENT = 255;

  private static final List<String> LONG_UNITS = List.of("day", "hour", "minute", "second");
  private static final List<String> UNITS = List.of("day", "hour", "min", "sec");

  /** The length of the units in the kernel's ticks, of which a second has 10 000. */
  private static final long[] TICKS = {864_000_000L, 36_000_000L, 600_000L, 10_000L};

  private MatchParser() {}

  static Match parse(Family family, String module, List<String> words) {
    Options in = new Options(words);
    try {
      Match match = match(family, module, in);
      in.end();
      return match;
    } catch (NotUnderstood e) {
      return new Match.Unknown(module, in.kept(), isSteady(module));
    }
  }

  private static Match match(Family family, String module, Options in) throws NotUnderstood {
    return switch (module) {
      case "comment" -> comment(in);
      case "tcp" -> PortMatches.ports(IpProtocol.TCP, in);
      case "udp" -> PortMatches.ports(IpProtocol.UDP, in);
      case "sctp" -> PortMatches.ports(IpProtocol.SCTP, in);
      case "dccp" -> PortMatches.ports(IpProtocol.DCCP, in);
      case "multiport" -> PortMatches.multiport(in);
      case "icmp" -> icmp(family, Family.IPV4, in);
      case "icmp6", "icmpv6", "ipv6-icmp" -> icmp(family, Family.IPV6, in);
      case "addrtype" -> addressType(in);
      case "mark" -> mark(in);
      case "connmark" -> connmark(in);
      case "conntrack" -> ConntrackMatch.conntrack(family, in);
      case "state" -> ConntrackMatch.state(in);
      case "iprange" -> addressRanges(family, in);
      case "set" -> SenderMatches.ipSet(in);
      case "recent" -> SenderMatches.recent(family, in);
      case "owner" -> SenderMatches.owner(in);
      case "physdev" -> SenderMatches.physdev(in);
      case "mac" -> SenderMatches.mac(in);
      case "limit" -> limit(in);
      default -> throw new NotUnderstood();
    };
  }

  /**
   * Whether the same packet gets the same answer of a module wherever it is asked: not of chance,
   * counters, clocks, the state of connections, nor of what changes on the way.
   */
  private static boolean isSteady(String module) {
    return switch (module) {
      case "account",
          "cgroup",
          "cluster",
          "condition",
          "connbytes",
          "connlabel",
          "connlimit",
          "connmark",
          "conntrack",
          "cpu",
          "dstlimit",
          "fuzzy",
          "hashlimit",
          "helper",
          "hl",
          "ipvs",
          "limit",
          "mark",
          "nfacct",
          "nth",
          "psd",
          "quota",
          "quota2",
          "random",
          "rateest",
          "recent",
          "set",
          "socket",
          "state",
          "statistic",
          "time",
          "ttl" ->
          false;
      default -> true;
    };
  }

  private static Match comment(Options in) throws NotUnderstood {
    in.expect("--comment");
    return new Match.Comment(new Octets(in.take()).first(LONGEST_COMMENT));
  }

  private static Match icmp(Family family, Family of, Options in) throws NotUnderstood {
    if (family != of) {
      throw new NotUnderstood();
    }
    return IcmpTypes.match(of, in);
  }

  private static Match addressType(Options in) throws NotUnderstood {
    Optional<Match.Kinds> source = Optional.empty();
    Optional<Match.Kinds> destination = Optional.empty();
    Optional<Side> limit = Optional.empty();
    while (in.hasNext()) {
      boolean negated = in.negated();
      String option = in.take();
      boolean again =
          switch (option) {
            case "--src-type" -> source.isPresent();
            case "--dst-type" -> destination.isPresent();
            default -> limit.isPresent() || negated;
          };
      if (again) {
        throw new NotUnderstood();
      }
      switch (option) {
        case "--src-type" -> source = Optional.of(kinds(negated, in));
        case "--dst-type" -> destination = Optional.of(kinds(negated, in));
        case "--limit-iface-in" -> limit = Optional.of(Side.SOURCE);
        case "--limit-iface-out" -> limit = Optional.of(Side.DESTINATION);
        default -> throw new NotUnderstood();
      }
    }
    if (source.isEmpty() && destination.isEmpty()) {
      throw new NotUnderstood();
    }
    return new Match.AddressType(source, destination, limit);
  }

  private static Match.Kinds kinds(boolean negated, Options in) throws NotUnderstood {
    return new Match.Kinds(negated, Values.several(Match.AddressKind.class, in.take()));
  }

  private static Match mark(Options in) throws NotUnderstood {
    boolean negated = in.negated();
    in.expect("--mark");
    Values.Masked masked = Values.masked(in.take());
    return new Match.Mark(negated, masked.value(), masked.mask());
  }

  private static Match connmark(Options in) throws NotUnderstood {
    boolean negated = in.negated();
    in.expect("--mark");
    Values.Masked masked = Values.masked(in.take());
    return new Match.Connmark(negated, masked.value(), masked.mask());
  }

  private static Match addressRanges(Family family, Options in) throws NotUnderstood {
    Slots<Match.RangeTest> tests = new Slots<>();
    while (in.hasNext()) {
      boolean negated = in.negated();
      String option = in.take();
      Side side = option.equals("--src-range") ? Side.SOURCE : Side.DESTINATION;
      if (side == Side.DESTINATION && !option.equals("--dst-range")) {
        throw new NotUnderstood();
      }
      AddressRange range = Values.addressRange(family, in.take());
      tests.put(side == Side.SOURCE ? 0 : 1, new Match.RangeTest(side, negated, range));
    }
    return new Match.IpRange(tests.some());
  }

  private static Match limit(Options in) throws NotUnderstood {
    String rate = "3/hour";
    int burst = 5;
    Slots<String> given = new Slots<>();
    while (in.hasNext()) {
      String option = in.take();
      switch (option) {
        case "--limit" -> {
          given.put(0, option);
          rate = rate(in.take());
        }
        case "--limit-burst" -> {
          given.put(1, option);
          burst = Values.decimal(in.take(), 1, 10_000);
        }
        default -> throw new NotUnderstood();
      }
    }
    return new Match.Limit(rate, burst);
  }

  /** A rate in the largest unit that still says it, as libxt_limit prints the kernel's interval. */
  private static String rate(String text) throws NotUnderstood {
    int slash = text.indexOf('/');
    String unit = slash < 0 ? "sec" : text.substring(slash + 1).toLowerCase(Locale.ROOT);
    int count = Values.decimal(slash < 0 ? text : text.substring(0, slash), 1, 999_999);
    for (int i = 0; i < LONG_UNITS.size() && !unit.isEmpty(); i++) {
      if (LONG_UNITS.get(i).startsWith(unit)) {
        long period = TICKS[i] / count;
        if (period == 0) {
          break;
        }
        int best = 0;
        for (int k = 1; k < TICKS.length; k++) {
          if (period > TICKS[k] || TICKS[k] / period < TICKS[k] % period) {
            break;
          }
          best = k;
        }
        return TICKS[best] / period + "/" + UNITS.get(best);
      }
    }
    throw new NotUnderstood();
  }
}
