package io.portmapctl.path;

import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.trace.PacketInterface;
import java.util.Optional;

/**
 * Where packets turn to between two hooks.
 *
 * @param kind where
 * @param packets which of them
 * @param device the interface that they leave through; none where they stay
 * @param ending how their way ends here, where it does
 * @param route the route by which they leave, where one is known
 * @param away whether that leads out of this host to where none of its containers is known to be
 * @param asks whom this host must ask for before they leave, where it knows nobody there
 * @param lost how their way ends behind the interface, where links, bridges and neighbours tell
 */
record Turn(
    Kind kind,
    PacketSet packets,
    PacketInterface device,
    Optional<Ending> ending,
    Optional<DecidedBy> route,
    boolean away,
    Optional<IpAddress> asks,
    Optional<Ending> lost) {

  /** Where to. */
  enum Kind {
    /** The host takes them in itself. */
    HERE,
    /** They leave. */
    ONWARD,
    /** Their way ends, or is not known any further. */
    ENDS
  }

  static Turn here(PacketSet packets) {
    return of(Kind.HERE, packets, PacketInterface.NONE, Optional.empty());
  }

  static Turn onward(PacketSet packets, PacketInterface device) {
    return of(Kind.ONWARD, packets, device, Optional.empty());
  }

  /** The same by a route. */
  Turn by(
      Optional<DecidedBy> known,
      boolean leadsOut,
      Optional<IpAddress> neighbour,
      Optional<Ending> end) {
    return new Turn(kind, packets, device, ending, known, leadsOut, neighbour, end);
  }

  static Turn ends(PacketSet packets, Ending ending) {
    return of(Kind.ENDS, packets, PacketInterface.NONE, Optional.of(ending));
  }

  /** The same of what a route would lead out of this host. */
  static Turn ends(PacketSet packets, Ending ending, Optional<DecidedBy> away) {
    return ends(packets, ending).by(away, away.isPresent(), Optional.empty(), Optional.empty());
  }

  private static Turn of(
      Kind kind, PacketSet packets, PacketInterface device, Optional<Ending> ending) {
    return new Turn(
        kind, packets, device, ending, Optional.empty(), false, Optional.empty(), Optional.empty());
  }
}
