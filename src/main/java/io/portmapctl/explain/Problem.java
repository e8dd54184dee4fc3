package io.portmapctl.explain;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.portmap.PublishedPort;
import java.util.List;

/** What will not work, or may not, when a plan is made. */
public sealed interface Problem {

  /** Asks what kind it is. */
  <R> R accept(Visitor<R> visitor);

  /**
   * What answers for every kind.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link NoAddress}. */
    R noAddress(NoAddress none);

    /** See {@link Unreached}. */
    R unreached(Unreached unreached);

    /** See {@link Unfiltered}. */
    R unfiltered(Unfiltered unfiltered);
  }

  /**
   * A container has no address of a family, so that nothing is published there.
   *
   * @param container the container
   * @param family the family
   * @param localhost localhost's address of the family, for which nothing is published either
   */
  record NoAddress(Identity container, Family family, IpAddress localhost) implements Problem {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noAddress(this);
    }
  }

  /**
   * Some senders do not reach some ports.
   *
   * @param container the container that publishes them
   * @param family the family
   * @param ports the ports
   * @param senders the senders; none where it is about who is elsewhere
   * @param hindrance why not
   */
  record Unreached(
      Identity container,
      Family family,
      List<PublishedPort> ports,
      List<Origin> senders,
      Hindrance hindrance)
      implements Problem {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unreached(this);
    }
  }

  /** Rules of chain INPUT in table filter do not see these connections. */
  record Unfiltered() implements Problem {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unfiltered(this);
    }
  }

  /**
   * Who sends.
   *
   * @param kind the kind of sender
   * @param source the address
   */
  record Origin(Sender.Kind kind, IpAddress source) {}

  /** What keeps a sender from a port. */
  sealed interface Hindrance {
    /**
     * What the verdict on the connection says.
     *
     * @param reason what it says
     */
    record Verdict(VerdictReason reason) implements Hindrance {}

    /**
     * Somebody else takes the packets first.
     *
     * @param taker who takes them, without label
     */
    record TakenFirst(ChainOwners.Recipient taker) implements Hindrance {}

    /**
     * The port is published at a loopback address, which nobody elsewhere sends to by chance.
     *
     * @param address the address
     */
    record Loopback(IpAddress address) implements Hindrance {}
  }
}
