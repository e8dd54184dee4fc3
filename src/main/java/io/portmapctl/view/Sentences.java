package io.portmapctl.view;

import io.portmapctl.app.KeptDocument;
import io.portmapctl.check.Finding;
import io.portmapctl.check.Mapping;
import io.portmapctl.check.Overlap;
import io.portmapctl.check.Program;
import io.portmapctl.check.State;
import io.portmapctl.cni.Identity;
import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.Difference;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.text.Printable;
import java.util.List;
import java.util.Optional;

/** Facts of a plan in plain words. */
public final class Sentences {
  private Sentences() {}

  /** Network and container, for a person. */
  public static String who(Identity identity) {
    return "network "
        + Printable.escaped(identity.network())
        + ", container "
        + Printable.escaped(identity.containerId());
  }

  /**
   * Network and the first digits of the container ID, as programs that list containers print it.
   */
  static String brief(Identity identity) {
    return Printable.escaped(identity.network() + "/" + digits(identity));
  }

  /**
   * Network and the first digits of the container ID, as {@code container 5f3c (network web)}, for
   * the middle of a sentence that is escaped as a whole.
   */
  static String container(Identity identity) {
    return "container " + digits(identity) + " (network " + identity.network() + ")";
  }

  /** As many digits of the container ID as programs that list containers print. */
  private static String digits(Identity identity) {
    String id = identity.containerId();
    return id.substring(0, Math.min(12, id.length()));
  }

  /** What is set. */
  static String sysctl(Plan.Sysctl sysctl) {
    return "sysctl: net/ipv4/conf/"
        + sysctl.networkInterface().orElse("INTERFACE")
        + "/route_localnet=1"
        + (sysctl.networkInterface().isEmpty()
            ? " on the interface towards " + sysctl.container()
            : "")
        + sysctl.from().map(from -> " (now " + from + ")").orElse(" (present value unknown)");
  }

  /**
   * What is kept, or no longer.
   *
   * @param applied whether it is so already
   */
  public static String kept(KeptDocument document, boolean applied) {
    boolean writes = document.content().isPresent();
    String verb = applied ? (writes ? "kept" : "removed") : (writes ? "to keep" : "to remove");
    return "document " + verb + ": " + document.file();
  }

  /** The setting's name, with slashes: an interface's name may hold dots. */
  static String key(Plan.Sysctl sysctl) {
    return "net/ipv4/conf/" + sysctl.networkInterface().orElse("*") + "/route_localnet";
  }

  /** What does not work because a setting is not as it should be. */
  static String wrongSysctl(Plan.Sysctl sysctl) {
    return Printable.escaped(key(sysctl))
        + " is "
        + sysctl.from().orElse("unknown")
        + ", not 1: 127.0.0.1 does not reach "
        + sysctl.container();
  }

  /** Who takes a mapping's packets. */
  public static String shadow(Finding.Shadow shadow) {
    String what = what(shadow.port());
    if (shadow.elsewhere().isPresent()) {
      return what
          + taken(shadow.extent())
          + "a rule of chain "
          + Printable.escaped(Terminal.decoded(shadow.chain()))
          + " of table "
          + Printable.escaped(elsewhere(shadow.elsewhere().get().taker()))
          + ": "
          + Printable.escaped(shadow.rule().decoded());
    }
    if (shadow.way().isEmpty()) {
      return what
          + ": localhost and hairpin traffic is not masqueraded: no rule of POSTROUTING masquerades"
          + " what chain "
          + Printable.escaped(Terminal.decoded(shadow.chain()))
          + " marks";
    }
    if (shadow.containerChain().isPresent() && shadow.effect() == Finding.Effect.PORT) {
      return rival(
          shadow.port(),
          shadow.extent(),
          shadow.container(),
          shadow.containerChain().get(),
          shadow.packets());
    }
    String effect =
        switch (shadow.effect()) {
          case PORT -> taken(shadow.extent()) + "a rule of ";
          case MASQUERADE ->
              (shadow.extent() == Finding.Extent.ALL
                      ? ": localhost or hairpin traffic is not masqueraded"
                      : ": some localhost or hairpin traffic is not masqueraded")
                  + " because of a rule of ";
          case SOURCE ->
              ": connections from elsewhere are masqueraded too, which hides who opens them, by a"
                  + " rule of ";
        };
    String rule = Printable.escaped(shadow.rule().decoded());
    String part =
        shadow.effect() == Finding.Effect.SOURCE ? "" : part(shadow.extent(), shadow.packets());
    return what + effect + Printable.escaped(Terminal.decoded(shadow.chain())) + ": " + rule + part;
  }

  /** Another nat table, by its name and whose it is. */
  static String elsewhere(Mapping.Taker taker) {
    return Terminal.decoded(taker.table())
        + switch (taker.engine()) {
          case LEGACY -> " of iptables-legacy";
          case IPTABLES_NFT -> " of iptables-nft";
          case IPTABLES -> "";
          case NFTABLES -> ", which nft wrote";
        };
  }

  /** Which container takes a mapping's packets. */
  static String rival(
      PublishedPort port,
      Finding.Extent extent,
      Optional<Identity> container,
      String chain,
      List<Difference> packets) {
    return what(port) + taken(extent) + owner(container, chain) + part(extent, packets);
  }

  private static String what(PublishedPort port) {
    return port.family().title() + ": " + port;
  }

  /** Which rule takes the packets of a mapping in a list. */
  public static String taken(Mapping mapping) {
    Mapping.Taker taker = mapping.takenBy().orElseThrow();
    return mapping.family().title()
        + ": "
        + mapping.protocol()
        + " port "
        + mapping.hostPort().orElse(0)
        + mapping.hostIp().map(ip -> " on " + ip).orElse("")
        + " is taken first by a rule of "
        + taker.program().map(p -> MappingText.title(p) + ", in chain ").orElse("")
        + Printable.escaped(Terminal.decoded(taker.chain()))
        + ": "
        + Printable.escaped(taker.rule().decoded());
  }

  /** Whose a port is that somebody else asks for. */
  public static String portOf(Mapping mapping) {
    return mapping.protocol()
        + " port "
        + mapping.hostPort().orElse(0)
        + mapping.hostIp().map(ip -> " on " + ip).orElse("")
        + " is taken: "
        + Printable.escaped(
            mapping.owner().map(Sentences::container).orElse("chain " + mapping.chain()))
        + " has it"
        + (mapping.conditions().isEmpty() ? "" : ", under conditions");
  }

  /** What to do in another program that takes a port, for the end of a sentence. */
  public static String remedy(Program program) {
    return switch (program) {
      case DOCKER, NETAVARK -> "publish that container on another port, or this one";
      case HOST_PORTS -> "give that pod, or this container, another hostPort";
      case KUBE_PROXY -> "give the service another node port, or this container another host port";
      case FIREWALLD -> "take the forward-port out of its zone";
      case LIBVIRT -> "change its network";
    };
  }

  private static String taken(Finding.Extent extent) {
    return switch (extent) {
      case ALL -> " is taken first by ";
      case SOME -> " is taken in part by ";
      case OPEN -> " may be taken by ";
    };
  }

  /** Which packets are lost, where it is some. */
  private static String part(Finding.Extent extent, List<Difference> packets) {
    if (extent != Finding.Extent.SOME) {
      return "";
    }
    String text = Packets.of(packets);
    return text.isEmpty() ? "" : " (" + Printable.escaped(text) + ")";
  }

  /** Whose a chain is, where that can be told. */
  static String owner(Optional<Identity> container, String chain) {
    return container.map(Sentences::who).orElse("the owner of chain " + chain);
  }

  /** Which of two claims on a port takes the packets, and what cures it. */
  public static String overlap(Overlap overlap, Optional<String> cure) {
    Mapping first = overlap.first();
    Mapping second = overlap.second();
    String port =
        first.family().title()
            + ": "
            + first.protocol()
            + " port "
            + first.hostPort().orElse(0)
            + first.hostIp().or(second::hostIp).map(ip -> " on " + ip).orElse("");
    // on an address that the first alone names it takes all, unless it has conditions
    boolean narrower = first.hostIp().isPresent() && second.hostIp().isEmpty();
    boolean all = overlap.whole() || narrower && first.conditions().isEmpty();
    if (overlap.sameContainer()) {
      return port
          + " of container "
          + Printable.escaped(first.owner().orElseThrow().containerId())
          + " on several networks: network "
          + Printable.escaped(first.owner().orElseThrow().network())
          + (all ? " takes the packets" : " takes what it is for first");
    }
    return port
        + (all ? " is taken by " : " is taken in part by ")
        + whose(first)
        + "; "
        + whose(second)
        + (all ? " gets none of them" : " gets the rest alone")
        + cure.map(c -> "; this cures it: " + c).orElse("");
  }

  private static String whose(Mapping mapping) {
    String dead = mapping.state() == State.ORPHAN ? " (which is not alive)" : "";
    return mapping
            .owner()
            .map(Sentences::who)
            .orElse("the owner of chain " + Terminal.decoded(mapping.chain()))
        + dead;
  }

  /** What a conflict is about and who wins. */
  public static String conflict(Conflict conflict) {
    String family = conflict.family().title() + ": ";
    if (conflict instanceof Conflict.ChainName name) {
      return family
          + "chain "
          + Terminal.decoded(name.chain())
          + " belongs to "
          + name.other().map(Sentences::who).orElse("somebody whose comment was cut")
          + ", whose name and ID hash to the same as those of "
          + who(name.owner());
    }
    Conflict.Port port = (Conflict.Port) conflict;
    String other =
        port.other()
            .map(Sentences::who)
            .orElse("the owner of chain " + port.otherChain() + " (not told any more)");
    return family
        + port.protocol()
        + " port "
        + port.hostPort()
        + " of "
        + who(port.owner())
        + " is claimed by "
        + other
        + port.hostIp().map(IpAddress::toString).map(ip -> " on " + ip).orElse("")
        + " too; "
        + (port.otherWins() ? "that one" : "the planned one")
        + (port.whole() ? " takes the packets" : " takes some of the packets");
  }
}
