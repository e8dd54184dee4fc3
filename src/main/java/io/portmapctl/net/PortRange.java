package io.portmapctl.net;

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

  /** Whether every port of the other is one of these. */
  public boolean contains(PortRange other) {
    return first <= other.first && other.last <= last;
  }

  /** The ports that both have; they must overlap. */
  public PortRange common(PortRange other) {
    return new PortRange(Math.max(first, other.first), Math.min(last, other.last));
  }

  /** {@code 80} or {@code 80:90}, as iptables writes it. */
  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + ":" + last;
  }
}
