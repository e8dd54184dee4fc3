package io.portmapctl.app;

import io.portmapctl.cni.Identity;
import io.portmapctl.cni.InputError;
import io.portmapctl.net.Family;
import io.portmapctl.net.ForwardingObstacle;
import io.portmapctl.net.IpAddress;
import io.portmapctl.notice.Notice;
import io.portmapctl.portmap.PublishedPort;
import java.util.List;
import java.util.OptionalInt;

/** What a reader should know of the rulesets, the inputs and the host of a use case. */
public sealed interface AppNotice extends Notice {

  /** Answers for every kind. */
  interface Visitor<R> {
    /** For this kind. */
    R noRouteTowards(NoRouteTowards notice);

    /** For this kind. */
    R noInterface(NoInterface notice);

    /** For this kind. */
    R listener(Listener notice);

    /** For this kind. */
    R notOfHost(NotOfHost notice);

    /** For this kind. */
    R noNatTable(NoNatTable notice);

    /** For this kind. */
    R legacyElsewhere(LegacyElsewhere notice);

    /** For this kind. */
    R unshownInFile(UnshownInFile notice);

    /** For this kind. */
    R unshownLive(UnshownLive notice);

    /** For this kind. */
    R noIpv6Ruleset(NoIpv6Ruleset notice);

    /** For this kind. */
    R strangeInterface(StrangeInterface notice);

    /** For this kind. */
    R orphansUnknown(OrphansUnknown notice);

    /** For this kind. */
    R notForwarding(NotForwarding notice);

    /** For this kind. */
    R unclaimed(Unclaimed notice);

    /** For this kind. */
    R nothingThere(NothingThere notice);

    /** For this kind. */
    R orphansElsewhere(OrphansElsewhere notice);

    /** For this kind. */
    R orphansListed(OrphansListed notice);

    /** For this kind. */
    R bridgeLeftovers(BridgeLeftovers notice);

    /** For this kind. */
    R othersMoved(OthersMoved notice);

    /** For this kind. */
    R sourcesChanged(SourcesChanged notice);
  }

  /** Asks for the answer for this kind. */
  <R> R accept(Visitor<R> visitor);

  /** No route without a gateway leads to a container, so route_localnet is not set. */
  record NoRouteTowards(IpAddress container) implements AppNotice {
    @Override
    public String code() {
      return "no-route-to-container";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noRouteTowards(this);
    }
  }

  /** The interface whose route_localnet is to be set is not there. */
  record NoInterface(String name) implements AppNotice {
    @Override
    public String code() {
      return "no-host-interface";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noInterface(this);
    }
  }

  /**
   * A process of the host listens on a published port.
   *
   * @param process for a person, as {@code nginx (process 123)}
   */
  record Listener(String process, PublishedPort port) implements AppNotice {
    @Override
    public String code() {
      return "port-listened-on";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.listener(this);
    }
  }

  /** No interface of the host has the published address. */
  record NotOfHost(PublishedPort port) implements AppNotice {
    @Override
    public String code() {
      return "address-not-of-host";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.notOfHost(this);
    }
  }

  /** A saved ruleset says that its host has legacy tables of a family too, which it lacks. */
  record LegacyElsewhere(String file, Family family) implements AppNotice {
    @Override
    public String code() {
      return "legacy-tables-elsewhere";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.legacyElsewhere(this);
    }
  }

  /**
   * A saved ruleset has no nat table, and counts as empty.
   *
   * @param file its name, for a person
   */
  record NoNatTable(String file) implements AppNotice {
    @Override
    public String code() {
      return "no-nat-table";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noNatTable(this);
    }
  }

  /**
   * An iptables that cannot show all of it wrote a saved ruleset.
   *
   * @param file its name, for a person
   * @param line the line of the first such rule, where it is told
   */
  record UnshownInFile(String file, OptionalInt line) implements AppNotice {
    @Override
    public String code() {
      return "rules-not-shown";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unshownInFile(this);
    }
  }

  /** The iptables that read the live ruleset cannot show all of it. */
  record UnshownLive(Family family) implements AppNotice {
    @Override
    public String code() {
      return "live-rules-not-shown";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unshownLive(this);
    }
  }

  /** An IPv6 packet or port is asked about, and no IPv6 ruleset is given. */
  record NoIpv6Ruleset() implements AppNotice {
    @Override
    public String code() {
      return "no-ipv6-ruleset";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.noIpv6Ruleset(this);
    }
  }

  /** The packet that is asked about names an interface that the host does not have. */
  record StrangeInterface(String name) implements AppNotice {
    @Override
    public String code() {
      return "no-packet-interface";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.strangeInterface(this);
    }
  }

  /**
   * Nothing is called an orphan, because not every attachment is known.
   *
   * @param errors why not
   */
  record OrphansUnknown(List<InputError> errors) implements AppNotice {
    /** Copies the list. */
    public OrphansUnknown {
      errors = List.copyOf(errors);
    }

    @Override
    public String code() {
      return "orphans-unknown";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.orphansUnknown(this);
    }
  }

  /** The host forwards nothing. */
  record NotForwarding(ForwardingObstacle obstacle) implements AppNotice {
    @Override
    public String code() {
      return "forwarding-off";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.notForwarding(this);
    }
  }

  /**
   * Of a container that was to be removed nothing is there, but of others that may be meant.
   *
   * @param near those
   */
  record NothingThere(Identity asked, List<Identity> near) implements AppNotice {
    /** Copies the list. */
    public NothingThere {
      near = List.copyOf(near);
    }

    @Override
    public String code() {
      return "nothing-there";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.nothingThere(this);
    }
  }

  /**
   * Containers that are in none of the sources, on networks that none of them names.
   *
   * @param containers how many
   * @param networks their networks, each once
   */
  record OrphansElsewhere(int containers, List<String> networks) implements AppNotice {
    /** Copies the list. */
    public OrphansElsewhere {
      networks = List.copyOf(networks);
    }

    @Override
    public String code() {
      return "orphans-on-other-networks";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.orphansElsewhere(this);
    }
  }

  /**
   * Mappings that are listed are of containers that are gone.
   *
   * @param first one of them
   * @param containers how many there are
   * @param removal the command that removes what is left of them
   */
  record OrphansListed(Identity first, int containers, String removal) implements AppNotice {
    @Override
    public String code() {
      return "orphans";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.orphansListed(this);
    }
  }

  /**
   * The bridge plugin of CNI still masquerades what containers send that are gone; that is not
   * portmap's, and stays.
   *
   * @param chain the first chain in which it does
   * @param container whom its rules name
   * @param chains how many such chains there are
   */
  record BridgeLeftovers(String chain, Identity container, int chains) implements AppNotice {
    @Override
    public String code() {
      return "bridge-masquerade-left";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.bridgeLeftovers(this);
    }
  }

  /**
   * Nobody's entry tells whose a chain was: gc leaves it, and list names it.
   *
   * @param removal the command that removes it
   */
  record Unclaimed(String chain, String removal) implements AppNotice {
    @Override
    public String code() {
      return "unclaimed-chain";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unclaimed(this);
    }
  }

  /** Rules that do not matter for a saved plan are not as they were when it was made. */
  record OthersMoved(Family family) implements AppNotice {
    @Override
    public String code() {
      return "others-moved";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.othersMoved(this);
    }
  }

  /** The documents that a saved plan was made from are others by now; it is the same plan. */
  record SourcesChanged() implements AppNotice {
    @Override
    public String code() {
      return "sources-changed";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.sourcesChanged(this);
    }
  }
}
