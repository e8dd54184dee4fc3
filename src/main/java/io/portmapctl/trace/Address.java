package io.portmapctl.trace;

import io.portmapctl.net.IpAddress;
import java.util.Optional;

/** An address of a packet. */
public sealed interface Address {

  /** The address, where it is one that is known. */
  Optional<IpAddress> ip();

  /**
   * A certain address.
   *
   * @param address the address
   */
  record Known(IpAddress address) implements Address {
    @Override
    public Optional<IpAddress> ip() {
      return Optional.of(address);
    }

    @Override
    public String toString() {
      return address.toString();
    }
  }

  /**
   * An address that the kernel chooses.
   *
   * @param description which it may be, for a person
   * @param local whether it is one of this host
   */
  record Chosen(String description, Ternary local) implements Address {
    @Override
    public Optional<IpAddress> ip() {
      return Optional.empty();
    }

    @Override
    public String toString() {
      return description;
    }
  }
}
