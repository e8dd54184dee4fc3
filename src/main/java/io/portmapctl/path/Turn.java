package io.portmapctl.path;

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
 * @param away the route, where it leads out of this host to where none of its containers is known
 *     to be
 */
record Turn(
    Kind kind,
    PacketSet packets,
    PacketInterface device,
    Optional<Ending> ending,
    Optional<DecidedBy> away) {

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
    return new Turn(Kind.HERE, packets, PacketInterface.NONE, Optional.empty(), Optional.empty());
  }

  static Turn onward(PacketSet packets, PacketInterface device) {
    return onward(packets, device, Optional.empty());
  }

  static Turn onward(PacketSet packets, PacketInterface device, Optional<DecidedBy> away) {
    return new Turn(Kind.ONWARD, packets, device, Optional.empty(), away);
  }

  static Turn ends(PacketSet packets, Ending ending) {
    return ends(packets, ending, Optional.empty());
  }

  static Turn ends(PacketSet packets, Ending ending, Optional<DecidedBy> away) {
    return new Turn(Kind.ENDS, packets, PacketInterface.NONE, Optional.of(ending), away);
  }
}
