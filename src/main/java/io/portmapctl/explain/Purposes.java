package io.portmapctl.explain;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.IpAddress;
import io.portmapctl.portmap.ChainRole;
import io.portmapctl.portmap.Layouts;
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

/**
 * Tells what rules are for.
 *
 * @param owners whose the containers' chains are
 */
public record Purposes(ChainOwners owners) {
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
    return switch (Layouts.role(target)) {
      case ENTRIES ->
          chain.equals("OUTPUT") ? Purpose.Plain.LOOKS_UP_SENT : Purpose.Plain.LOOKS_UP_INCOMING;
      case MASQUERADES -> Purpose.Plain.MASQUERADES_MARKED;
      case SOURCES -> Purpose.Plain.MASQUERADES_FROM_LOCALHOST;
      case TRANSLATES ->
          new Purpose.Entry(owner(rule, target), RulePorts.of(rule), conditions(rule));
      case MASQUERADES_LOCALHOST -> new Purpose.MasqueradeEntry(owner(rule, target));
      case MARKS, OTHER ->
          ours(chain, rule)
              .orElseGet(() -> new Purpose.Foreign(program(chain, rule), rule.target()));
    };
  }

  private Optional<Identity> owner(Rule entry, String containerChain) {
    return PortmapTable.owner(entry, containerChain).or(() -> owners.owner(containerChain));
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
    ChainRole role = Layouts.role(chain);
    if (role == ChainRole.MARKS && target instanceof Target.SetMark) {
      return Optional.of(Purpose.Plain.SETS_MARK);
    }
    if (role == ChainRole.MASQUERADES && target instanceof Target.Masquerade) {
      return Optional.of(Purpose.Plain.MASQUERADES);
    }
    if (!role.isContainers()) {
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
        Layouts.isBridgePlugins(chain) || Layouts.isBridgePlugins(rule.target().name());
    return bridge ? Purpose.Foreign.Program.BRIDGE_PLUGIN : Purpose.Foreign.Program.OTHER;
  }
}
