package io.portmapctl.trace;

import io.portmapctl.model.Cidr;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Match;
import io.portmapctl.model.PortRange;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whether a rule takes a packet, and why (iptables(8), iptables-extensions(8)).
 *
 * @param host what is known of the host
 */
record Matching(Host host) {

  /** An answer and its reason, of which the text is made when it is asked for. */
  private record Answer(Truth truth, Reason reason) {
    Answer negatedIf(boolean negated) {
      return new Answer(truth.negatedIf(negated), reason);
    }
  }

  /** A reason, for a person. */
  private interface Reason {
    String text();
  }

  Truth test(Rule rule, Packet packet) {
    Truth all = Truth.YES;
    List<Match> matches = rule.matches();
    for (int i = 0; i < matches.size() && all != Truth.NO; i++) {
      all = all.and(answer(matches.get(i), packet).truth());
    }
    return all;
  }

  /** What decided: for a rule that does not match the first match that fails. */
  String why(Rule rule, Packet packet) {
    Truth truth = test(rule, packet);
    List<String> reasons = new ArrayList<>();
    for (Match match : rule.matches()) {
      Answer answer = answer(match, packet);
      String text = answer.truth() == truth ? answer.reason().text() : "";
      if (!text.isEmpty() && !reasons.contains(text)) {
        reasons.add(text);
      }
    }
    if (reasons.isEmpty()) {
      return "it takes every packet";
    }
    return truth == Truth.NO ? reasons.get(0) : String.join(", ", reasons);
  }

  private Answer answer(Match match, Packet packet) {
    if (match instanceof Match.Address address) {
      return address(address, packet);
    }
    if (match instanceof Match.Interface device) {
      return device(device, packet);
    }
    if (match instanceof Match.Proto proto) {
      boolean same = proto.protocol().toString().equals(packet.protocol());
      return new Answer(
          Truth.of(same != proto.negated()),
          () -> "the protocol is " + packet.protocol() + (same ? "" : ", not " + proto.protocol()));
    }
    if (match instanceof Match.Ports tests) {
      List<Answer> answers =
          new ArrayList<>(
              tests.ports().stream()
                  .map(t -> port(t.side(), t.negated(), List.of(t.range()), packet))
                  .toList());
      tests.flags().ifPresent(f -> answers.add(flags(f).negatedIf(f.negated())));
      return all(answers);
    }
    if (match instanceof Match.Multiport several) {
      return multiport(several, packet);
    }
    return match instanceof Match.Comment ? new Answer(Truth.YES, () -> "") : module(match, packet);
  }

  private static Answer all(List<Answer> answers) {
    Truth truth = Truth.YES;
    for (Answer answer : answers) {
      truth = truth.and(answer.truth());
    }
    Truth all = truth;
    return new Answer(
        all,
        () -> {
          List<String> texts =
              answers.stream().filter(a -> a.truth() == all).map(a -> a.reason().text()).toList();
          return String.join(", ", texts);
        });
  }

  private static Address addressOf(Packet packet, Side side) {
    return side == Side.SOURCE ? packet.source().address() : packet.destination().address();
  }

  private static String end(Side side) {
    return side == Side.SOURCE ? "the source" : "the destination";
  }

  private static Answer address(Match.Address match, Packet packet) {
    Address mine = addressOf(packet, match.side());
    Optional<IpAddress> ip = mine.ip();
    if (ip.isEmpty()) {
      return new Answer(
          Truth.UNKNOWN, () -> end(match.side()) + " is " + mine + ", which is not told");
    }
    Cidr cidr = match.cidr();
    boolean inside = cidr.contains(Cidr.host(ip.get()));
    return new Answer(
        Truth.of(inside != match.negated()),
        () -> {
          boolean one = cidr.prefix() == cidr.address().family().bits();
          String is = inside ? " is " : " is not ";
          if (one) {
            return end(match.side())
                + " is "
                + ip.get()
                + (inside ? "" : ", not " + cidr.address());
          }
          return end(match.side()) + " " + ip.get() + is + "in " + cidr;
        });
  }

  private static Answer device(Match.Interface match, Packet packet) {
    boolean in = match.side() == Side.SOURCE;
    Device mine = in ? packet.in() : packet.out();
    Truth is = mine.is(match.name());
    String verb = in ? "it comes in through " : "it leaves through ";
    return new Answer(
        is.negatedIf(match.negated()),
        () -> {
          if (!mine.known()) {
            return (in ? "where it comes in" : "where it leaves")
                + " is not told (is it "
                + match.name()
                + "?)";
          }
          return verb
              + mine.name().orElse("no interface")
              + (is == Truth.YES ? "" : ", not " + match.name());
        });
  }

  private static Answer multiport(Match.Multiport match, Packet packet) {
    Answer source = port(Side.SOURCE, false, match.ranges(), packet);
    Answer destination = port(Side.DESTINATION, false, match.ranges(), packet);
    Truth truth =
        switch (match.ends()) {
          case SOURCE -> source.truth();
          case DESTINATION -> destination.truth();
          default -> source.truth().or(destination.truth());
        };
    Reason reason =
        switch (match.ends()) {
          case SOURCE -> source.reason();
          case DESTINATION -> destination.reason();
          default ->
              () ->
                  "the ports are "
                      + shown(packet.source().port())
                      + " and "
                      + shown(packet.destination().port());
        };
    return new Answer(truth.negatedIf(match.negated()), reason);
  }

  private static String shown(OptionalInt port) {
    return port.isPresent() ? Integer.toString(port.getAsInt()) : "one that is not told";
  }

  private static Answer port(Side side, boolean negated, List<PortRange> ranges, Packet packet) {
    boolean source = side == Side.SOURCE;
    OptionalInt mine = source ? packet.source().port() : packet.destination().port();
    String end = end(side);
    if (mine.isEmpty()) {
      boolean every = ranges.contains(new PortRange(0, 65535));
      return new Answer(
          every ? Truth.of(!negated) : Truth.UNKNOWN, () -> end + "'s port is not told");
    }
    PortRange port = PortRange.of(mine.getAsInt());
    boolean inside = ranges.stream().anyMatch(r -> r.contains(port));
    return new Answer(
        Truth.of(inside != negated),
        () ->
            (source ? "the source port is " : "the port is ")
                + port
                + (inside ? "" : ", not " + several(ranges)));
  }

  private static String several(List<PortRange> ranges) {
    List<String> texts = ranges.stream().map(PortRange::toString).toList();
    return texts.size() > 4
        ? String.join(",", texts.subList(0, 3)) + " or others"
        : String.join(",", texts);
  }

  private Answer module(Match match, Packet packet) {
    if (match instanceof Match.AddressType type && type.limit().isEmpty()) {
      List<Answer> answers = new ArrayList<>();
      type.source().ifPresent(k -> answers.add(type(Side.SOURCE, k, packet)));
      type.destination().ifPresent(k -> answers.add(type(Side.DESTINATION, k, packet)));
      return all(answers);
    }
    if (match instanceof Match.Mark mark) {
      Truth is = packet.mark().is(mark.value(), mark.mask());
      String value = mark.text().latin1().replaceFirst(".* ", "");
      return new Answer(
              is, () -> "the mark is " + packet.mark() + (is == Truth.NO ? ", not " + value : ""))
          .negatedIf(mark.negated());
    }
    if (match instanceof Match.Conntrack conntrack
        && conntrack.tests().size() == 1
        && conntrack.tests().get(0) instanceof Match.States states) {
      return state(states, packet).negatedIf(states.negated());
    }
    if (match instanceof Match.IpRange ranges) {
      return all(ranges.tests().stream().map(t -> range(t, packet)).toList());
    }
    return new Answer(
        Truth.UNKNOWN, () -> "what " + match.text().latin1() + " decides is not known");
  }

  private Answer type(Side side, Match.Kinds kinds, Packet packet) {
    List<String> types = kinds.kinds().stream().map(Match.AddressKind::name).toList();
    Address address = addressOf(packet, side);
    Truth truth = host.isOfType(address, types, packet.family());
    boolean local = types.equals(List.of("LOCAL"));
    String what = local ? "an address of this host" : "of type " + String.join(",", types);
    return new Answer(
            truth,
            () ->
                switch (truth) {
                  case YES -> end(side) + " " + address + " is " + what;
                  case NO -> end(side) + " " + address + " is not " + what;
                  case UNKNOWN ->
                      "whether " + end(side) + " " + address + " is " + what + " is not known";
                })
        .negatedIf(kinds.negated());
  }

  /** A connection's first packet is new; whether it was translated shows in its state too. */
  private static Answer state(Match.States states, Packet packet) {
    Truth truth = Truth.of(states.states().contains(Match.ConnState.NEW));
    if (states.states().contains(Match.ConnState.DNAT)) {
      truth = truth.or(packet.redirected());
    }
    Truth all = truth;
    String value = String.join(",", states.states().stream().map(Match.ConnState::name).toList());
    return new Answer(
        all, () -> "the connection is new" + (all == Truth.NO ? ", not " + value : ""));
  }

  private static Answer range(Match.RangeTest test, Packet packet) {
    Side side = test.side();
    Optional<IpAddress> mine = addressOf(packet, side).ip();
    if (mine.isEmpty()) {
      return new Answer(Truth.UNKNOWN, () -> end(side) + " is not told");
    }
    boolean inside =
        compare(test.range().first(), mine.get()) <= 0
            && compare(mine.get(), test.range().last()) <= 0;
    return new Answer(
            Truth.of(inside),
            () ->
                end(side) + " " + mine.get() + (inside ? " is in " : " is not in ") + test.range())
        .negatedIf(test.negated());
  }

  private static int compare(IpAddress one, IpAddress other) {
    int high = Long.compareUnsigned(one.high(), other.high());
    return high != 0 ? high : Long.compareUnsigned(one.low(), other.low());
  }

  /** What opens a connection has the flag SYN alone. */
  private static Answer flags(Match.TcpFlags test) {
    boolean looked = test.mask().contains(Match.TcpFlag.SYN);
    boolean holds = looked ? test.set().equals(List.of(Match.TcpFlag.SYN)) : test.set().isEmpty();
    String wanted =
        test.set().isEmpty()
            ? "NONE"
            : String.join(",", test.set().stream().map(Match.TcpFlag::name).toList());
    return new Answer(
        Truth.of(holds), () -> "of the flags SYN is set" + (holds ? "" : ", not " + wanted));
  }
}
