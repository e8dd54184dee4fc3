package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Match;
import java.util.Locale;
import java.util.OptionalInt;

/** The types of ICMP, by number and by name (libipt_icmp, libip6t_icmp6). */
final class IcmpTypes {
  private IcmpTypes() {}

  /** {@code -m icmp} or {@code -m icmp6}. */
  static Match match(Family family, Options in) throws NotUnderstood {
    boolean negated = in.negated();
    in.expect(family == Family.IPV6 ? "--icmpv6-type" : "--icmp-type");
    String value = in.take();
    String numbers = family == Family.IPV6 ? v6(lower(value)) : v4(lower(value));
    if (numbers.isEmpty()) {
      numbers = value;
    }
    int slash = numbers.indexOf('/');
    int type = Values.decimal(slash < 0 ? numbers : numbers.substring(0, slash), 0, 255);
    OptionalInt code =
        slash < 0
            ? OptionalInt.empty()
            : OptionalInt.of(Values.decimal(numbers.substring(slash + 1), 0, 255));
    boolean any = family == Family.IPV4 && type == 255; // so the kernel has it, whatever the code
    return any
        ? new Match.Icmp(family, negated, OptionalInt.empty(), OptionalInt.empty())
        : new Match.Icmp(family, negated, OptionalInt.of(type), code);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static String v4(String name) {
    return switch (name) {
      case "any" -> "255";
      case "echo-reply", "pong" -> "0";
      case "destination-unreachable" -> "3";
      case "network-unreachable" -> "3/0";
      case "host-unreachable" -> "3/1";
      case "protocol-unreachable" -> "3/2";
      case "port-unreachable" -> "3/3";
      case "fragmentation-needed" -> "3/4";
      case "source-route-failed" -> "3/5";
      case "network-unknown" -> "3/6";
      case "host-unknown" -> "3/7";
      case "network-prohibited" -> "3/9";
      case "host-prohibited" -> "3/10";
      case "tos-network-unreachable" -> "3/11";
      case "tos-host-unreachable" -> "3/12";
      case "communication-prohibited" -> "3/13";
      case "host-precedence-violation" -> "3/14";
      case "precedence-cutoff" -> "3/15";
      case "source-quench" -> "4";
      case "redirect" -> "5";
      case "network-redirect" -> "5/0";
      case "host-redirect" -> "5/1";
      case "tos-network-redirect" -> "5/2";
      case "tos-host-redirect" -> "5/3";
      case "echo-request", "ping" -> "8";
      case "router-advertisement" -> "9";
      case "router-solicitation" -> "10";
      case "time-exceeded", "ttl-exceeded" -> "11";
      case "ttl-zero-during-transit" -> "11/0";
      case "ttl-zero-during-reassembly" -> "11/1";
      case "parameter-problem" -> "12";
      case "ip-header-bad" -> "12/0";
      case "required-option-missing" -> "12/1";
      case "timestamp-request" -> "13";
      case "timestamp-reply" -> "14";
      case "address-mask-request" -> "17";
      case "address-mask-reply" -> "18";
      default -> "";
    };
  }

  private static String v6(String name) {
    return switch (name) {
      case "destination-unreachable" -> "1";
      case "no-route" -> "1/0";
      case "communication-prohibited" -> "1/1";
      case "beyond-scope" -> "1/2";
      case "address-unreachable" -> "1/3";
      case "port-unreachable" -> "1/4";
      case "failed-policy" -> "1/5";
      case "reject-route" -> "1/6";
      case "packet-too-big" -> "2";
      case "time-exceeded", "ttl-exceeded" -> "3";
      case "ttl-zero-during-transit" -> "3/0";
      case "ttl-zero-during-reassembly" -> "3/1";
      case "parameter-problem" -> "4";
      case "bad-header" -> "4/0";
      case "unknown-header-type" -> "4/1";
      case "unknown-option" -> "4/2";
      case "echo-request", "ping" -> "128";
      case "echo-reply", "pong" -> "129";
      case "mld-listener-query" -> "130";
      case "mld-listener-report" -> "131";
      case "mld-listener-done", "mld-listener-reduction" -> "132";
      case "router-solicitation" -> "133";
      case "router-advertisement" -> "134";
      case "neighbour-solicitation", "neighbor-solicitation" -> "135";
      case "neighbour-advertisement", "neighbor-advertisement" -> "136";
      case "redirect" -> "137";
      default -> "";
    };
  }
}
