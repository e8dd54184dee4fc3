package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.AddressRange;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Values that several matches and targets have. */
final class Values {
  /** The highest number of 32 bits. */
  static final long MOST = 0xffffffffL;

  private static final PortRange ALL_PORTS = new PortRange(0, 65535);

  private Values() {}

  /**
   * {@code VALUE/MASK}.
   *
   * @param value unsigned 32 bits
   * @param mask unsigned 32 bits; all where none is said
   */
  record Masked(long value, long mask) {}

  static Masked masked(String text) throws NotUnderstood {
    int slash = text.indexOf('/');
    return slash < 0
        ? new Masked(bits(text), MOST)
        : new Masked(bits(text.substring(0, slash)), bits(text.substring(slash + 1)));
  }

  /** Unsigned 32 bits as strtoul reads them: decimal, {@code 0x} hexadecimal, {@code 0} octal. */
  static long bits(String text) throws NotUnderstood {
    boolean hex = text.startsWith("0x") || text.startsWith("0X");
    boolean octal = !hex && text.length() > 1 && text.charAt(0) == '0';
    int base = hex ? 16 : octal ? 8 : 10;
    long value = 0;
    for (int i = hex ? 2 : 0; i < text.length(); i++) {
      int digit = text.charAt(i) > 'f' ? -1 : Character.digit(text.charAt(i), base);
      value = value * base + digit;
      if (digit < 0 || value > MOST) {
        throw new NotUnderstood();
      }
    }
    if (text.length() <= (hex ? 2 : 0)) {
      throw new NotUnderstood();
    }
    return value;
  }

  /** A decimal number from a least one to a highest. */
  static int decimal(String text, int least, int most) throws NotUnderstood {
    int value = Services.number(text, most);
    if (value < least) {
      throw new NotUnderstood();
    }
    return value;
  }

  /** {@code LOW SEPARATOR HIGH}, or one port; either may be a service's name. */
  static PortRange ports(String text, char separator) throws NotUnderstood {
    int at = text.indexOf(separator);
    int first = port(at < 0 ? text : text.substring(0, at));
    int last = at < 0 ? first : port(text.substring(at + 1));
    if (first > last) {
      throw new NotUnderstood();
    }
    return new PortRange(first, last);
  }

  /** {@code LOW:HIGH}, of which either may be left out, or one port. */
  static PortRange openPorts(String text) throws NotUnderstood {
    boolean fromFirst = text.startsWith(":");
    boolean toLast = text.endsWith(":");
    if (text.equals(":")) {
      return ALL_PORTS;
    }
    return ports((fromFirst ? "0" : "") + text + (toLast ? "65535" : ""), ':');
  }

  static boolean isAll(PortRange ports) {
    return ports.first() == 0 && ports.last() == 65535;
  }

  private static int port(String text) throws NotUnderstood {
    int port = Services.port(text);
    if (port < 0) {
      throw new NotUnderstood();
    }
    return port;
  }

  /** Names of an enum, in any case, with commas between them; in its own order. */
  static <E extends Enum<E>> List<E> several(Class<E> of, String text) throws NotUnderstood {
    Set<E> found = EnumSet.noneOf(of);
    for (String name : text.toUpperCase(Locale.ROOT).split(",", -1)) {
      boolean known = false;
      for (E value : of.getEnumConstants()) {
        if (value.name().equals(name)) {
          known = true;
          found.add(value);
        }
      }
      if (!known) {
        throw new NotUnderstood();
      }
    }
    return List.copyOf(found);
  }

  static IpAddress address(Family family, String text) throws NotUnderstood {
    Optional<IpAddress> address = IpAddress.parse(text);
    if (address.isEmpty() || address.get().family() != family) {
      throw new NotUnderstood();
    }
    return address.get();
  }

  /** {@code LOW-HIGH}, or one address. */
  static AddressRange addressRange(Family family, String text) throws NotUnderstood {
    int dash = text.indexOf('-');
    if (dash < 0) {
      return AddressRange.of(address(family, text));
    }
    IpAddress first = address(family, text.substring(0, dash));
    IpAddress last = address(family, text.substring(dash + 1));
    int order = Long.compareUnsigned(first.high(), last.high());
    if (order > 0 || order == 0 && Long.compareUnsigned(first.low(), last.low()) > 0) {
      throw new NotUnderstood();
    }
    return new AddressRange(first, last);
  }

  /** {@code ADDRESS}, {@code ADDRESS/PREFIX} or {@code ADDRESS/NETMASK}, host bits cleared. */
  static Cidr network(Family family, String text) throws NotUnderstood {
    Optional<Cidr> cidr = Cidr.parse(text);
    if (cidr.isEmpty()) {
      cidr = withNetmask(text);
    }
    if (cidr.isEmpty() || cidr.get().address().family() != family) {
      throw new NotUnderstood();
    }
    return cidr.get().network();
  }

  /** {@code ADDRESS/NETMASK}, where the mask is a prefix. */
  private static Optional<Cidr> withNetmask(String text) {
    int slash = text.indexOf('/');
    Optional<IpAddress> mask = IpAddress.parse(text.substring(slash + 1));
    if (slash < 0 || mask.isEmpty() || mask.get().family() != Family.IPV4) {
      return Optional.empty();
    }
    int prefix = Long.bitCount(mask.get().low());
    boolean contiguous = mask.get().low() == (MOST << (32 - prefix) & MOST);
    return contiguous ? Cidr.parse(text.substring(0, slash) + "/" + prefix) : Optional.empty();
  }
}
