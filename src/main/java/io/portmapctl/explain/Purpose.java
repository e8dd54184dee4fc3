package io.portmapctl.explain;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.IpAddress;
import io.portmapctl.portmap.RulePorts;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Target;
import java.util.List;
import java.util.Optional;

/**
 * What a rule is for: a rule of the layouts, of a program that is often beside them, or of anybody.
 */
public sealed interface Purpose {

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

    /** See {@link Entry}. */
    R entry(Entry entry);

    /** See {@link MasqueradeEntry}. */
    R masqueradeEntry(MasqueradeEntry entry);

    /** See {@link Translation}. */
    R translation(Translation translation);

    /** See {@link LocalhostMasquerade}. */
    R localhostMasquerade(LocalhostMasquerade masquerade);

    /** See {@link Marking}. */
    R marking(Marking marking);

    /** See {@link Foreign}. */
    R foreign(Foreign foreign);
  }

  /** Purposes that need no more to be told. */
  enum Plain implements Purpose {
    /** It cannot be told: the iptables that printed the ruleset could not show the rule. */
    UNSHOWN,
    /** What comes in for an address of this host is looked up among the published ports. */
    LOOKS_UP_INCOMING,
    /** What this host sends to an address of its own is looked up among the published ports. */
    LOOKS_UP_SENT,
    /** Leads what leaves to the rule that masquerades what is marked. */
    MASQUERADES_MARKED,
    /** Leads what leaves from localhost to the containers' masquerade rules. */
    MASQUERADES_FROM_LOCALHOST,
    /** Sets the bit of the mark that asks for masquerade. */
    SETS_MARK,
    /** Masquerades what bears the mark. */
    MASQUERADES;

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.plain(this);
    }
  }

  /**
   * The entry of a container.
   *
   * @param owner whose it is, where that can be told
   * @param ports the ports that it is about, where it names any
   * @param conditions its matches beside those that every entry has
   */
  record Entry(Optional<Identity> owner, Optional<RulePorts> ports, List<Match> conditions)
      implements Purpose {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.entry(this);
    }
  }

  /**
   * Leads to the masquerade rules of a container.
   *
   * @param owner whose they are, where that can be told
   */
  record MasqueradeEntry(Optional<Identity> owner) implements Purpose {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.masqueradeEntry(this);
    }
  }

  /**
   * Sends connections to a container.
   *
   * @param ports to which ports; empty for any
   * @param address the container's address
   * @param port the container's port, as the rule names it
   */
  record Translation(Optional<RulePorts> ports, IpAddress address, int port) implements Purpose {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.translation(this);
    }
  }

  /**
   * Masquerades connections from localhost, which a container could not answer.
   *
   * @param ports to which ports of the container; empty for any
   */
  record LocalhostMasquerade(Optional<RulePorts> ports) implements Purpose {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.localhostMasquerade(this);
    }
  }

  /**
   * Marks connections for masquerade.
   *
   * @param ports to which ports; empty for any
   * @param senders whose connections
   */
  record Marking(Optional<RulePorts> ports, Senders senders) implements Purpose {
    /** Whose connections are marked. */
    public enum Senders {
      /** Everybody's. */
      ANYBODY,
      /** Localhost's, which a container could not answer. */
      LOCALHOST,
      /** Those of the container's own subnet, whose answers would not come back here (hairpin). */
      SUBNET
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.marking(this);
    }
  }

  /**
   * A rule of somebody else's.
   *
   * @param program whose it is, as the names tell
   * @param target what it does
   */
  record Foreign(Program program, Target target) implements Purpose {
    /** Programs whose rules are known by their chains' names. */
    public enum Program {
      /** Services of Kubernetes. */
      KUBE_PROXY,
      /** Docker's published ports. */
      DOCKER,
      /** The bridge plugin of CNI, for what the container itself sends. */
      BRIDGE_PLUGIN,
      /** Another. */
      OTHER
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.foreign(this);
    }
  }
}
