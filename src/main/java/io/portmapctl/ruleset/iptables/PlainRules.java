package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.PortRange;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Target;
import io.portmapctl.ruleset.iptables.SaveFormat.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rules of which most of a large save are, as {@link RuleSyntax} does, without making
 * words of them: addresses, protocol, one destination port, a target. What has anything else it
 * leaves to that.
 */
final class PlainRules {
  private final Family family;
  private final String text;
  private final Vocabulary vocabulary;

  /** The matches of the last addresses: those of one container's rules are the same. */
  private final String[] words = {"", "", "", ""};

  private final @Nullable Match[] matches = new Match[4];
  private int turn;

  /** The last chain that a rule led to. */
  private Target.Jump jump = new Target.Jump("", false);

  PlainRules(Family family, String text, Vocabulary vocabulary) {
    this.family = family;
    this.text = text;
    this.vocabulary = vocabulary;
  }

  /**
   * Reads a rule that was found plain.
   *
   * @return the rule; empty where it is not as plain as that
   */
  Optional<Rule> read(int from, int to) {
    List<Match> all = new ArrayList<>(4);
    int seen = -1; // the place of the last in the order in which they are printed
    int at = from;
    while (at + 3 < to && text.charAt(at) == '-' && text.charAt(at + 2) == ' ') {
      char letter = text.charAt(at + 1);
      int place = "sdpmjg".indexOf(letter);
      int end = end(at + 3, to);
      if (place <= seen || end == at + 3) {
        return Optional.empty();
      }
      seen = place;
      Match match = null;
      switch (letter) {
        case 's', 'd' -> match = address(letter, at, end);
        case 'p' -> match = protocol(text.substring(at + 3, end));
        case 'm' -> {
          int port = end + " --dport ".length();
          if (text.startsWith(" --dport ", end)) {
            match = port(text.substring(at + 3, end), text.substring(port, end(port, to)));
            end = end(port, to);
          }
        }
        default -> {
          Target target = target(text.substring(at + 3, end), letter == 'g', end, to);
          return Optional.of(new Rule(all, target));
        }
      }
      if (match == null) {
        return Optional.empty();
      }
      all.add(match);
      at = end + 1;
    }
    return Optional.empty();
  }

  private int end(int from, int to) {
    int blank = text.indexOf(' ', from);
    return blank < 0 || blank > to ? to : blank;
  }

  /**
   * A network.
   *
   * @param option where the option stands
   */
  private @Nullable Match address(char letter, int option, int end) {
    for (int i = 0; i < words.length; i++) {
      String known = words[i];
      if (known.length() == end - option && text.startsWith(known, option)) {
        return matches[i];
      }
    }
    try {
      Cidr cidr = Values.network(family, text.substring(option + 3, end));
      if (cidr.prefix() == 0) {
        return null; // it says nothing
      }
      Side side = letter == 's' ? Side.SOURCE : Side.DESTINATION;
      Match match = new Match.Address(side, false, cidr);
      turn = turn + 1 & words.length - 1;
      words[turn] = text.substring(option, end);
      matches[turn] = match;
      return match;
    } catch (NotUnderstood e) {
      return null;
    }
  }

  private static @Nullable Match protocol(String name) {
    return IpProtocol.of(name).map(p -> new Match.Proto(false, p)).orElse(null);
  }

  private static @Nullable Match port(String module, String number) {
    IpProtocol protocol =
        switch (module) {
          case "tcp" -> IpProtocol.TCP;
          case "udp" -> IpProtocol.UDP;
          case "sctp" -> IpProtocol.SCTP;
          default -> null;
        };
    int port = Services.number(number, 65_535);
    return protocol == null || port < 0
        ? null
        : Match.Ports.of(protocol, new Match.PortTest(Side.DESTINATION, false, PortRange.of(port)));
  }

  private Target target(String name, boolean goTo, int from, int to) {
    if (from == to && name.equals(jump.name()) && goTo == jump.goTo()) {
      return jump;
    }
    try {
      List<String> rest = SaveFormat.split(0, text, from, to, vocabulary);
      Target target = TargetParser.parse(family, name, goTo, rest);
      jump = target instanceof Target.Jump other ? other : jump;
      return target;
    } catch (FormatException e) {
      throw new IllegalStateException("unreachable", e);
    }
  }
}
