package io.portmapctl.net;

import java.util.Optional;

/**
 * An address with a prefix length.
 *
 * @param address the address, host bits kept
 * @param prefix the prefix length in bits, 0 to the family's width
 */
public record Cidr(IpAddress address, int prefix) {

  // by hand: see IpAddress
  @Override
  public boolean equals(Object other) {
    return other instanceof Cidr that && prefix == that.prefix && address.equals(that.address);
  }

  @Override
  public int hashCode() {
    return 31 * address.hashCode() + prefix;
  }

  /** One address alone: {@code /32} or {@code /128}. */
  public static Cidr host(IpAddress address) {
    return new Cidr(address, address.family().bits());
  }

  /** Every address of a family: {@code 0.0.0.0/0} or {@code ::/0}. */
  public static Cidr any(Family family) {
    return new Cidr(new IpAddress(family, 0, 0), 0);
  }

  /** Reads {@code ADDRESS} or {@code ADDRESS/PREFIX}; empty when it is neither. */
  public static Optional<Cidr> parse(String text) {
    int slash = text.indexOf('/');
    Optional<IpAddress> address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty()) {
      return Optional.empty();
    }
    if (slash < 0) {
      return address.map(Cidr::host);
    }
    String digits = text.substring(slash + 1);
    boolean mapped = address.get().family() == Family.IPV4 && text.indexOf(':') >= 0;
    if (!isNumber(digits)) {
      return Optional.empty();
    }
    int prefix = Integer.parseInt(digits) - (mapped ? 96 : 0);
    if (prefix < 0 || prefix > address.get().family().bits()) {
      return Optional.empty();
    }
    return Optional.of(new Cidr(address.get(), prefix));
  }

  /** Whether it is a number of at most three digits, without leading zeros. */
  private static boolean isNumber(String text) {
    boolean digits = !text.isEmpty() && text.length() <= 3;
    for (int i = 0; i < text.length(); i++) {
      digits &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return digits && (text.length() == 1 || text.charAt(0) != '0');
  }

  /** The same network with its host bits cleared. */
  public Cidr network() {
    int bits = address.family().bits();
    if (prefix == bits) {
      return this;
    }
    long high = address.high();
    long low = address.low();
    int host = bits - prefix;
    if (bits == 32) {
      low = low & (0xffffffffL << host);
    } else if (host >= 64) {
      low = 0;
      high = host == 128 ? 0 : high & (-1L << (host - 64));
    } else {
      low = low & (-1L << host);
    }
    return new Cidr(new IpAddress(address.family(), high, low), prefix);
  }

  /** Whether every address of the other network is one of this one's. */
  public boolean contains(Cidr other) {
    if (prefix > other.prefix || address.family() != other.address.family()) {
      return false;
    }
    long high = address.high() ^ other.address.high();
    long low = address.low() ^ other.address.low();
    int host = address.family().bits() - prefix; // the bits that may differ
    return host >= 64 ? host == 128 || high >>> (host - 64) == 0 : high == 0 && low >>> host == 0;
  }

  /** Whether the two have an address in common. */
  public boolean overlaps(Cidr other) {
    return contains(other) || other.contains(this);
  }

  /** {@code ADDRESS/PREFIX}, always with the prefix. */
  @Override
  public String toString() {
    return address + "/" + prefix;
  }
}
