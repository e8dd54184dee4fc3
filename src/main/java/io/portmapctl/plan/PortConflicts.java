package io.portmapctl.plan;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which ports of attachments other containers of a table claim too. */
final class PortConflicts {
  private final PortmapTable table;

  /** In a table as it is after the plan. */
  PortConflicts(PortmapTable table) {
    this.table = table;
  }

  /** The conflicts of one attachment with other containers, each port and other chain once. */
  List<Conflict.Port> of(Request.Publish publish) {
    Attachment attachment = publish.attachment();
    Family family = table.table().family();
    String own = ContainerChains.of(attachment.identity()).translating(publish.choice().layout());
    Map<List<Object>, Conflict.Port> found = new LinkedHashMap<>();
    for (PortMapping mapping : attachment.mappings()) {
      if (!mapping.appliesTo(family)) {
        continue;
      }
      PublishedPort port = PublishedPort.of(family, mapping);
      for (PortmapTable.Claim claim : table.claims(port)) {
        String chain = claim.chain();
        Optional<Identity> other = table.owner(chain);
        boolean same =
            chain.equals(own)
                || other
                    .map(o -> o.containerId().equals(attachment.identity().containerId()))
                    .orElse(false);
        if (same) {
          continue;
        }
        boolean there = !table.entries(own).isEmpty();
        if (there && !table.share(own, chain, port)) {
          continue; // their conditions keep them apart
        }
        boolean wins = !there || table.before(own, chain, port).isPresent();
        boolean narrower =
            !wins && port.hostIp().isPresent() && claim.destination().network().isEmpty();
        boolean whole =
            !narrower && (!there || table.takesAll(wins ? chain : own, wins ? own : chain, port));
        found.putIfAbsent(
            List.of(port.protocol(), port.port(), chain, claim.destination().address()),
            new Conflict.Port(
                family,
                port.protocol(),
                claim.destination().address(),
                port.port(),
                attachment.identity(),
                other,
                chain,
                wins,
                whole));
      }
    }
    return List.copyOf(found.values());
  }
}
