package io.portmapctl.path;

import io.portmapctl.net.IpAddress;
import java.util.Locale;
import java.util.Optional;

/** What decides how a packet's way ends. */
public sealed interface DecidedBy {

  /** Asks what kind it is. */
  <R> R accept(Visitor<R> visitor);

  /**
   * What answers for every kind.
   *
   * @param <R> the answer
   */
  interface Visitor<R> {
    /** See {@link ByRule}. */
    R rule(ByRule by);

    /** See {@link ByPolicy}. */
    R policy(ByPolicy by);

    /** See {@link BySetting}. */
    R setting(BySetting by);

    /** See {@link ByRoute}. */
    R route(ByRoute by);

    /** See {@link ByLink}. */
    R link(ByLink by);

    /** See {@link ByBridgePort}. */
    R bridgePort(ByBridgePort by);

    /** See {@link ByNeighbour}. */
    R neighbour(ByNeighbour by);

    /** See {@link BySocket}. */
    R socket(BySocket by);

    /** See {@link ByContainer}. */
    R container(ByContainer by);

    /** See {@link Nothing}. */
    R nothing(Nothing by);
  }

  /**
   * A rule.
   *
   * @param rule the rule
   */
  record ByRule(RuleSite rule) implements DecidedBy {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.rule(this);
    }
  }

  /**
   * The policy of a base chain.
   *
   * @param chain the chain
   */
  record ByPolicy(ChainSite chain) implements DecidedBy {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.policy(this);
    }
  }

  /**
   * A setting of the kernel's.
   *
   * @param key its place below {@code /proc/sys}, with slashes
   * @param value what it is set to; empty where that is not known
   */
  record BySetting(String key, Optional<String> value) implements DecidedBy {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.setting(this);
    }
  }

  /**
   * A route or a policy rule, or that there is none.
   *
   * @param text as {@code ip route} or {@code ip rule} prints it; empty where there is none
   * @param to where the packet goes
   */
  record ByRoute(String text, IpAddress to) implements DecidedBy {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.route(this);
    }
  }

  /**
   * An interface.
   *
   * @param name its name, octets
   * @param fault what is the matter with it
   */
  record ByLink(String name, ByLink.Fault fault) implements DecidedBy {
    /** What may be the matter. */
    public enum Fault {
      /** There is none of that name. */
      ABSENT,
      /** It is switched off. */
      DOWN,
      /** It has no address of the family. */
      WITHOUT_ADDRESS,
      /** It has no link: a cable, or the other end of a pair. */
      WITHOUT_LINK,
      /** It is a bridge, and none of its ports has a link and is switched on. */
      WITHOUT_PORT,
      /** It is a port of a bridge that forwards nothing yet, or no more (spanning tree). */
      BLOCKED,
      /** It finds no neighbours, and lets nobody find it. */
      WITHOUT_ARP,
      /** It is a port of a bridge that takes nothing of whom the bridge does not know there. */
      LOCKED,
      /** It is a port of a bridge that neither learns who is there nor sends to who is unknown. */
      UNLEARNED,
      /** It is a port of a bridge for which somebody wrote down who is there. */
      WRITTEN
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.link(this);
    }
  }

  /**
   * A port of a bridge, which lets nothing out by which it came in.
   *
   * @param bridge the bridge, octets
   * @param port its port, octets; empty where it is not known which
   */
  record ByBridgePort(String bridge, Optional<String> port) implements DecidedBy {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.bridgePort(this);
    }
  }

  /**
   * A neighbour that does not answer.
   *
   * @param address its address
   * @param device the interface that it is behind, octets
   * @param hardware the Ethernet address that somebody wrote down for it, where that is why
   */
  record ByNeighbour(IpAddress address, String device, Optional<String> hardware)
      implements DecidedBy {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.neighbour(this);
    }
  }

  /**
   * A socket of this host, or that there is none.
   *
   * @param process who holds it, no text where nobody is seen to; empty where there is none
   */
  record BySocket(Optional<String> process) implements DecidedBy {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.socket(this);
    }
  }

  /**
   * A container, as it was seen from inside its network namespace.
   *
   * @param address where the packet goes
   * @param port the same
   * @param protocol the protocol, as rules name it
   * @param namespace the namespace's file, octets; empty where none was found
   * @param fault what is the matter with it
   * @param detail what belongs to that: an interface, an address; octets, empty for none
   */
  record ByContainer(
      IpAddress address,
      int port,
      String protocol,
      Optional<String> namespace,
      ByContainer.Fault fault,
      String detail)
      implements DecidedBy {
    /** What may be the matter. */
    public enum Fault {
      /** Nobody has the address: no namespace of this host, nor whoever is beside. */
      NOBODY_THERE,
      /** It does not have the address, but the one of the detail. */
      WITHOUT_ADDRESS,
      /** The interface of the detail is switched off. */
      LINK_DOWN,
      /** The interface has no link; the detail is its other end on this host. */
      NO_CARRIER,
      /** No program listens on the port. */
      NOBODY_LISTENS,
      /** What listens does so at the loopback address of the detail alone. */
      LOOPBACK_ONLY,
      /** What listens takes IPv6 alone. */
      IPV6_ONLY,
      /** What listens does so at the address of the detail alone. */
      OTHER_ADDRESS_ONLY,
      /** What listens does so at the interface of the detail alone. */
      OTHER_DEVICE_ONLY,
      /** What listens is stopped, or frozen: the detail says who. */
      STOPPED,
      /** As many connections as may wait for what listens: the detail says who. */
      QUEUE_FULL,
      /** The kernel of the container does not use its address: another may have it, or so. */
      ADDRESS_UNUSED,
      /** The interface of the detail finds no neighbours, and lets nobody find it. */
      NO_ARP,
      /** The bridge has it behind the port of the detail, which is not its own; both are there. */
      OTHER_PORT,
      /** It has no route to the address of the detail. */
      NO_ROUTE,
      /**
       * Its other end on this host is a port of another bridge, or of none: the detail has both.
       */
      NOT_PLUGGED,
      /** This host sends to the Ethernet address of the detail, which is not the container's. */
      OTHER_HARDWARE,
      /** Its answers go to the router of the detail, which is not this host. */
      OTHER_ROUTER,
      /** It takes the address of the detail for that of a neighbour. */
      ON_LINK,
      /** Its network namespace has rules of its own that drop packets, as the one of the detail. */
      OWN_RULES;

      /** The name in JSON. */
      public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
      }
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.container(this);
    }
  }

  /** Nothing does: it goes its way because nothing is in it. */
  enum Nothing implements DecidedBy {
    /** The only one. */
    NOTHING;

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.nothing(this);
    }
  }
}
