package io.portmapctl.explain;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.path.HookExit;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.RuleSite;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.text.Octets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whose a container's chain is: its entry's comment tells, or a known attachment. */
public final class ChainOwners {
  /** What chains of docker, netavark and host ports of Kubernetes are called at first. */
  private static final List<String> OF_CONTAINERS = List.of("DOCKER", "NETAVARK", "KUBE-HP-");

  private final Map<String, Identity> known = new HashMap<>();
  private final Map<String, Optional<Identity>> entries = new HashMap<>();

  /** With the attachments that are known. */
  public ChainOwners(List<Attachment> attachments) {
    attachments.forEach(a -> known.put(ContainerChains.of(a.identity()).digits(), a.identity()));
  }

  /**
   * Who gets packets.
   *
   * @param chain the chain whose rule sends them there
   * @param owner whose chain it is, where it is a container's and that can be told
   * @param label what the rule's own comment says, where it is none of a container's
   */
  public record Recipient(String chain, Optional<Identity> owner, Optional<Octets> label) {

    /** Whether it is a container's chain. */
    public boolean isContainer() {
      return Layouts.isContainerChain(chain);
    }

    /** The same, where it does not matter what the rule's comment says. */
    Recipient withoutLabel() {
      return new Recipient(chain, owner, Optional.empty());
    }
  }

  /** Who redirects a packet that takes this path; empty where nobody does. */
  public Optional<Recipient> of(PacketPath path) {
    return path.redirection().map(this::of);
  }

  /**
   * Whether a rule that redirects packets is of a program that publishes ports of this host's own
   * containers; others may lead to other machines.
   */
  static boolean leadsToContainers(RuleSite rule) {
    return Layouts.isContainerChain(rule.chain())
        || OF_CONTAINERS.stream().anyMatch(rule.chain()::startsWith);
  }

  private Recipient of(HookExit exit) {
    String chain = exit.last().map(RuleSite::chain).orElse("");
    Optional<Identity> owner = Optional.empty();
    for (RuleSite site : exit.rules()) {
      if (site.rule().map(r -> r.target().leadsTo(chain)).orElse(false)) {
        owner = named(site.rule().orElseThrow(), chain);
      }
    }
    Optional<Octets> label =
        Layouts.isContainerChain(chain)
            ? Optional.empty()
            : exit.last().flatMap(RuleSite::rule).flatMap(Rule::comment);
    return new Recipient(chain, owner.or(() -> owner(chain)), label);
  }

  /** Whom an entry names; told once, since it takes a digest. */
  private Optional<Identity> named(Rule entry, String chain) {
    return entries.computeIfAbsent(
        chain + " " + entry.comment().map(Octets::latin1).orElse(""),
        k -> PortmapTable.owner(entry, chain));
  }

  /** Whose a chain is by its name. */
  Optional<Identity> owner(String chain) {
    return Optional.ofNullable(known.get(ContainerChains.digits(chain)));
  }

  /** Whose a chain is by the entries of a table, or by its name. */
  Optional<Identity> owner(Table table, String chain) {
    for (String holder : Layouts.entryChains(chain)) {
      for (RuleEntry row : table.rows(holder)) {
        Optional<Identity> owner =
            row.targetChain().equals(chain)
                ? PortmapTable.owner(row.rule(), chain)
                : Optional.empty();
        if (owner.isPresent()) {
          return owner;
        }
      }
    }
    return owner(chain);
  }
}
