package io.portmapctl.syntax;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Numbers and names that iptables prints in one form only. */
final class Protocols {
  /** Protocol numbers that iptables-save prints by name (its own table, not /etc/protocols). */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("0", "all"),
          Map.entry("1", "icmp"),
          Map.entry("6", "tcp"),
          Map.entry("17", "udp"),
          Map.entry("50", "esp"),
          Map.entry("51", "ah"),
          Map.entry("58", "ipv6-icmp"),
          Map.entry("132", "sctp"),
          Map.entry("136", "udplite"),
          Map.entry("icmpv6", "ipv6-icmp"),
          Map.entry("ipv6-mh", "mobility-header"));

  /** Services that IANA has fixed; another name keeps its rule word by word. */
  private static final Map<String, Integer> SERVICES =
      Map.ofEntries(
          Map.entry("ftp", 21),
          Map.entry("ssh", 22),
          Map.entry("telnet", 23),
          Map.entry("smtp", 25),
          Map.entry("domain", 53),
          Map.entry("http", 80),
          Map.entry("pop3", 110),
          Map.entry("ntp", 123),
          Map.entry("imap2", 143),
          Map.entry("snmp", 161),
          Map.entry("ldap", 389),
          Map.entry("https", 443),
          Map.entry("syslog", 514),
          Map.entry("ldaps", 636),
          Map.entry("imaps", 993),
          Map.entry("pop3s", 995),
          Map.entry("mysql", 3306),
          Map.entry("postgresql", 5432));

  private Protocols() {}

  static String canonical(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return NAMES.getOrDefault(lower, lower);
  }

  static Optional<Integer> number(String text) {
    return text.matches("0|[1-9][0-9]{0,4}") && Integer.parseInt(text) <= 65535
        ? Optional.of(Integer.parseInt(text))
        : Optional.empty();
  }

  static Optional<Integer> port(String text) {
    Optional<Integer> number = number(text);
    return number.isPresent() ? number : Optional.ofNullable(SERVICES.get(text));
  }
}
