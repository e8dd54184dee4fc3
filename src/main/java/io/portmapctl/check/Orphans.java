package io.portmapctl.check;

import io.portmapctl.cni.Identity;
import io.portmapctl.plan.PortClaims;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
   * Looks through the tables.
   *
   * @param owners the attachments that the host has
   * @param networks the networks on which mappings may go
   */
  public static Orphans of(List<Table> tables, Owners owners, Predicate<String> networks) {
    Map<String, Optional<Identity>> found = new LinkedHashMap<>();
    Map<String, Set<String>> chains = new LinkedHashMap<>();
    for (Table table : tables) {
      for (Chain chain : table.chains().values()) {
        String hash = ChainNames.digits(chain.name());
        if (!hash.isEmpty()) {
          found.putIfAbsent(hash, owners.owner(hash));
          chains.computeIfAbsent(hash, h -> new LinkedHashSet<>()).add(chain.name());
        }
        if (chain.name().startsWith(ChainNames.SHARED)) {
          chain.rows().forEach(row -> named(row, found));
        }
      }
    }
    List<Identity> orphans = new ArrayList<>();
    List<String> unclaimed = new ArrayList<>();
    found.forEach(
        (hash, owner) -> {
          if (owners.isLiving(hash)) {
            return;
          }
          if (owner.isEmpty()) {
            // del --chain takes its twin with it
            chains.getOrDefault(hash, Set.of()).stream().findFirst().ifPresent(unclaimed::add);
          } else if (networks.test(owner.get().network())) {
            orphans.add(owner.get());
          }
        });
    return new Orphans(List.copyOf(orphans), List.copyOf(unclaimed));
  }

  private static void named(RuleEntry entry, Map<String, Optional<Identity>> found) {
    String chain = entry.rule().target().chain().orElse("");
    PortClaims.owner(entry.rule(), chain)
        .ifPresent(o -> found.put(ChainNames.digits(chain), Optional.of(o)));
  }
}
