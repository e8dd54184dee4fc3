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
 * @param narrow whether it asks for more of a packet than is told here: a mark, a source port, some
 *     ports of many, an interface
 */
public record IpsecPolicy(
    Cidr from,
    Cidr to,
    Optional<String> protocol,
    OptionalInt port,
    String direction,
    long priority,
    boolean blocks,
    boolean encrypts,
    boolean narrow) {

  /** Whether it is for a packet; empty where what is known of it does not tell. */
  public Optional<Boolean> isFor(
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
    if (!addresses || !protocols || !ports) {
      return Optional.of(false);
    }
    boolean told =
        !narrow
            && (source.isPresent() || from.prefix() == 0)
            && (kind.isPresent() || protocol.isEmpty())
            && (destinationPort.isPresent() || port.isEmpty());
    return told ? Optional.of(true) : Optional.empty();
  }

  /** What names it to {@code ip xfrm policy del}, where it is not narrow. */
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
