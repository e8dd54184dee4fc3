package io.portmapctl.check;

import io.portmapctl.cni.Identity;
import io.portmapctl.portmap.Comments;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.ruleset.RuleEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What no living container owns. Whose a chain is, its name tells; whose it was, when nobody known
 * has it, its entry's comment, where the name bears that out.
 *
 * @param orphans whose mappings can go
 * @param elsewhere the like on networks that were not asked about
 * @param unclaimed chains of which nobody can tell whose they were
 */
public record Orphans(List<Identity> orphans, List<Identity> elsewhere, List<String> unclaimed) {

  /**
   * Looks through what is there of containers.
   *
   * @param owners the containers that the host has
   * @param networks the networks on which mappings may go
   */
  public static Orphans of(PortmapState state, Owners owners, Predicate<String> networks) {
    List<Identity> orphans = new ArrayList<>();
    List<Identity> elsewhere = new ArrayList<>();
    List<String> unclaimed = new ArrayList<>();
    for (PortmapState.Remains remains : state.remains()) {
      if (owners.isLiving(remains.container(), remains.named())) {
        continue;
      }
      Optional<Identity> owner = remains.owner().or(() -> owners.owner(remains.container()));
      if (owner.isEmpty()) {
        // del --chain takes its twin with it
        remains.chains().stream().findFirst().ifPresent(unclaimed::add);
      } else {
        (networks.test(owner.get().network()) ? orphans : elsewhere).add(owner.get());
      }
    }
    return new Orphans(List.copyOf(orphans), List.copyOf(elsewhere), List.copyOf(unclaimed));
  }

  /**
   * The chains in which the bridge plugin still masquerades what containers send that are gone, by
   * the containers that its rules name. They are not portmap's.
   */
  public static Map<String, Identity> masqueraded(PortmapState state, Owners owners) {
    Map<String, Identity> gone = new LinkedHashMap<>();
    for (PortmapTable table : state.tables()) {
      for (RuleEntry row : table.rows("POSTROUTING")) {
        String chain = row.targetChain();
        if (Layouts.isBridgePlugins(chain)) {
          row.rule()
              .comment()
              .flatMap(Comments::bridgeOwner)
              .filter(owner -> !owners.lives(owner.containerId()))
              .ifPresent(owner -> gone.put(chain, owner));
        }
      }
    }
    return gone;
  }

  /** The networks of those that were not asked about, each once. */
  public Set<String> otherNetworks() {
    Set<String> networks = new LinkedHashSet<>();
    elsewhere.forEach(o -> networks.add(o.network()));
    return networks;
  }
}
