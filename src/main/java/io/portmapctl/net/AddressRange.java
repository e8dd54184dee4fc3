package io.portmapctl.net;

/**
 * A run of addresses of one family.
 *
 * @param first the lowest
 * @param last the highest
 */
public record AddressRange(IpAddress first, IpAddress last) {

  /** One address. */
  public static AddressRange of(IpAddress address) {
    return new AddressRange(address, address);
  }

  /** The family. */
  public Family family() {
    return first.family();
  }

  /** Whether it is one address. */
  public boolean isOne() {
    return first.compareTo(last) == 0;
  }

  /** {@code 10.0.0.1-10.0.0.9}. */
  @Override
  public String toString() {
    return first + "-" + last;
  }
}
