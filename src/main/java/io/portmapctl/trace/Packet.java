package io.portmapctl.trace;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;

/**
 * The first packet of a connection at one point of its path: the nat table sees no other.
 *
 * @param family its family
 * @param protocol its protocol
 * @param source where it comes from
 * @param destination where it goes
 * @param in the interface that it came in through
 * @param out the interface that it leaves through
 * @param mark its mark
 * @param redirected whether its destination is another than it was sent to
 */
public record Packet(
    Family family,
    IpProtocol protocol,
    Endpoint source,
    Endpoint destination,
    PacketInterface in,
    PacketInterface out,
    Mark mark,
    Ternary redirected) {

  /** The same with another mark. */
  public Packet withMark(Mark other) {
    return new Packet(family, protocol, source, destination, in, out, other, redirected);
  }

  /** The same from another end. */
  public Packet from(Endpoint other) {
    return new Packet(family, protocol, other, destination, in, out, mark, redirected);
  }

  /** The same to another end. */
  public Packet to(Endpoint other) {
    Ternary moved =
        other.ip().isEmpty() || other.port().isEmpty()
            ? Ternary.UNKNOWN
            : Ternary.of(!other.equals(destination));
    return new Packet(family, protocol, source, other, in, out, mark, moved);
  }

  /** The same with other interfaces. */
  public Packet through(PacketInterface newIn, PacketInterface newOut) {
    return new Packet(family, protocol, source, destination, newIn, newOut, mark, redirected);
  }

  /** {@code tcp 203.0.113.9:40000 -> 192.0.2.10:8080}. */
  @Override
  public String toString() {
    return protocol + " " + source + " -> " + destination;
  }
}
