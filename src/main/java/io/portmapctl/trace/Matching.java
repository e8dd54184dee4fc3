package io.portmapctl.trace;

import io.portmapctl.model.Cidr;
import io.portmapctl.model.IpAddress;
import io.portmapctl.model.Match;
import io.portmapctl.model.PortRange;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Side;
import java.util.ArrayList;
import java.util.Arrays;
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
  private record Answer(Truth truth, Reason reason) {}

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
      boolean same = proto.name().equals(packet.protocol());
      return new Answer(
          Truth.of(same != proto.negated()),
          () -> "the protocol is " + packet.protocol() + (same ? "" : ", not " + proto.name()));
    }
    if (match instanceof Match.Ports tests) {
      return all(
          tests.ports().stream()
              .map(t -> port(t.side(), t.negated(), List.of(t.range()), packet))
              .toList());
    }
    if (match instanceof Match.Multiport several) {
      return multiport(several, packet);
    }
    return match instanceof Match.Module module
        ? module(module, packet)
        : new Answer(Truth.YES, () -> "");
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
        switch (match.option()) {
          case "--sports" -> source.truth();
          case "--dports" -> destination.truth();
          default -> source.truth().or(destination.truth());
        };
    Reason reason =
        switch (match.option()) {
          case "--sports" -> source.reason();
          case "--dports" -> destination.reason();
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

  private Answer module(Match.Module match, Packet packet) {
    if (!match.modelled()) {
      return notModelled(match);
    }
    List<Answer> answers = new ArrayList<>();
    List<String> words = match.words();
    for (int i = 0; i < words.size(); i++) {
      boolean negated = words.get(i).equals("!");
      i += negated ? 1 : 0;
      String option = words.get(i);
      int values = option.equals("--tcp-flags") ? 2 : 1;
      if (i + values >= words.size()) {
        return notModelled(match);
      }
      String value = words.get(i + values);
      Answer answer =
          switch (option) {
            case "--src-type" -> type(Side.SOURCE, value, packet);
            case "--dst-type" -> type(Side.DESTINATION, value, packet);
            case "--mark" -> mark(value, packet);
            case "--ctstate", "--state" -> state(value, packet);
            case "--src-range" -> range(Side.SOURCE, value, packet);
            case "--dst-range" -> range(Side.DESTINATION, value, packet);
            case "--sport" -> port(Side.SOURCE, false, List.of(ports(value)), packet);
            case "--dport" -> port(Side.DESTINATION, false, List.of(ports(value)), packet);
            case "--tcp-flags" -> flags(words.get(i + 1), value);
            default -> notModelled(match);
          };
      answers.add(new Answer(answer.truth().negatedIf(negated), answer.reason()));
      i += values;
    }
    return all(answers);
  }

  private static Answer notModelled(Match.Module match) {
    return new Answer(Truth.UNKNOWN, () -> "what " + match.text() + " decides is not known");
  }

  private static PortRange ports(String value) {
    int colon = value.indexOf(':');
    return colon < 0
        ? PortRange.of(Integer.parseInt(value))
        : new PortRange(
            Integer.parseInt(value.substring(0, colon)),
            Integer.parseInt(value.substring(colon + 1)));
  }

  private Answer type(Side side, String value, Packet packet) {
    List<String> types = Arrays.asList(value.split(",", -1));
    Address address = addressOf(packet, side);
    Truth truth = host.isOfType(address, types, packet.family());
    boolean local = types.equals(List.of("LOCAL"));
    String what = local ? "an address of this host" : "of type " + value;
    return new Answer(
        truth,
        () ->
            switch (truth) {
              case YES -> end(side) + " " + address + " is " + what;
              case NO -> end(side) + " " + address + " is not " + what;
              case UNKNOWN ->
                  "whether " + end(side) + " " + address + " is " + what + " is not known";
            });
  }

  private static Answer mark(String value, Packet packet) {
    int slash = value.indexOf('/');
    long wanted = Long.decode(slash < 0 ? value : value.substring(0, slash));
    long mask = slash < 0 ? 0xffffffffL : Long.decode(value.substring(slash + 1));
    Truth is = packet.mark().is(wanted, mask);
    return new Answer(
        is, () -> "the mark is " + packet.mark() + (is == Truth.NO ? ", not " + value : ""));
  }

  /** A connection's first packet is new; whether it was translated shows in its state too. */
  private static Answer state(String value, Packet packet) {
    List<String> states = Arrays.asList(value.split(",", -1));
    Truth truth = Truth.of(states.contains("NEW"));
    if (states.contains("DNAT")) {
      truth = truth.or(packet.redirected());
    }
    Truth all = truth;
    return new Answer(
        all, () -> "the connection is new" + (all == Truth.NO ? ", not " + value : ""));
  }

  private static Answer range(Side side, String value, Packet packet) {
    Optional<IpAddress> mine = addressOf(packet, side).ip();
    int dash = value.indexOf('-');
    Optional<IpAddress> low = IpAddress.parse(value.substring(0, dash));
    Optional<IpAddress> high = IpAddress.parse(value.substring(dash + 1));
    if (mine.isEmpty() || low.isEmpty() || high.isEmpty()) {
      return new Answer(Truth.UNKNOWN, () -> end(side) + " is not told");
    }
    boolean inside = compare(low.get(), mine.get()) <= 0 && compare(mine.get(), high.get()) <= 0;
    return new Answer(
        Truth.of(inside),
        () -> end(side) + " " + mine.get() + (inside ? " is in " : " is not in ") + value);
  }

  private static int compare(IpAddress one, IpAddress other) {
    int high = Long.compareUnsigned(one.high(), other.high());
    return high != 0 ? high : Long.compareUnsigned(one.low(), other.low());
  }

  /** What opens a connection has the flag SYN alone. */
  private static Answer flags(String mask, String wanted) {
    boolean looked = Arrays.asList(mask.split(",", -1)).contains("SYN");
    List<String> set = Arrays.asList(wanted.split(",", -1));
    boolean holds = looked ? set.equals(List.of("SYN")) : set.equals(List.of("NONE"));
    return new Answer(
        Truth.of(holds), () -> "of the flags SYN is set" + (holds ? "" : ", not " + wanted));
  }
}
