package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code -m conntrack} and {@code -m state}. */
final class ConntrackMatch {

  /** What {@code --ctstatus} knows of a connection, in the order in which it is printed. */
  private enum Status {
    EXPECTED,
    SEEN_REPLY,
    ASSURED,
    CONFIRMED
  }

  /** The options, in the order in which iptables-save prints them. */
  private static final List<String> ORDER =
      List.of(
          "--ctstate",
          "--ctproto",
          "--ctorigsrc",
          "--ctorigdst",
          "--ctreplsrc",
          "--ctrepldst",
          "--ctorigsrcport",
          "--ctorigdstport",
          "--ctreplsrcport",
          "--ctrepldstport",
          "--ctstatus",
          "--ctexpire",
          "--ctdir");

  private final Family family;
  private final Options in;

  private ConntrackMatch(Family family, Options in) {
    this.family = family;
    this.in = in;
  }

  static Match state(Options in) throws NotUnderstood {
    boolean negated = in.negated();
    in.expect("--state");
    List<Match.ConnState> states = Values.several(Match.ConnState.class, in.take());
    if (states.contains(Match.ConnState.SNAT) || states.contains(Match.ConnState.DNAT)) {
      throw new NotUnderstood();
    }
    return new Match.Conntrack("state", List.of(new Match.States(negated, true, states)));
  }

  static Match conntrack(Family family, Options in) throws NotUnderstood {
    ConntrackMatch reading = new ConntrackMatch(family, in);
    Slots<Match.ConntrackTest> tests = new Slots<>();
    while (in.hasNext()) {
      boolean negated = in.negated();
      String option = in.take();
      tests.put(ORDER.indexOf(option), reading.test(option, negated));
    }
    return new Match.Conntrack("conntrack", tests.some());
  }

  private Match.ConntrackTest test(String option, boolean negated) throws NotUnderstood {
    boolean reply = option.startsWith("--ctrepl");
    Side side = option.startsWith("src", 8) ? Side.SOURCE : Side.DESTINATION;
    String value = in.take();
    return switch (option) {
      case "--ctstate" ->
          new Match.States(negated, false, Values.several(Match.ConnState.class, value));
      case "--ctproto" -> new Match.ConnProtocol(negated, protocol(value));
      case "--ctorigsrc", "--ctorigdst", "--ctreplsrc", "--ctrepldst" ->
          new Match.ConnAddress(negated, reply, side, Values.network(family, value));
      case "--ctorigsrcport", "--ctorigdstport", "--ctreplsrcport", "--ctrepldstport" ->
          new Match.ConnPort(negated, reply, side, Values.openPorts(value));
      case "--ctstatus" -> new Match.ConnOther(negated, option, status(value));
      case "--ctexpire" -> new Match.ConnOther(negated, option, times(value));
      case "--ctdir" -> direction(negated, value);
      default -> throw new NotUnderstood();
    };
  }

  private static IpProtocol protocol(String value) throws NotUnderstood {
    Optional<IpProtocol> protocol = IpProtocol.of(value);
    if (protocol.isEmpty()) {
      throw new NotUnderstood();
    }
    return protocol.get();
  }

  private static String status(String value) throws NotUnderstood {
    List<String> named = new ArrayList<>(List.of(value.toUpperCase(Locale.ROOT).split(",", -1)));
    named.removeIf(s -> s.equals("NONE"));
    if (named.isEmpty()) {
      return "NONE";
    }
    List<String> names = new ArrayList<>();
    Values.several(Status.class, String.join(",", named)).forEach(s -> names.add(s.name()));
    return String.join(",", names);
  }

  private static String times(String value) throws NotUnderstood {
    int colon = value.indexOf(':');
    if (colon < 0) {
      return Long.toString(Values.bits(value));
    }
    String low = value.substring(0, colon);
    String high = value.substring(colon + 1);
    long first = low.isEmpty() ? 0 : Values.bits(low);
    long last = high.isEmpty() ? Values.MOST : Values.bits(high);
    if (first > last) {
      throw new NotUnderstood();
    }
    return first == last ? Long.toString(first) : first + ":" + last;
  }

  private static Match.ConntrackTest direction(boolean negated, String value) throws NotUnderstood {
    String upper = value.toUpperCase(Locale.ROOT);
    if (negated || !upper.equals("ORIGINAL") && !upper.equals("REPLY")) {
      throw new NotUnderstood();
    }
    return new Match.ConnDirection(upper.equals("REPLY"));
  }
}
