package io.portmapctl.explain;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.PortRange;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.RulePorts;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Octets;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a rule is for, in one sentence: the rules of the layouts, of the programs that are often
 * beside them, and of anybody.
 *
 * @param whose whose the containers' chains are
 */
public record Purpose(ChainOwners whose) {
  /** The chains in which the bridge plugin of CNI masquerades what a container sends. */
  private static final Pattern BRIDGE = Pattern.compile("CNI-[0-9a-f]{24}");

  /**
   * The sentence.
   *
   * @param chain the chain that the rule stands in
   */
  public String of(String chain, Rule rule) {
    if (rule.isUnshown()) {
      return "What this rule does cannot be told: the iptables that printed the ruleset could not"
          + " show it.";
    }
    String target = rule.target().chain().orElse("");
    switch (target) {
      case ChainNames.DNAT -> {
        return chain.equals("OUTPUT")
            ? "What this host sends to an address of its own is looked up among the published"
                + " ports."
            : "What comes in for an address of this host is looked up among the published ports.";
      }
      case ChainNames.MASQ -> {
        return "What leaves, and is marked, is masqueraded.";
      }
      case ChainNames.SNAT -> {
        return "What leaves with 127.0.0.1 as its source is masqueraded, if it goes to a container.";
      }
      default -> {
        if (ChainNames.isContainerChain(target)) {
          return entry(rule, target);
        }
        return ours(chain, rule).orElseGet(() -> foreign(chain, rule));
      }
    }
  }

  private String entry(Rule rule, String target) {
    String owner =
        PortmapTable.owner(rule, target)
            .or(() -> whose.owner(target))
            .map(Purpose::who)
            .orElse("somebody whose name the rule does not tell");
    if (target.startsWith("CNI-SN-")) {
      return "The entry of " + owner + ": its own masquerade rules follow.";
    }
    String ports =
        RulePorts.of(rule)
            .map(d -> d.protocol() + " port " + joined(d.ports()))
            .map(p -> ": packets to " + p + " go by its rules")
            .orElse(": packets go by its rules");
    List<String> conditions = conditions(rule);
    return "The entry of "
        + owner
        + ports
        + (conditions.isEmpty() ? "." : ", if " + String.join(" and ", conditions) + ".");
  }

  /**
   * Network and the first digits of the container ID, as {@code container 5f3c (network web)};
   * programs that list containers print as many.
   */
  static String who(Identity identity) {
    String id = identity.containerId();
    return "container "
        + id.substring(0, Math.min(12, id.length()))
        + " (network "
        + identity.network()
        + ")";
  }

  private static String joined(List<PortRange> ranges) {
    return ranges.stream().map(PortRange::toString).collect(Collectors.joining(", "));
  }

  /** The matches of an entry beside those that every entry has. */
  private static List<String> conditions(Rule rule) {
    List<String> conditions = new ArrayList<>();
    for (Match match : rule.matches()) {
      boolean usual =
          match instanceof Match.Comment
              || match instanceof Match.Multiport
              || match instanceof Match.Proto
              || match instanceof Match.Ports p && p.ports().isEmpty() && p.flags().isEmpty();
      if (!usual) {
        conditions.add("`" + match.text().decoded() + "` holds");
      }
    }
    return conditions;
  }

  private Optional<String> ours(String chain, Rule rule) {
    Target target = rule.target();
    String sentence = "";
    if (chain.equals(ChainNames.SETMARK) && target instanceof Target.SetMark) {
      sentence = "Sets the bit of the mark that asks for masquerade.";
    } else if (chain.equals(ChainNames.MASQ) && target instanceof Target.Masquerade) {
      sentence =
          "What bears the mark gets the address of the interface that it leaves through as its"
              + " source, so that the answer comes back to this host.";
    } else if (ChainNames.isContainerChain(chain)) {
      if (target instanceof Target.Dnat dnat && isPlain(dnat)) {
        sentence = translated(rule, dnat);
      } else if (target instanceof Target.Masquerade) {
        sentence =
            "Connections from 127.0.0.1"
                + RulePorts.of(rule)
                    .map(d -> " to " + d.protocol() + " port " + joined(d.ports()))
                    .orElse("")
                + " of the container are masqueraded: it could not answer 127.0.0.1.";
      } else if (target.chain().isPresent()) {
        sentence = marked(rule);
      }
    }
    return Optional.of(sentence).filter(s -> !s.isEmpty());
  }

  /** As the plugin makes it: to one address and one port. */
  private static boolean isPlain(Target.Dnat dnat) {
    return dnat.address().isPresent() && dnat.port().isPresent() && dnat.to().flags().isEmpty();
  }

  private static String translated(Rule rule, Target.Dnat dnat) {
    Optional<RulePorts> d = RulePorts.of(rule);
    return "Connections to "
        + d.map(x -> x.protocol() + " port " + joined(x.ports())).orElse("any port")
        + d.flatMap(RulePorts::network).map(n -> " of " + shown(n)).orElse("")
        + " go to the container: to "
        + dnat.address().orElseThrow()
        + ", port "
        + dnat.port().orElseThrow()
        + ".";
  }

  private static String marked(Rule rule) {
    String ports =
        RulePorts.of(rule)
            .map(
                d ->
                    " to "
                        + d.protocol()
                        + " port "
                        + joined(d.ports())
                        + d.network().map(n -> " of " + shown(n)).orElse(""))
            .orElse("");
    Optional<Cidr> source = source(rule);
    if (source.isEmpty()) {
      return "Connections" + ports + " are marked for masquerade, whoever sends them.";
    }
    boolean localhost = HostAddresses.isLoopback(source.get().address());
    return (localhost
            ? "Connections from localhost"
            : "Connections from the container's own subnet, itself included (hairpin),")
        + ports
        + " are marked for masquerade: "
        + (localhost
            ? "the container could not answer 127.0.0.1."
            : "the answer would not come back through this host.");
  }

  private static Optional<Cidr> source(Rule rule) {
    for (Match match : rule.matches()) {
      if (match instanceof Match.Address a && a.side() == Side.SOURCE && !a.negated()) {
        return Optional.of(a.cidr());
      }
    }
    return Optional.empty();
  }

  /** A network; without its prefix where it is one address. */
  static String shown(Cidr cidr) {
    return cidr.prefix() == cidr.address().family().bits()
        ? cidr.address().toString()
        : cidr.toString();
  }

  private static String foreign(String chain, Rule rule) {
    return program(chain, rule) + rule.target().accept(new Effect()) + ".";
  }

  /** Whose rule it is, where the names tell. */
  private static String program(String chain, Rule rule) {
    String names = chain + " " + rule.target().name();
    if (names.contains("KUBE-")) {
      return "A rule of kube-proxy ";
    }
    if (names.contains("DOCKER") || rule.text().latin1().contains("docker")) {
      return "A rule of docker ";
    }
    boolean bridge =
        BRIDGE.matcher(chain).matches() || BRIDGE.matcher(rule.target().name()).matches();
    if (bridge) {
      return "A rule of CNI's bridge plugin, for what the container itself sends, ";
    }
    return "A rule of another program ";
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
