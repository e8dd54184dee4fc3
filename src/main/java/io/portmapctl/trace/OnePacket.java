package io.portmapctl.trace;

import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A packet as a set of one, but for what is not known of it. */
public final class OnePacket {
  /** The number of the state of what is of no connection. */
  public static final long INVALID = 0;

  /** The number of a new connection's state. */
  public static final long NEW = 1;

  /** The number of the state of a connection that was answered. */
  public static final long ESTABLISHED = 3;

  /** The number of the state of what is not tracked. */
  public static final long UNTRACKED = 4;

  private final PacketSpace space;
  private final Map<IpProtocol, PacketSet> opening = new HashMap<>();
  private final List<PacketSet> untranslated = new ArrayList<>();

  /** Of a space. */
  public OnePacket(PacketSpace space) {
    this.space = space;
    for (Field unset : List.of(Field.SOURCE_TRANSLATED, Field.ADDRESS_MOVED, Field.PORT_MOVED)) {
      untranslated.add(space.of(unset, Interval.of(0)));
    }
  }

  /** The set. */
  public PacketSet of(Packet packet) {
    List<PacketSet> parts = new ArrayList<>();
    parts.add(space.of(Field.PROTOCOL, Interval.of(packet.protocol().number())));
    parts.add(space.of(packet.family()));
    address(Field.SOURCE, packet.source(), parts);
    address(Field.DESTINATION, packet.destination(), parts);
    parts.add(port(Field.SOURCE_PORT, packet.source().port()));
    parts.add(port(Field.DESTINATION_PORT, packet.destination().port()));
    parts.add(device(Field.INPUT_INTERFACE, packet.in()));
    parts.add(device(Field.OUTPUT_INTERFACE, packet.out()));
    parts.addAll(untranslated);
    if (packet.redirected() != Ternary.UNKNOWN) {
      long moved = packet.redirected() == Ternary.YES ? 1 : 0;
      parts.add(space.of(Field.DESTINATION_TRANSLATED, Interval.of(moved)));
    }
    PacketSet mark = space.ofMark(packet.mark().value(), packet.mark().known());
    return space.allOf(parts, opening(packet.protocol()).and(mark));
  }

  private void address(Field field, Endpoint end, List<PacketSet> parts) {
    end.ip().ifPresent(ip -> parts.add(space.alone(field, ip)));
  }

  /** The packets with as much of its addresses as is known. */
  public PacketSet addresses(Packet packet) {
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
    List<PacketSet> parts = new ArrayList<>(untranslated);
    parts.add(space.of(Field.DESTINATION_TRANSLATED, Interval.of(0)));
    parts.add(space.of(Field.PROTOCOL, Interval.of(protocol.number())));
    return space.allOf(parts, opening(protocol));
  }

  /** What opens a connection: of TCP's flags, SYN alone. */
  private PacketSet opening(IpProtocol protocol) {
    return opening.computeIfAbsent(
        protocol,
        p -> {
          List<PacketSet> parts = new ArrayList<>();
          parts.add(space.of(Field.STATE, Interval.of(NEW)));
          parts.add(space.of(Field.REPLY, Interval.of(0)));
          if (p.equals(IpProtocol.TCP)) {
            for (Field flag :
                List.of(Field.FIN, Field.SYN, Field.RST, Field.PSH, Field.ACK, Field.URG)) {
              parts.add(space.of(flag, Interval.of(flag == Field.SYN ? 1 : 0)));
            }
          }
          return space.allOf(parts);
        });
  }

  /** The packets with these interfaces in the place of theirs. */
  public PacketSet through(PacketSet set, PacketInterface in, PacketInterface out) {
    return set.without(Field.INPUT_INTERFACE)
        .without(Field.OUTPUT_INTERFACE)
        .and(device(Field.INPUT_INTERFACE, in))
        .and(device(Field.OUTPUT_INTERFACE, out));
  }

  /** The packets that leave through an interface, wherever they came from. */
  public PacketSet leaving(PacketSet set, PacketInterface out) {
    return set.without(Field.OUTPUT_INTERFACE).and(device(Field.OUTPUT_INTERFACE, out));
  }

  /** An interface that is not known is none that leads back to this host. */
  public PacketSet device(Field field, PacketInterface device) {
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
