package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.PortRange;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Matches of ports: {@code tcp}, {@code udp}, {@code sctp}, {@code dccp} and {@code multiport}. */
final class PortMatches {
  /** What the kernel takes in one multiport match; a range counts as two. */
  private static final int MOST_PORTS = 15;

  private PortMatches() {}

  /** Whether an option is one of these modules, so that it implies the module of the protocol. */
  static boolean isOption(IpProtocol protocol, String word) {
    return switch (word) {
      case "--sport", "--source-port", "--dport", "--destination-port" -> true;
      case "--syn", "--tcp-flags" -> protocol.number() == IpProtocol.TCP.number();
      default -> false;
    };
  }

  static Match ports(IpProtocol module, Options in) throws NotUnderstood {
    Optional<Match.PortTest> source = Optional.empty();
    Optional<Match.PortTest> destination = Optional.empty();
    Optional<Match.TcpFlags> flags = Optional.empty();
    boolean tcp = module.number() == IpProtocol.TCP.number();
    while (in.hasNext()) {
      boolean negated = in.negated();
      String option = in.take();
      switch (option) {
        case "--sport", "--source-port" -> {
          once(source);
          source = Optional.of(new Match.PortTest(Side.SOURCE, negated, range(in)));
        }
        case "--dport", "--destination-port" -> {
          once(destination);
          destination = Optional.of(new Match.PortTest(Side.DESTINATION, negated, range(in)));
        }
        case "--syn", "--tcp-flags" -> {
          once(flags);
          flags = Optional.of(flags(option.equals("--syn"), negated, in));
        }
        default -> throw new NotUnderstood();
      }
    }
    if (flags.isPresent() && !tcp) {
      throw new NotUnderstood();
    }
    List<Match.PortTest> tests = new ArrayList<>(2);
    if (source.isPresent() && isTest(module, source.get())) {
      tests.add(source.get());
    }
    if (destination.isPresent() && isTest(module, destination.get())) {
      tests.add(destination.get());
    }
    if (flags.isPresent() && flags.get().mask().isEmpty()) {
      if (flags.get().negated() || !flags.get().set().isEmpty()) {
        throw new NotUnderstood(); // nft loses it
      }
      flags = Optional.empty();
    }
    return new Match.Ports(module, List.copyOf(tests), flags);
  }

  private static void once(Optional<?> before) throws NotUnderstood {
    if (before.isPresent()) {
      throw new NotUnderstood();
    }
  }

  private static PortRange range(Options in) throws NotUnderstood {
    return Values.openPorts(in.take());
  }

  /** Of tcp and udp, all ports are no test; that none may be is lost, by nft and legacy apart. */
  private static boolean isTest(IpProtocol module, Match.PortTest test) throws NotUnderstood {
    boolean printed = module.number() != IpProtocol.TCP.number();
    printed &= module.number() != IpProtocol.UDP.number();
    if (printed || !Values.isAll(test.range())) {
      return true;
    }
    if (test.negated()) {
      throw new NotUnderstood();
    }
    return false;
  }

  private static Match.TcpFlags flags(boolean syn, boolean negated, Options in)
      throws NotUnderstood {
    return syn
        ? new Match.TcpFlags(negated, flags("FIN,SYN,RST,ACK"), flags("SYN"))
        : new Match.TcpFlags(negated, flags(in.take()), flags(in.take()));
  }

  private static List<Match.TcpFlag> flags(String text) throws NotUnderstood {
    return switch (text.toUpperCase(Locale.ROOT)) {
      case "NONE" -> List.of();
      case "ALL" -> List.of(Match.TcpFlag.values());
      default -> Values.several(Match.TcpFlag.class, text);
    };
  }

  static Match multiport(Options in) throws NotUnderstood {
    boolean negated = in.negated();
    Match.Ends ends =
        switch (in.take()) {
          case "--dports", "--destination-ports", "--dport", "--destination-port" ->
              Match.Ends.DESTINATION;
          case "--sports", "--source-ports", "--sport", "--source-port" -> Match.Ends.SOURCE;
          case "--ports", "--port" -> Match.Ends.EITHER;
          default -> throw new NotUnderstood();
        };
    List<PortRange> ranges = new ArrayList<>();
    int ports = 0;
    for (String part : in.take().split(",", -1)) {
      PortRange range = Values.ports(part, ':');
      boolean several = part.indexOf(':') >= 0;
      if (several && range.first() == range.last()) {
        throw new NotUnderstood();
      }
      ports += several ? 2 : 1;
      ranges.add(range);
    }
    if (ports > MOST_PORTS) {
      throw new NotUnderstood();
    }
    return new Match.Multiport(ends, negated, List.copyOf(ranges));
  }
}
