package io.portmapctl.trace;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import java.util.Optional;

/** An address of a packet. */
public sealed interface Address {

  /** The address, where it is one that is known. */
  Optional<IpAddress> ip();

  /** Asks what kind it is. */
  <R> R accept(Visitor<R> visitor);

  /**
   * What answers for every kind.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link Known}. */
    R known(Known address);

    /** See {@link OneOf}. */
    R oneOf(OneOf addresses);

    /** See {@link InNetwork}. */
    R inNetwork(InNetwork network);

    /** See {@link OfInterface}. */
    R ofInterface(OfInterface networkInterface);
  }

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
    public <R> R accept(Visitor<R> visitor) {
      return visitor.known(this);
    }

    @Override
    public String toString() {
      return address.toString();
    }
  }

  /**
   * An address that the kernel chooses among those that a rule names.
   *
   * @param place the addresses, and the ports, as the rule names them
   */
  record OneOf(String place) implements Address {
    @Override
    public Optional<IpAddress> ip() {
      return Optional.empty();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.oneOf(this);
    }
  }

  /**
   * An address of a network to which a rule moves another.
   *
   * @param network the network
   */
  record InNetwork(Cidr network) implements Address {
    @Override
    public Optional<IpAddress> ip() {
      return Optional.empty();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.inNetwork(this);
    }
  }

  /**
   * An address of this host, of the interface that the packet passes.
   *
   * @param passage how it passes it
   * @param name the interface's name, octets, where it is known
   */
  record OfInterface(Passage passage, Optional<String> name) implements Address {
    /** How a packet passes an interface. */
    public enum Passage {
      /** It comes in through it. */
      IN,
      /** It leaves through it. */
      OUT,
      /** It goes to the host itself, which chooses any. */
      WITHIN
    }

    @Override
    public Optional<IpAddress> ip() {
      return Optional.empty();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.ofInterface(this);
    }
  }
}
