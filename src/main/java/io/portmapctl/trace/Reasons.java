package io.portmapctl.trace;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Why a rule takes a packet, or does not. Whether it does its set has told ({@link RulePackets});
 * this looks only for the facts about the packet that a reader is told.
 */
final class Reasons implements Match.Common<List<Reason>> {
  private final Packet packet;

  /** Whether the match that is asked about lets the packet through. */
  private final Ternary answer;

  private final PacketSet here;

  private Reasons(Packet packet, PacketSet here, Ternary answer) {
    this.packet = packet;
    this.here = here;
    this.answer = answer;
  }

  /**
   * What decided: for a rule that does not match the first match that fails; never nothing.
   *
   * @param here the packet as it comes to the rule, as a set
   * @param packet the same, as a person is told of it
   */
  static List<Reason> of(Rule rule, PacketSet here, Packet packet, RulePackets meaning) {
    Ternary all = answer(here, meaning.of(rule));
    Set<List<Reason>> found = new LinkedHashSet<>();
    for (Match match : rule.matches()) {
      Ternary one = answer(here, match.accept(meaning));
      List<Reason> reasons = one == all ? match.accept(new Reasons(packet, here, one)) : List.of();
      if (!reasons.isEmpty()) {
        found.add(reasons);
      }
    }
    if (found.isEmpty()) {
      return List.of(
          all == Ternary.YES ? Reason.Plain.EVERY_PACKET : Reason.Plain.MATCHES_EXCLUDE_EACH_OTHER);
    }
    if (all == Ternary.NO) {
      return found.iterator().next();
    }
    List<Reason> reasons = new ArrayList<>();
    found.forEach(reasons::addAll);
    return List.copyOf(reasons);
  }

  private static Ternary answer(PacketSet here, PacketSet match) {
    PacketSet taken = here.and(match);
    return taken.isEmpty() ? Ternary.NO : taken.equals(here) ? Ternary.YES : Ternary.UNKNOWN;
  }

  private static List<Reason> undecided(Match match) {
    return List.of(new Reason.Undecided(match.text()));
  }

  private Address address(Side side) {
    return side == Side.SOURCE ? packet.source().address() : packet.destination().address();
  }

  @Override
  public List<Reason> address(Match.Address match) {
    Side side = match.side();
    Optional<IpAddress> ip = address(side).ip();
    if (ip.isEmpty()) {
      return List.of(new Reason.AddressUnknown(side, Optional.of(address(side))));
    }
    Cidr cidr = match.cidr();
    boolean inside = cidr.contains(Cidr.host(ip.get()));
    return List.of(
        cidr.prefix() == cidr.address().family().bits()
            ? new Reason.AddressIs(side, ip.get(), unless(inside, cidr.address()))
            : new Reason.AddressIn(side, ip.get(), cidr, inside));
  }

  private static <T> Optional<T> unless(boolean same, T asked) {
    return same ? Optional.empty() : Optional.of(asked);
  }

  @Override
  public List<Reason> networkInterface(Match.Interface match) {
    PacketInterface mine = match.side() == Side.SOURCE ? packet.in() : packet.out();
    boolean is = answer.negatedIf(match.negated()) == Ternary.YES;
    return List.of(
        !mine.known() && answer == Ternary.UNKNOWN
            ? new Reason.InterfaceUnknown(match.side(), match.name())
            : new Reason.InterfaceIs(match.side(), mine, unless(is, match.name())));
  }

  @Override
  public List<Reason> protocol(Match.Proto match) {
    boolean same = match.protocol().equals(packet.protocol());
    return List.of(new Reason.ProtocolIs(packet.protocol(), unless(same, match.protocol().text())));
  }

  @Override
  public List<Reason> ports(Match.Ports match) {
    List<Reason> reasons = new ArrayList<>();
    for (Match.PortTest test : match.ports()) {
      Optional<Boolean> holds = inside(test.side(), List.of(test.range()));
      Ternary one = holds.map(Ternary::of).orElse(Ternary.UNKNOWN).negatedIf(test.negated());
      if (one == answer) {
        reasons.add(port(test.side(), List.of(test.range())));
      }
    }
    match
        .flags()
        .ifPresent(
            flags -> {
              boolean syn = flags.mask().contains(Match.TcpFlag.SYN);
              boolean holds =
                  syn ? flags.set().equals(List.of(Match.TcpFlag.SYN)) : flags.set().isEmpty();
              if (Ternary.of(holds).negatedIf(flags.negated()) == answer) {
                reasons.add(new Reason.OnlySynIsSet(unless(holds, flags.set())));
              }
            });
    return reasons;
  }

  private OptionalInt port(Side side) {
    return side == Side.SOURCE ? packet.source().port() : packet.destination().port();
  }

  private Optional<Boolean> inside(Side side, List<PortRange> ranges) {
    OptionalInt mine = port(side);
    if (mine.isEmpty()) {
      boolean every = ranges.contains(new PortRange(0, 65535));
      return every ? Optional.of(true) : Optional.empty();
    }
    PortRange port = PortRange.of(mine.getAsInt());
    return Optional.of(ranges.stream().anyMatch(r -> r.contains(port)));
  }

  private Reason port(Side side, List<PortRange> ranges) {
    OptionalInt mine = port(side);
    if (mine.isEmpty()) {
      return new Reason.PortUnknown(side);
    }
    boolean inside = inside(side, ranges).orElse(false);
    return new Reason.PortIs(side, mine.getAsInt(), inside ? List.of() : ranges);
  }

  @Override
  public List<Reason> multiport(Match.Multiport match) {
    return List.of(
        switch (match.ends()) {
          case SOURCE -> port(Side.SOURCE, match.ranges());
          case DESTINATION -> port(Side.DESTINATION, match.ranges());
          case EITHER -> new Reason.PortsAre(packet.source().port(), packet.destination().port());
        });
  }

  @Override
  public List<Reason> comment(Match.Comment match) {
    return List.of();
  }

  @Override
  public List<Reason> addressType(Match.AddressType match) {
    if (match.limit().isPresent()) {
      return answer == Ternary.UNKNOWN
          ? undecided(match)
          : List.of(Reason.Plain.ADDRESSES_OF_THAT_INTERFACE);
    }
    List<Reason> reasons = new ArrayList<>();
    match.source().ifPresent(k -> reasons.add(kinds(Side.SOURCE, k)));
    match.destination().ifPresent(k -> reasons.add(kinds(Side.DESTINATION, k)));
    return reasons;
  }

  private Reason kinds(Side side, Match.Kinds test) {
    return new Reason.AddressOfKind(
        side, address(side), test.kinds(), answer.negatedIf(test.negated()));
  }

  @Override
  public List<Reason> mark(Match.Mark match) {
    boolean is = answer.negatedIf(match.negated()) == Ternary.YES;
    boolean open = answer == Ternary.UNKNOWN;
    return List.of(
        new Reason.MarkIs(
            packet.mark(), unless(is || open, new Reason.MaskedMark(match.value(), match.mask()))));
  }

  @Override
  public List<Reason> connmark(Match.Connmark match) {
    return answer == Ternary.UNKNOWN
        ? undecided(match)
        : List.of(
            answer == Ternary.YES ? Reason.Plain.CONNMARK_AS_ASKED : Reason.Plain.CONNMARK_ANOTHER);
  }

  @Override
  public List<Reason> conntrack(Match.Conntrack match) {
    if (answer == Ternary.UNKNOWN) {
      return undecided(match);
    }
    if (match.tests().size() == 1 && match.tests().get(0) instanceof Match.States states) {
      boolean is = answer.negatedIf(states.negated()) == Ternary.YES;
      return List.of(new Reason.ConnectionIs(state(), is ? List.of() : states.states()));
    }
    return List.of(
        answer == Ternary.YES ? Reason.Plain.CONNECTION_AS_ASKED : Reason.Plain.CONNECTION_ANOTHER);
  }

  /** What connection tracking takes the packet for, where that is told. */
  private Match.ConnState state() {
    List<Interval> states = here.values(Field.STATE, packet.family());
    boolean one = states.size() == 1 && states.get(0).isOne();
    return switch (one ? (int) states.get(0).firstLow() : (int) OnePacket.NEW) {
      case 0 -> Match.ConnState.INVALID;
      case 2 -> Match.ConnState.RELATED;
      case (int) OnePacket.ESTABLISHED -> Match.ConnState.ESTABLISHED;
      case (int) OnePacket.UNTRACKED -> Match.ConnState.UNTRACKED;
      default -> Match.ConnState.NEW;
    };
  }

  @Override
  public List<Reason> addressRange(Match.IpRange match) {
    List<Reason> reasons = new ArrayList<>();
    for (Match.RangeTest test : match.tests()) {
      Optional<IpAddress> mine = address(test.side()).ip();
      AddressRange range = test.range();
      if (mine.isEmpty()) {
        reasons.add(new Reason.AddressUnknown(test.side(), Optional.empty()));
        continue;
      }
      boolean inside =
          range.first().compareTo(mine.get()) <= 0 && mine.get().compareTo(range.last()) <= 0;
      if (Ternary.of(inside).negatedIf(test.negated()) == answer) {
        reasons.add(new Reason.AddressInRange(test.side(), mine.get(), range, inside));
      }
    }
    return reasons;
  }

  @Override
  public List<Reason> recent(Match.Recent match) {
    return match.action() == Match.RecentAction.SET
        ? List.of(
            answer == Ternary.YES
                ? Reason.Plain.NOTING_LETS_PASS
                : Reason.Plain.NOTING_LETS_NONE_PASS)
        : undecided(match);
  }

  @Override
  public List<Reason> owner(Match.Owner match) {
    return answer == Ternary.UNKNOWN ? undecided(match) : List.of(Reason.Plain.NO_PROCESS);
  }

  @Override
  public List<Reason> common(Match match) {
    return answer == Ternary.UNKNOWN
        ? undecided(match)
        : List.of(new Reason.Holds(match.text(), answer == Ternary.YES));
  }
}
