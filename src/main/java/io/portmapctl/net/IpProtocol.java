package io.portmapctl.net;

import java.util.Locale;
import java.util.Optional;

/**
 * A protocol above IP, by its number (IANA).
 *
 * @param number 1 to 255
 */
public record IpProtocol(int number) {
  /** ICMP. */
  public static final IpProtocol ICMP = new IpProtocol(1);

  /** TCP. */
  public static final IpProtocol TCP = new IpProtocol(6);

  /** UDP. */
  public static final IpProtocol UDP = new IpProtocol(17);

  /** DCCP. */
  public static final IpProtocol DCCP = new IpProtocol(33);

  /** ICMP for IPv6. */
  public static final IpProtocol ICMPV6 = new IpProtocol(58);

  /** SCTP. */
  public static final IpProtocol SCTP = new IpProtocol(132);

  /** UDP-Lite. */
  public static final IpProtocol UDPLITE = new IpProtocol(136);

  // by hand: see IpAddress
  @Override
  public boolean equals(Object other) {
    return other instanceof IpProtocol that && number == that.number;
  }

  @Override
  public int hashCode() {
    return number;
  }

  /** Reads a number or a name; empty for none of 1 to 255, and for a name that is not known. */
  public static Optional<IpProtocol> of(String text) {
    int number = number(text);
    if (number < 0) {
      number = named(text.toLowerCase(Locale.ROOT));
    }
    return number >= 1 && number <= 255 ? Optional.of(new IpProtocol(number)) : Optional.empty();
  }

  private static int number(String text) {
    if (text.isEmpty() || text.length() > 3) {
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
    return number;
  }

  /**
   * Names that iptables knows itself, and those of /etc/protocols: iptables-save prints the latter
   * where the host has that file, and a number where it has not.
   */
  private static int named(String name) {
    return switch (name) {
      case "icmp" -> 1;
      case "igmp" -> 2;
      case "ggp" -> 3;
      case "ipencap" -> 4;
      case "st" -> 5;
      case "tcp" -> 6;
      case "egp" -> 8;
      case "igp" -> 9;
      case "pup" -> 12;
      case "udp" -> 17;
      case "hmp" -> 20;
      case "xns-idp" -> 22;
      case "rdp" -> 27;
      case "iso-tp4" -> 29;
      case "dccp" -> 33;
      case "xtp" -> 36;
      case "ddp" -> 37;
      case "idpr-cmtp" -> 38;
      case "ipv6" -> 41;
      case "ipv6-route" -> 43;
      case "ipv6-frag" -> 44;
      case "idrp" -> 45;
      case "rsvp" -> 46;
      case "gre" -> 47;
      case "esp" -> 50;
      case "ah" -> 51;
      case "skip" -> 57;
      case "icmpv6", "ipv6-icmp" -> 58;
      case "ipv6-nonxt" -> 59;
      case "ipv6-opts" -> 60;
      case "rspf" -> 73;
      case "vmtp" -> 81;
      case "eigrp" -> 88;
      case "ospf" -> 89;
      case "ax.25" -> 93;
      case "ipip" -> 94;
      case "etherip" -> 97;
      case "encap" -> 98;
      case "pim" -> 103;
      case "ipcomp" -> 108;
      case "vrrp" -> 112;
      case "l2tp" -> 115;
      case "isis" -> 124;
      case "sctp" -> 132;
      case "fc" -> 133;
      case "mh", "ipv6-mh", "mobility-header" -> 135;
      case "udplite" -> 136;
      case "mpls-in-ip" -> 137;
      case "manet" -> 138;
      case "hip" -> 139;
      case "shim6" -> 140;
      case "wesp" -> 141;
      case "rohc" -> 142;
      case "ethernet" -> 143;
      default -> -1;
    };
  }

  /** Whether its packets have a source and a destination port. */
  public boolean hasPorts() {
    return switch (number) {
      case 6, 17, 33, 132, 136 -> true;
      default -> false;
    };
  }

  /** As every iptables-save prints it: a name that iptables knows itself, or the number. */
  public String text() {
    return switch (number) {
      case 1 -> "icmp";
      case 6 -> "tcp";
      case 17 -> "udp";
      case 50 -> "esp";
      case 51 -> "ah";
      case 58 -> "ipv6-icmp";
      case 132 -> "sctp";
      case 136 -> "udplite";
      default -> Integer.toString(number);
    };
  }

  /** For a person, and the name of the module that tests its ports. */
  @Override
  public String toString() {
    return number == 33 ? "dccp" : text();
  }
}
