package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A policy of IPsec's, which the kernel asks of what it forwards and sends.
 *
 * @param from the sources that it is for
 * @param to the destinations
 * @param protocol the protocol, as rules name it; empty for every one
 * @param port the destination's port; empty for every one
 * @param direction fwd for what is forwarded, out for what leaves, in for what stays here
 * @param priority the least counts
 * @param blocks whether it drops them
 * @param encrypts whether they must go, or have come, by IPsec
 */
public record IpsecPolicy(
    Cidr from,
    Cidr to,
    Optional<String> protocol,
    OptionalInt port,
    String direction,
    long priority,
    boolean blocks,
    boolean encrypts) {

  /** Whether it is for a packet; what is not known of one may be so. */
  public boolean isFor(
      Optional<IpAddress> source,
      IpAddress destination,
      Optional<String> kind,
      OptionalInt destinationPort) {
    boolean addresses =
        to.contains(Cidr.host(destination))
            && (source.isEmpty() || from.contains(Cidr.host(source.get())));
    boolean protocols = protocol.isEmpty() || kind.isEmpty() || protocol.equals(kind);
    boolean ports =
        port.isEmpty()
            || destinationPort.isEmpty()
            || port.getAsInt() == destinationPort.getAsInt();
    return addresses && protocols && ports;
  }

  /** What names it to {@code ip xfrm policy del}. */
  public String text() {
    return "src "
        + from
        + " dst "
        + to
        + protocol.map(p -> " proto " + p).orElse("")
        + (port.isPresent() ? " dport " + port.getAsInt() : "")
        + " dir "
        + direction;
  }
}
