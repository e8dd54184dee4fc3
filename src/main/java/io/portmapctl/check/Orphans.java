package io.portmapctl.check;

import io.portmapctl.cni.Identity;
import io.portmapctl.portmap.PortmapState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What no living attachment owns. Whose a chain is, its name tells; whose it was, when nobody known
 * has it, its entry's comment, where the name bears that out.
 *
 * @param orphans whose mappings can go
 * @param unclaimed chains of which nobody can tell whose they were
 */
public record Orphans(List<Identity> orphans, List<String> unclaimed) {

  /**
   * Looks through what is there of containers.
   *
   * @param owners the attachments that the host has
   * @param networks the networks on which mappings may go
   */
  public static Orphans of(PortmapState state, Owners owners, Predicate<String> networks) {
    List<Identity> orphans = new ArrayList<>();
    List<String> unclaimed = new ArrayList<>();
    for (PortmapState.Remains remains : state.remains()) {
      if (owners.isLiving(remains.container())) {
        continue;
      }
      Optional<Identity> owner = remains.owner().or(() -> owners.owner(remains.container()));
      if (owner.isEmpty()) {
        // del --chain takes its twin with it
        remains.chains().stream().findFirst().ifPresent(unclaimed::add);
      } else if (networks.test(owner.get().network())) {
        orphans.add(owner.get());
      }
    }
    return new Orphans(List.copyOf(orphans), List.copyOf(unclaimed));
  }
}
