package io.portmapctl.trace;

import io.portmapctl.model.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.OptionalInt;

/**
 * A packet as a set of one, but for what is not known of it.
 *
 * @param space the space of the set
 */
record OnePacket(PacketSpace space) {
  /** The number of a new connection's state. */
  static final long NEW = 1;

  /** The set. */
  PacketSet of(Packet packet) {
    PacketSet set = firstOfConnection(packet.protocol()).and(addresses(packet));
    set = set.and(port(Field.SOURCE_PORT, packet.source().port()));
    set = set.and(port(Field.DESTINATION_PORT, packet.destination().port()));
    set = through(set, packet.in(), packet.out());
    set = set.and(space.ofMark(packet.mark().value(), packet.mark().known()));
    return switch (packet.redirected()) {
      case YES -> set.and(space.of(Field.DESTINATION_TRANSLATED, Interval.of(1)));
      case NO -> set.and(space.of(Field.DESTINATION_TRANSLATED, Interval.of(0)));
      case UNKNOWN -> set;
    };
  }

  /** The packets with as much of its addresses as is known. */
  PacketSet addresses(Packet packet) {
    PacketSet set = space.of(packet.family());
    if (packet.source().ip().isPresent()) {
      set = set.and(space.of(Field.SOURCE, packet.source().ip().get()));
    }
    if (packet.destination().ip().isPresent()) {
      set = set.and(space.of(Field.DESTINATION, packet.destination().ip().get()));
    }
    return set;
  }

  /** All first packets of new connections: the nat table sees no other. */
  PacketSet firstOfConnection(IpProtocol protocol) {
    PacketSet set =
        space
            .of(Field.PROTOCOL, Interval.of(protocol.number()))
            .and(space.of(Field.STATE, Interval.of(NEW)))
            .and(space.of(Field.REPLY, Interval.of(0)))
            .and(space.of(Field.SOURCE_TRANSLATED, Interval.of(0)))
            .and(space.of(Field.ADDRESS_MOVED, Interval.of(0)))
            .and(space.of(Field.PORT_MOVED, Interval.of(0)));
    if (!protocol.equals(IpProtocol.TCP)) {
      return set;
    }
    for (Field flag :
        new Field[] {Field.FIN, Field.SYN, Field.RST, Field.PSH, Field.ACK, Field.URG}) {
      set = set.and(space.of(flag, Interval.of(flag == Field.SYN ? 1 : 0)));
    }
    return set;
  }

  /** The packets with these interfaces in the place of theirs. */
  PacketSet through(PacketSet set, Device in, Device out) {
    return set.without(Field.INPUT_INTERFACE)
        .without(Field.OUTPUT_INTERFACE)
        .and(device(Field.INPUT_INTERFACE, in))
        .and(device(Field.OUTPUT_INTERFACE, out));
  }

  /** The packets that leave through an interface, wherever they came from. */
  PacketSet leaving(PacketSet set, Device out) {
    return set.without(Field.OUTPUT_INTERFACE).and(device(Field.OUTPUT_INTERFACE, out));
  }

  /** An interface that is not known is none that leads back to this host. */
  PacketSet device(Field field, Device device) {
    if (device.known()) {
      return space.of(field, Interval.ofInterface(device.name().orElse("")));
    }
    return space
        .of(field, Interval.of(0))
        .or(space.of(field, Interval.ofInterface("lo")))
        .complement();
  }

  private PacketSet port(Field field, OptionalInt port) {
    return port.isPresent() ? space.of(field, Interval.of(port.getAsInt())) : space.all();
  }
}
