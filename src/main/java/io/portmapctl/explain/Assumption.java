package io.portmapctl.explain;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.trace.Address;
import java.util.List;

/** What is taken for granted, or not looked at. */
public sealed interface Assumption {

  /** Asks what kind it is. */
  <R> R accept(Visitor<R> visitor);

  /**
   * What answers for every kind.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link Plain}. */
    R plain(Plain plain);

    /** See {@link HostExample}. */
    R hostExample(HostExample example);

    /** See {@link ClientExample}. */
    R clientExample(ClientExample example);

    /** See {@link NotOfThisHost}. */
    R notOfThisHost(NotOfThisHost address);

    /** See {@link ComesInThrough}. */
    R comesInThrough(ComesInThrough networkInterface);

    /** See {@link LeavesThrough}. */
    R leavesThrough(LeavesThrough networkInterface);

    /** See {@link Untold}. */
    R untold(Untold rules);
  }

  /** Assumptions that need no more to be told. */
  enum Plain implements Assumption {
    /** The rules are those that a plan would make. */
    PLANNED,
    /** Another nat table of the same kernel may take the packets, and is not asked first. */
    ASKED_FIRST,
    /** This host's addresses are not known. */
    HOST_UNKNOWN,
    /** This host's addresses are not known, so that a packet is taken to come from outside. */
    HOST_UNKNOWN_OUTSIDE,
    /** Both ends are of one subnet, and what crosses a bridge alone comes to no rule. */
    ONE_SUBNET,
    /** A packet bears no mark at first. */
    NO_MARK,
    /** A file tells the routes, and no policy rules and settings. */
    ROUTES_ALONE,
    /** What no answer looks at where routes are not known: them, and the container. */
    NOT_LOOKED_AT,
    /** What no answer looks at: the container. */
    CONTAINER_NOT_LOOKED_AT;

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.plain(this);
    }
  }

  /**
   * The ruleset does not tell of other tables, nor of what nft wrote.
   *
   * @param family whose ruleset
   * @param tables the tables, none where all are told
   * @param variant whether nothing is told of the other variant of iptables
   */
  record Untold(Family family, List<TableName> tables, boolean variant) implements Assumption {
    /** Copies the list. */
    public Untold {
      tables = List.copyOf(tables);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.untold(this);
    }
  }

  /**
   * This host's addresses are not known, and one stands for them.
   *
   * @param address one that no rule names
   */
  record HostExample(IpAddress address) implements Assumption {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.hostExample(this);
    }
  }

  /**
   * One address stands for the clients of the LAN.
   *
   * @param address the address
   */
  record ClientExample(IpAddress address) implements Assumption {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.clientExample(this);
    }
  }

  /**
   * An address is taken to be none of this host's.
   *
   * @param address the address
   */
  record NotOfThisHost(Address address) implements Assumption {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.notOfThisHost(this);
    }
  }

  /**
   * A packet is taken to come in through the interface whose subnet it is from.
   *
   * @param name the interface's name, octets
   */
  record ComesInThrough(String name) implements Assumption {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.comesInThrough(this);
    }
  }

  /**
   * A packet is taken to leave through the interface whose subnet it goes to.
   *
   * @param name the interface's name, octets
   */
  record LeavesThrough(String name) implements Assumption {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.leavesThrough(this);
    }
  }
}
