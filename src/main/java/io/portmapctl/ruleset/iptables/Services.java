package io.portmapctl.ruleset.iptables;

/** Ports, by number and by the names that IANA has fixed; another name keeps its rule's words. */
final class Services {
  private Services() {}

  /** A port; -1 for none. */
  static int port(String text) {
    int number = number(text, 65535);
    return number >= 0 ? number : named(text);
  }

  /** A decimal number without leading zeros, to a highest; -1 for none. */
  static int number(String text, int most) {
    if (text.isEmpty() || text.length() > 9 || text.length() > 1 && text.charAt(0) == '0') {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      number = number * 10 + (c - '0');
    }
    return number <= most ? number : -1;
  }

  private static int named(String name) {
    return switch (name) {
      case "ftp" -> 21;
      case "ssh" -> 22;
      case "telnet" -> 23;
      case "smtp" -> 25;
      case "domain" -> 53;
      case "http" -> 80;
      case "pop3" -> 110;
      case "ntp" -> 123;
      case "imap2" -> 143;
      case "snmp" -> 161;
      case "ldap" -> 389;
      case "https" -> 443;
      case "syslog" -> 514;
      case "ldaps" -> 636;
      case "imaps" -> 993;
      case "pop3s" -> 995;
      case "mysql" -> 3306;
      case "postgresql" -> 5432;
      default -> -1;
    };
  }
}
