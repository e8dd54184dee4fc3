package io.portmapctl.view;

import io.portmapctl.cni.Identity;
import io.portmapctl.explain.Purpose;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.PortRange;
import io.portmapctl.portmap.RulePorts;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a rule is for, in one sentence. */
final class PurposeText implements Purpose.Visitor<String> {
  private PurposeText() {}

  /** The sentence. */
  static String of(Purpose purpose) {
    return purpose.accept(new PurposeText());
  }

  @Override
  public String plain(Purpose.Plain plain) {
    return switch (plain) {
      case UNSHOWN ->
          "What this rule does cannot be told: the iptables that printed the ruleset could not"
              + " show it.";
      case LOOKS_UP_SENT ->
          "What this host sends to an address of its own is looked up among the published ports.";
      case LOOKS_UP_INCOMING ->
          "What comes in for an address of this host is looked up among the published ports.";
      case MASQUERADES_MARKED -> "What leaves, and is marked, is masqueraded.";
      case MASQUERADES_FROM_LOCALHOST ->
          "What leaves with 127.0.0.1 as its source is masqueraded, if it goes to a container.";
      case SETS_MARK -> "Sets the bit of the mark that asks for masquerade.";
      case MASQUERADES ->
          "What bears the mark gets the address of the interface that it leaves through as its"
              + " source, so that the answer comes back to this host.";
    };
  }

  @Override
  public String entry(Purpose.Entry entry) {
    String ports =
        entry
            .ports()
            .map(p -> ": packets to " + ports(p) + " go by its rules")
            .orElse(": packets go by its rules");
    String conditions =
        entry.conditions().stream().map(PurposeText::holds).collect(Collectors.joining(" and "));
    return "The entry of "
        + owner(entry.owner())
        + ports
        + (conditions.isEmpty() ? "." : ", if " + conditions + ".");
  }

  @Override
  public String masqueradeEntry(Purpose.MasqueradeEntry entry) {
    return "The entry of " + owner(entry.owner()) + ": its own masquerade rules follow.";
  }

  private static String owner(Optional<Identity> owner) {
    return owner.map(Sentences::container).orElse("somebody whose name the rule does not tell");
  }

  private static String holds(Match match) {
    return "`" + match.text().decoded() + "` holds";
  }

  private static String ports(RulePorts ports) {
    return ports.protocol()
        + " port "
        + ports.ports().stream().map(PortRange::toString).collect(Collectors.joining(", "));
  }

  /** To ports of addresses. */
  private static String destination(RulePorts ports) {
    return ports(ports) + ports.network().map(n -> " of " + network(n)).orElse("");
  }

  /** A network; without its prefix where it is one address. */
  static String network(Cidr cidr) {
    return cidr.prefix() == cidr.address().family().bits()
        ? cidr.address().toString()
        : cidr.toString();
  }

  @Override
  public String translation(Purpose.Translation translation) {
    return "Connections to "
        + translation.ports().map(PurposeText::destination).orElse("any port")
        + " go to the container: to "
        + translation.address()
        + ", port "
        + translation.port()
        + ".";
  }

  @Override
  public String localhostMasquerade(Purpose.LocalhostMasquerade masquerade) {
    return "Connections from 127.0.0.1"
        + masquerade.ports().map(p -> " to " + ports(p)).orElse("")
        + " of the container are masqueraded: it could not answer 127.0.0.1.";
  }

  @Override
  public String marking(Purpose.Marking marking) {
    String to = marking.ports().map(p -> " to " + destination(p)).orElse("");
    return switch (marking.senders()) {
      case ANYBODY -> "Connections" + to + " are marked for masquerade, whoever sends them.";
      case LOCALHOST ->
          "Connections from localhost"
              + to
              + " are marked for masquerade: the container could not answer 127.0.0.1.";
      case SUBNET ->
          "Connections from the container's own subnet, itself included (hairpin),"
              + to
              + " are marked for masquerade: the answer would not come back through this host.";
    };
  }

  @Override
  public String foreign(Purpose.Foreign foreign) {
    String whose =
        switch (foreign.program()) {
          case KUBE_PROXY -> "A rule of kube-proxy ";
          case DOCKER -> "A rule of docker ";
          case BRIDGE_PLUGIN ->
              "A rule of CNI's bridge plugin, for what the container itself sends, ";
          case OTHER -> "A rule of another program ";
        };
    return whose + foreign.target().accept(new Effect()) + ".";
  }

  /** What a target does with a packet, as the end of a sentence. */
  private static final class Effect implements Target.Visitor<String> {

    private static String leads(Target target) {
      return "that leads to " + new Octets(target.name()).decoded();
    }

    private static String passes(Target target) {
      return "that lets the packet go on (" + target.name() + ")";
    }

    /** A place, and how one of several is chosen. */
    private static String place(String place, List<String> flags) {
      return place + flags.stream().map(f -> " " + f).collect(Collectors.joining());
    }

    @Override
    public String none(Target.None none) {
      return "that only counts";
    }

    @Override
    public String jump(Target.Jump jump) {
      return leads(jump);
    }

    @Override
    public String accept(Target.Accept accept) {
      return "that lets the packet pass as it is";
    }

    @Override
    public String drop(Target.Drop drop) {
      return "that drops the packet";
    }

    @Override
    public String reject(Target.Reject reject) {
      return leads(reject);
    }

    @Override
    public String giveBack(Target.Return back) {
      return "that spares the packet what follows in this chain";
    }

    @Override
    public String queue(Target.Queue queue) {
      return leads(queue);
    }

    @Override
    public String dnat(Target.Dnat dnat) {
      return "that sends the packet to " + place(dnat.to().place(), dnat.to().flags());
    }

    @Override
    public String snat(Target.Snat snat) {
      return "that gives the packet another source: " + place(snat.to().place(), snat.to().flags());
    }

    @Override
    public String masquerade(Target.Masquerade masquerade) {
      return "that gives the packet the address of the interface that it leaves through";
    }

    @Override
    public String redirect(Target.Redirect redirect) {
      String port =
          redirect
              .ports()
              .map(p -> p.toString().replace(':', '-'))
              .map(p -> "port " + place(p, redirect.flags()) + " of ")
              .orElse("");
      return "that sends the packet to " + port + "this host itself";
    }

    @Override
    public String netmap(Target.Netmap netmap) {
      return "that moves the packet to another network: " + netmap.to();
    }

    @Override
    public String setMark(Target.SetMark mark) {
      return "that changes the packet's mark";
    }

    @Override
    public String setConnmark(Target.SetConnmark mark) {
      return passes(mark);
    }

    @Override
    public String saveMark(Target.SaveMark mark) {
      return passes(mark);
    }

    @Override
    public String restoreMark(Target.RestoreMark mark) {
      return passes(mark);
    }

    @Override
    public String ct(Target.Ct ct) {
      return passes(ct);
    }

    @Override
    public String tproxy(Target.Tproxy tproxy) {
      return leads(tproxy);
    }

    @Override
    public String goesOn(Target.GoesOn other) {
      return passes(other);
    }

    @Override
    public String unknown(Target.Unknown unknown) {
      return leads(unknown);
    }
  }
}
