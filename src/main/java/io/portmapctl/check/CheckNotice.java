package io.portmapctl.check;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.notice.Notice;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Target;
import io.portmapctl.ruleset.Variant;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;

/** What a reader should know of mappings and of who else has to do with them. */
public sealed interface CheckNotice extends Notice {

  /** Answers for every kind. */
  interface Visitor<R> {
    /** For this kind. */
    R mayBeTaken(MayBeTaken notice);

    /** For this kind. */
    R notCni(NotCni notice);

    /** For this kind. */
    R translatedElsewhere(TranslatedElsewhere notice);

    /** For this kind. */
    R kubeProxy(KubeProxyOrder notice);

    /** For this kind. */
    R unreached(Unreached notice);

    /** For this kind. */
    R claimedTwice(ClaimedTwice notice);

    /** For this kind. */
    R taken(Taken notice);

    /** For this kind. */
    R givenTwice(GivenTwice notice);

    /** For this kind. */
    R networksAddress(NetworksAddress notice);
  }

  /** Asks for the answer for this kind. */
  <R> R accept(Visitor<R> visitor);

  /**
   * A rule may take packets of a mapping; of it that cannot be told.
   *
   * @param rule the rule in iptables-save's words
   */
  record MayBeTaken(PublishedPort port, String chain, Octets rule) implements CheckNotice {
    @Override
    public String code() {
      return "may-be-taken";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.mayBeTaken(this);
    }
  }

  /**
   * A port is no mapping of CNI, and another program translates it.
   *
   * @param chain the chain of its rule
   * @param program whose rule it is, where the chains' names tell
   * @param to where it translates to, where it says so
   */
  record NotCni(
      PublishedPort port, String chain, Optional<Program> program, Optional<Target.Dnat> to)
      implements CheckNotice {
    @Override
    public String code() {
      return "not-cni";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.notCni(this);
    }
  }

  /**
   * Another nat table of the same kernel translates ports too.
   *
   * @param ports the ports, of one family
   * @param variant the variant of iptables whose table it is; empty for one that nft wrote
   * @param table the table, as {@code nat} or {@code inet dk}
   * @param chain the chain of the rule
   * @param to where to, as far as the rule says it in one place
   * @param first whether that table is known to be asked first; else either may be
   */
  record TranslatedElsewhere(
      List<PublishedPort> ports,
      Optional<Variant> variant,
      String table,
      String chain,
      Optional<String> to,
      boolean first)
      implements CheckNotice {
    /** Copies the list. */
    public TranslatedElsewhere {
      ports = List.copyOf(ports);
    }

    @Override
    public String code() {
      return "translated-elsewhere";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.translatedElsewhere(this);
    }
  }

  /**
   * A host with kube-proxy's chains beside ours.
   *
   * @param theirsFirst whether packets meet kube-proxy's chains first
   */
  record KubeProxyOrder(Family family, boolean theirsFirst) implements CheckNotice {
    @Override
    public String code() {
      return theirsFirst ? "kube-proxy-first" : "kube-proxy-last";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.kubeProxy(this);
    }
  }

  /**
   * Packets do not come to the mappings of a family.
   *
   * @param builtIn the built-in chain from which no rule leads to them
   * @param entries the shared chain of entries, or the container's own where its entry should stand
   *     here
   */
  record Unreached(Family family, String builtIn, String entries) implements CheckNotice {
    @Override
    public String code() {
      return "entries-not-reached";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unreached(this);
    }
  }

  /**
   * Two chains claim one port.
   *
   * @param cure the command that makes room, where the first is of a container that is gone
   */
  record ClaimedTwice(Overlap overlap, Optional<String> cure) implements CheckNotice {
    @Override
    public String code() {
      return overlap.sameContainer() ? "port-on-several-networks" : "port-claimed-twice";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.claimedTwice(this);
    }
  }

  /**
   * A chain translates to an address that is its network's own, which no container has.
   *
   * @param chain the container's chain
   * @param owner whose it is, where that can be told
   * @param network the network, as the chain's rules for its containers name it
   */
  record NetworksAddress(String chain, Optional<Identity> owner, Cidr network)
      implements CheckNotice {
    @Override
    public String code() {
      return "network-address-published";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.networksAddress(this);
    }
  }

  /**
   * A container's chain publishes ports twice: the first rule takes all connections.
   *
   * @param mapping the first of them that gets none
   * @param ports how many there are
   */
  record GivenTwice(Mapping mapping, int ports) implements CheckNotice {
    @Override
    public String code() {
      return "port-published-twice";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.givenTwice(this);
    }
  }

  /**
   * A rule of nobody's mapping takes a mapping's packets.
   *
   * @param mapping that mapping, with the rule that takes them
   */
  record Taken(Mapping mapping) implements CheckNotice {
    @Override
    public String code() {
      return "port-taken";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.taken(this);
    }
  }
}
