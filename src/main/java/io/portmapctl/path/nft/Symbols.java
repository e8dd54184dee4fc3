package io.portmapctl.path.nft;

import io.portmapctl.net.IpProtocol;
import java.util.Optional;

/** The numbers of nft's names for values ({@code nft describe}). */
final class Symbols {
  private Symbols() {}

  /** A number in decimal digits or after {@code 0x}. */
  static Optional<Long> number(String text) {
    try {
      return Optional.of(Long.decode(text)).filter(n -> n >= 0);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Long> known(long number, String text) {
    return number < 0 ? number(text) : Optional.of(number);
  }

  /** A protocol. */
  static Optional<Long> protocol(String text) {
    return number(text).or(() -> IpProtocol.of(text).map(p -> (long) p.number()));
  }

  /** A bit of {@code ct state}. */
  static Optional<Long> state(String text) {
    return known(
        switch (text) {
          case "invalid" -> 1;
          case "established" -> 2;
          case "related" -> 4;
          case "new" -> 8;
          case "untracked" -> 64;
          default -> -1;
        },
        text);
  }

  /** A bit of {@code ct status}. */
  static Optional<Long> status(String text) {
    return known(
        switch (text) {
          case "expected" -> 1;
          case "seen-reply" -> 2;
          case "assured" -> 4;
          case "confirmed" -> 8;
          case "snat" -> 16;
          case "dnat" -> 32;
          case "dying" -> 512;
          default -> -1;
        },
        text);
  }

  /** A bit of {@code tcp flags}. */
  static Optional<Long> tcpFlag(String text) {
    return known(
        switch (text) {
          case "fin" -> 1;
          case "syn" -> 2;
          case "rst" -> 4;
          case "psh" -> 8;
          case "ack" -> 16;
          case "urg" -> 32;
          case "ecn" -> 64;
          case "cwr" -> 128;
          default -> -1;
        },
        text);
  }

  /** A direction of a connection. */
  static Optional<Long> direction(String text) {
    return known(
        switch (text) {
          case "original" -> 0;
          case "reply" -> 1;
          default -> -1;
        },
        text);
  }

  /** A type of ICMP. */
  static Optional<Long> icmpType(String text) {
    return known(
        switch (text) {
          case "echo-reply" -> 0;
          case "destination-unreachable" -> 3;
          case "source-quench" -> 4;
          case "redirect" -> 5;
          case "echo-request" -> 8;
          case "router-advertisement" -> 9;
          case "router-solicitation" -> 10;
          case "time-exceeded" -> 11;
          case "parameter-problem" -> 12;
          case "timestamp-request" -> 13;
          case "timestamp-reply" -> 14;
          case "info-request" -> 15;
          case "info-reply" -> 16;
          case "address-mask-request" -> 17;
          case "address-mask-reply" -> 18;
          default -> -1;
        },
        text);
  }

  /** A code of ICMP. */
  static Optional<Long> icmpCode(String text) {
    return known(
        switch (text) {
          case "net-unreachable" -> 0;
          case "host-unreachable" -> 1;
          case "prot-unreachable" -> 2;
          case "port-unreachable" -> 3;
          case "frag-needed" -> 4;
          case "net-prohibited" -> 9;
          case "host-prohibited" -> 10;
          case "admin-prohibited" -> 13;
          default -> -1;
        },
        text);
  }

  /** A type of ICMPv6. */
  static Optional<Long> icmp6Type(String text) {
    return known(
        switch (text) {
          case "destination-unreachable" -> 1;
          case "packet-too-big" -> 2;
          case "time-exceeded" -> 3;
          case "parameter-problem" -> 4;
          case "echo-request" -> 128;
          case "echo-reply" -> 129;
          case "mld-listener-query" -> 130;
          case "mld-listener-report" -> 131;
          case "mld-listener-done", "mld-listener-reduction" -> 132;
          case "nd-router-solicit" -> 133;
          case "nd-router-advert" -> 134;
          case "nd-neighbor-solicit" -> 135;
          case "nd-neighbor-advert" -> 136;
          case "nd-redirect" -> 137;
          case "router-renumbering" -> 138;
          case "ind-neighbor-solicit" -> 141;
          case "ind-neighbor-advert" -> 142;
          case "mld2-listener-report" -> 143;
          default -> -1;
        },
        text);
  }

  /** A code of ICMPv6. */
  static Optional<Long> icmp6Code(String text) {
    return known(
        switch (text) {
          case "no-route" -> 0;
          case "admin-prohibited" -> 1;
          case "addr-unreachable" -> 3;
          case "port-unreachable" -> 4;
          case "policy-fail" -> 5;
          case "reject-route" -> 6;
          default -> -1;
        },
        text);
  }
}
