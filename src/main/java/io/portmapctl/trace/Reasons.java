package io.portmapctl.trace;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Says why a rule takes a packet, or does not. Whether it does its set has told ({@link
 * RulePackets}); this looks only for words.
 */
final class Reasons implements Match.Visitor<String> {
  private final Packet packet;

  /** Whether the match that is asked about lets the packet through. */
  private final Ternary truth;

  private Reasons(Packet packet, Ternary truth) {
    this.packet = packet;
    this.truth = truth;
  }

  /**
   * What decided: for a rule that does not match the first match that fails.
   *
   * @param here the packet as it comes to the rule, as a set
   * @param packet the same, as a person is told of it
   */
  static String of(Rule rule, PacketSet here, Packet packet, RulePackets meaning) {
    Ternary all = truth(here, meaning.of(rule));
    List<String> reasons = new ArrayList<>();
    for (Match match : rule.matches()) {
      Ternary one = truth(here, match.accept(meaning));
      String text = one == all ? match.accept(new Reasons(packet, one)) : "";
      if (!text.isEmpty() && !reasons.contains(text)) {
        reasons.add(text);
      }
    }
    if (reasons.isEmpty()) {
      return all == Ternary.YES ? "it takes every packet" : "its matches do not hold together";
    }
    return all == Ternary.NO ? reasons.get(0) : String.join(", ", reasons);
  }

  private static Ternary truth(PacketSet here, PacketSet match) {
    PacketSet taken = here.and(match);
    return taken.isEmpty() ? Ternary.NO : taken.equals(here) ? Ternary.YES : Ternary.UNKNOWN;
  }

  private static String notKnown(Match match) {
    return "what " + match.text().latin1() + " decides is not known";
  }

  private Address address(Side side) {
    return side == Side.SOURCE ? packet.source().address() : packet.destination().address();
  }

  private static String end(Side side) {
    return side == Side.SOURCE ? "the source" : "the destination";
  }

  @Override
  public String address(Match.Address match) {
    Optional<IpAddress> ip = address(match.side()).ip();
    if (ip.isEmpty()) {
      return end(match.side()) + " is " + address(match.side()) + ", which is not told";
    }
    Cidr cidr = match.cidr();
    boolean inside = cidr.contains(Cidr.host(ip.get()));
    if (cidr.prefix() == cidr.address().family().bits()) {
      return end(match.side()) + " is " + ip.get() + (inside ? "" : ", not " + cidr.address());
    }
    return end(match.side()) + " " + ip.get() + (inside ? " is " : " is not ") + "in " + cidr;
  }

  @Override
  public String networkInterface(Match.Interface match) {
    boolean in = match.side() == Side.SOURCE;
    PacketInterface mine = in ? packet.in() : packet.out();
    boolean is = truth.negatedIf(match.negated()) == Ternary.YES;
    if (!mine.known() && truth == Ternary.UNKNOWN) {
      return (in ? "where it comes in" : "where it leaves")
          + " is not told (is it "
          + match.name()
          + "?)";
    }
    String through = mine.known() ? mine.name().orElse("no interface") : "another interface";
    return (in ? "it comes in through " : "it leaves through ")
        + through
        + (is ? "" : ", not " + match.name());
  }

  @Override
  public String protocol(Match.Proto match) {
    boolean same = match.protocol().equals(packet.protocol());
    return "the protocol is "
        + packet.protocol()
        + (same ? "" : ", not " + match.protocol().text());
  }

  @Override
  public String ports(Match.Ports match) {
    List<String> texts = new ArrayList<>();
    for (Match.PortTest test : match.ports()) {
      Optional<Boolean> holds = inside(test.side(), List.of(test.range()));
      Ternary one = holds.map(Ternary::of).orElse(Ternary.UNKNOWN).negatedIf(test.negated());
      if (one == truth) {
        texts.add(port(test.side(), List.of(test.range())));
      }
    }
    match
        .flags()
        .ifPresent(
            flags -> {
              boolean syn = flags.mask().contains(Match.TcpFlag.SYN);
              boolean holds =
                  syn ? flags.set().equals(List.of(Match.TcpFlag.SYN)) : flags.set().isEmpty();
              if (Ternary.of(holds).negatedIf(flags.negated()) == truth) {
                String set =
                    flags.set().isEmpty()
                        ? "NONE"
                        : flags.set().stream()
                            .map(Match.TcpFlag::name)
                            .collect(Collectors.joining(","));
                texts.add("of the flags SYN is set" + (holds ? "" : ", not " + set));
              }
            });
    return String.join(", ", texts);
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

  private String port(Side side, List<PortRange> ranges) {
    OptionalInt mine = port(side);
    if (mine.isEmpty()) {
      return end(side) + "'s port is not told";
    }
    boolean inside = inside(side, ranges).orElse(false);
    return (side == Side.SOURCE ? "the source port is " : "the port is ")
        + mine.getAsInt()
        + (inside ? "" : ", not " + several(ranges));
  }

  private static String several(List<PortRange> ranges) {
    List<String> texts = ranges.stream().map(PortRange::toString).toList();
    return texts.size() > 4
        ? String.join(",", texts.subList(0, 3)) + " or others"
        : String.join(",", texts);
  }

  @Override
  public String icmp(Match.Icmp match) {
    return notKnown(match);
  }

  @Override
  public String multiport(Match.Multiport match) {
    return switch (match.ends()) {
      case SOURCE -> port(Side.SOURCE, match.ranges());
      case DESTINATION -> port(Side.DESTINATION, match.ranges());
      case EITHER ->
          "the ports are "
              + shown(packet.source().port())
              + " and "
              + shown(packet.destination().port());
    };
  }

  private static String shown(OptionalInt port) {
    return port.isPresent() ? Integer.toString(port.getAsInt()) : "one that is not told";
  }

  @Override
  public String comment(Match.Comment match) {
    return "";
  }

  @Override
  public String addressType(Match.AddressType match) {
    if (match.limit().isPresent()) {
      return truth == Ternary.UNKNOWN
          ? notKnown(match)
          : "by the addresses of that interface alone";
    }
    List<String> texts = new ArrayList<>();
    match.source().ifPresent(k -> texts.add(kinds(Side.SOURCE, k)));
    match.destination().ifPresent(k -> texts.add(kinds(Side.DESTINATION, k)));
    return String.join(", ", texts);
  }

  private String kinds(Side side, Match.Kinds test) {
    boolean local = test.kinds().equals(List.of(Match.AddressKind.LOCAL));
    String kinds =
        test.kinds().stream().map(Match.AddressKind::name).collect(Collectors.joining(","));
    String what = local ? "an address of this host" : "of type " + kinds;
    String who = end(side) + " " + address(side);
    return switch (truth.negatedIf(test.negated())) {
      case YES -> who + " is " + what;
      case NO -> who + " is not " + what;
      case UNKNOWN -> "whether " + who + " is " + what + " is not known";
    };
  }

  @Override
  public String mark(Match.Mark match) {
    boolean is = truth.negatedIf(match.negated()) == Ternary.YES;
    boolean open = truth == Ternary.UNKNOWN;
    return "the mark is " + packet.mark() + (is || open ? "" : ", not " + value(match));
  }

  private static String value(Match.Mark match) {
    String value = "0x" + Long.toHexString(match.value());
    return match.mask() == 0xffffffffL ? value : value + "/0x" + Long.toHexString(match.mask());
  }

  @Override
  public String connmark(Match.Connmark match) {
    return truth == Ternary.UNKNOWN
        ? notKnown(match)
        : "the connection's mark is " + (truth == Ternary.YES ? "so" : "another");
  }

  @Override
  public String conntrack(Match.Conntrack match) {
    if (truth == Ternary.UNKNOWN) {
      return notKnown(match);
    }
    if (match.tests().size() == 1 && match.tests().get(0) instanceof Match.States states) {
      String asked =
          states.states().stream().map(Match.ConnState::name).collect(Collectors.joining(","));
      boolean is = truth.negatedIf(states.negated()) == Ternary.YES;
      return "the connection is new" + (is ? "" : ", not " + asked);
    }
    return truth == Ternary.YES ? "the connection is so" : "the connection is another";
  }

  @Override
  public String addressRange(Match.IpRange match) {
    List<String> texts = new ArrayList<>();
    for (Match.RangeTest test : match.tests()) {
      Optional<IpAddress> mine = address(test.side()).ip();
      AddressRange range = test.range();
      if (mine.isEmpty()) {
        texts.add(end(test.side()) + " is not told");
        continue;
      }
      boolean inside =
          range.first().compareTo(mine.get()) <= 0 && mine.get().compareTo(range.last()) <= 0;
      if (Ternary.of(inside).negatedIf(test.negated()) == truth) {
        texts.add(
            end(test.side()) + " " + mine.get() + (inside ? " is in " : " is not in ") + range);
      }
    }
    return String.join(", ", texts);
  }

  @Override
  public String ipSet(Match.IpSet match) {
    return notKnown(match);
  }

  @Override
  public String recent(Match.Recent match) {
    return match.action() == Match.RecentAction.SET
        ? "noting an address "
            + (truth == Ternary.YES ? "lets every packet pass" : "lets none pass")
        : notKnown(match);
  }

  @Override
  public String owner(Match.Owner match) {
    return truth == Ternary.UNKNOWN ? notKnown(match) : "no process of this host sends it";
  }

  @Override
  public String physdev(Match.Physdev match) {
    return notKnown(match);
  }

  @Override
  public String mac(Match.Mac match) {
    return notKnown(match);
  }

  @Override
  public String limit(Match.Limit match) {
    return notKnown(match);
  }

  @Override
  public String unknown(Match.Unknown match) {
    return notKnown(match);
  }
}
