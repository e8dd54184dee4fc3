package io.portmapctl.explain;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.IpAddress;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.RulePorts;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells what rules are for.
 *
 * @param owners whose the containers' chains are
 */
public record Purposes(ChainOwners owners) {
  /** The chains in which the bridge plugin of CNI masquerades what a container sends. */
  private static final Pattern BRIDGE = Pattern.compile("CNI-[0-9a-f]{24}");

  /**
   * What a rule is for.
   *
   * @param chain the chain that the rule stands in
   */
  public Purpose of(String chain, Rule rule) {
    if (rule.isUnshown()) {
      return Purpose.Plain.UNSHOWN;
    }
    String target = rule.target().chain().orElse("");
    switch (target) {
      case ChainNames.DNAT -> {
        return chain.equals("OUTPUT")
            ? Purpose.Plain.LOOKS_UP_SENT
            : Purpose.Plain.LOOKS_UP_INCOMING;
      }
      case ChainNames.MASQ -> {
        return Purpose.Plain.MASQUERADES_MARKED;
      }
      case ChainNames.SNAT -> {
        return Purpose.Plain.MASQUERADES_FROM_LOCALHOST;
      }
      default -> {
        if (ChainNames.isContainerChain(target)) {
          return entry(rule, target);
        }
        return ours(chain, rule)
            .orElseGet(() -> new Purpose.Foreign(program(chain, rule), rule.target()));
      }
    }
  }

  private Purpose entry(Rule rule, String target) {
    Optional<Identity> owner = PortmapTable.owner(rule, target).or(() -> owners.owner(target));
    return target.startsWith("CNI-SN-")
        ? new Purpose.MasqueradeEntry(owner)
        : new Purpose.Entry(owner, RulePorts.of(rule), conditions(rule));
  }

  /** The matches of an entry beside those that every entry has. */
  private static List<Match> conditions(Rule rule) {
    List<Match> conditions = new ArrayList<>();
    for (Match match : rule.matches()) {
      boolean usual =
          match instanceof Match.Comment
              || match instanceof Match.Multiport
              || match instanceof Match.Proto
              || match instanceof Match.Ports p && p.ports().isEmpty() && p.flags().isEmpty();
      if (!usual) {
        conditions.add(match);
      }
    }
    return List.copyOf(conditions);
  }

  private static Optional<Purpose> ours(String chain, Rule rule) {
    Target target = rule.target();
    if (chain.equals(ChainNames.SETMARK) && target instanceof Target.SetMark) {
      return Optional.of(Purpose.Plain.SETS_MARK);
    }
    if (chain.equals(ChainNames.MASQ) && target instanceof Target.Masquerade) {
      return Optional.of(Purpose.Plain.MASQUERADES);
    }
    if (!ChainNames.isContainerChain(chain)) {
      return Optional.empty();
    }
    if (target instanceof Target.Dnat dnat && isPlain(dnat)) {
      return Optional.of(
          new Purpose.Translation(
              RulePorts.of(rule), dnat.address().orElseThrow(), dnat.port().orElseThrow()));
    }
    if (target instanceof Target.Masquerade) {
      return Optional.of(new Purpose.LocalhostMasquerade(RulePorts.of(rule)));
    }
    return target.chain().<Purpose>map(c -> new Purpose.Marking(RulePorts.of(rule), senders(rule)));
  }

  /** As the plugin makes it: to one address and one port. */
  private static boolean isPlain(Target.Dnat dnat) {
    return dnat.address().isPresent() && dnat.port().isPresent() && dnat.to().flags().isEmpty();
  }

  private static Purpose.Marking.Senders senders(Rule rule) {
    for (Match match : rule.matches()) {
      if (match instanceof Match.Address a && a.side() == Side.SOURCE && !a.negated()) {
        IpAddress from = a.cidr().address();
        return HostAddresses.isLoopback(from)
            ? Purpose.Marking.Senders.LOCALHOST
            : Purpose.Marking.Senders.SUBNET;
      }
    }
    return Purpose.Marking.Senders.ANYBODY;
  }

  /** Whose rule it is, where the names tell. */
  private static Purpose.Foreign.Program program(String chain, Rule rule) {
    String names = chain + " " + rule.target().name();
    if (names.contains("KUBE-")) {
      return Purpose.Foreign.Program.KUBE_PROXY;
    }
    if (names.contains("DOCKER") || rule.text().latin1().contains("docker")) {
      return Purpose.Foreign.Program.DOCKER;
    }
    boolean bridge =
        BRIDGE.matcher(chain).matches() || BRIDGE.matcher(rule.target().name()).matches();
    return bridge ? Purpose.Foreign.Program.BRIDGE_PLUGIN : Purpose.Foreign.Program.OTHER;
  }
}
