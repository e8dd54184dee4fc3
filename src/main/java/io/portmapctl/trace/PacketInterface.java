package io.portmapctl.trace;

import java.util.Optional;

/**
 * The interface on one side of a packet's path.
 *
 * @param name its name, where it is known
 * @param known false where there is one, and its name is not known
 */
public record PacketInterface(Optional<String> name, boolean known) {

  /** No interface: what the host sends came in through none. */
  public static final PacketInterface NONE = new PacketInterface(Optional.empty(), true);

  /** Some interface. */
  public static final PacketInterface UNKNOWN = new PacketInterface(Optional.empty(), false);

  /** The interface by which a host sends to itself. */
  public static final PacketInterface LOOPBACK = of("lo");

  /** The interface of that name. */
  public static PacketInterface of(String name) {
    return new PacketInterface(Optional.of(name), true);
  }
}
