package io.portmapctl.trace;

import java.util.Optional;

/**
 * The interface on one side of a packet's way.
 *
 * @param name its name, where it is known
 * @param known false where there is one, and its name is not known
 */
public record Device(Optional<String> name, boolean known) {

  /** No interface: what the host sends came in through none. */
  public static final Device NONE = new Device(Optional.empty(), true);

  /** Some interface. */
  public static final Device UNKNOWN = new Device(Optional.empty(), false);

  /** The interface by which a host sends to itself. */
  static final Device LOOPBACK = of("lo");

  /** The interface of that name. */
  public static Device of(String name) {
    return new Device(Optional.of(name), true);
  }
}
