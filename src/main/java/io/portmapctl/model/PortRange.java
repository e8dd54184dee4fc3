package io.portmapctl.model;

/**
 * A run of ports.
 *
 * @param first the lowest, 0 to 65535
 * @param last the highest, at least {@code first}
 */
public record PortRange(int first, int last) {

  /** One port. */
  public static PortRange of(int port) {
    return new PortRange(port, port);
  }

  /** Whether the two have a port in common. */
  public boolean overlaps(PortRange other) {
    return first <= other.last && other.first <= last;
  }

  /** {@code 80} or {@code 80:90}, as iptables writes it. */
  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + ":" + last;
  }
}
