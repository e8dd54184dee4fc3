package io.portmapctl.route;

import io.portmapctl.net.IpAddress;
import java.util.List;
import java.util.Optional;

/** What the kernel does with a packet where it looks for its way. */
public sealed interface Decision {

  /** What decides: a policy rule and its route, then the settings that do. */
  List<Decider> by();

  /**
   * The facts that are not known and any of which may have it otherwise; the decision is what comes
   * of the rest.
   */
  List<Missing> open();

  /** Asks what kind it is. */
  <R> R accept(Visitor<R> visitor);

  /**
   * What answers for every kind.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link Local}. */
    R local(Local decision);

    /** See {@link Leaves}. */
    R leaves(Leaves decision);

    /** See {@link Refused}. */
    R refused(Refused decision);

    /** See {@link Unknown}. */
    R unknown(Unknown decision);
  }

  /**
   * The host takes it in itself.
   *
   * @param type what its destination is: LOCAL, BROADCAST, ANYCAST or MULTICAST
   * @param device the interface that has the address, where a route tells
   */
  record Local(Route.Type type, Optional<String> device, List<Decider> by, List<Missing> open)
      implements Decision {
    /** Copies the lists. */
    public Local {
      by = List.copyOf(by);
      open = List.copyOf(open);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.local(this);
    }
  }

  /**
   * It is sent out.
   *
   * @param device through this interface
   * @param via to this router; empty where the destination is on the link
   */
  record Leaves(String device, Optional<IpAddress> via, List<Decider> by, List<Missing> open)
      implements Decision {
    /** Copies the lists. */
    public Leaves {
      by = List.copyOf(by);
      open = List.copyOf(open);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.leaves(this);
    }
  }

  /**
   * It goes nowhere.
   *
   * @param why why not
   * @param told whether the sender is told so by ICMP
   */
  record Refused(Refusal why, boolean told, List<Decider> by, List<Missing> open)
      implements Decision {
    /** Copies the lists. */
    public Refused {
      by = List.copyOf(by);
      open = List.copyOf(open);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.refused(this);
    }
  }

  /** It is not known. */
  record Unknown(List<Decider> by, List<Missing> open) implements Decision {
    /** Copies the lists. */
    public Unknown {
      by = List.copyOf(by);
      open = List.copyOf(open);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unknown(this);
    }
  }
}
