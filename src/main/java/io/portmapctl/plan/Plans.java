package io.portmapctl.plan;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Puts the families' plans together with what goes with them. */
public final class Plans {
  private Plans() {}

  /** Plans the requests on every table. */
  public static Plan of(List<Table> tables, List<Request> requests) {
    List<Plan.Part> parts = new ArrayList<>();
    List<Conflict> conflicts = new ArrayList<>();
    Set<PlanNotice> notices = new LinkedHashSet<>();
    for (Table table : tables) {
      Planner.Result result = Planner.plan(table, requests);
      parts.add(result.part());
      conflicts.addAll(result.conflicts());
      notices.addAll(result.notices());
      List<PublishedPort> captured = CapturedPorts.of(result.part().changes());
      if (!captured.isEmpty()) {
        notices.addAll(new ForeignDnat(table).notices(captured));
      }
    }
    for (Request request : requests) {
      if (request instanceof Request.Publish publish) {
        notices.addAll(notices(publish.attachment(), tables));
      }
    }
    return new Plan(
        List.copyOf(parts),
        sysctls(parts, requests),
        stale(parts),
        List.copyOf(conflicts),
        List.copyOf(notices));
  }

  private static List<PlanNotice> notices(Attachment attachment, List<Table> tables) {
    Identity identity = attachment.identity();
    List<PlanNotice> notices = new ArrayList<>();
    if (attachment.mappings().isEmpty()) {
      ContainerChains container = ContainerChains.of(identity);
      boolean there =
          tables.stream().anyMatch(t -> !new PortmapTable(t).chains(container).isEmpty());
      notices.add(new PlanNotice.NoMappings(identity, there));
    } else if (attachment.addresses().isEmpty()) {
      notices.add(new PlanNotice.NoAddress(identity));
    } else {
      for (PortMapping mapping : attachment.mappings()) {
        if (attachment.makesNoRule(mapping)) {
          notices.add(new PlanNotice.NoRule(identity, mapping));
        }
      }
    }
    return notices;
  }

  private static List<Plan.Sysctl> sysctls(List<Plan.Part> parts, List<Request> requests) {
    Set<String> changed = new HashSet<>();
    for (Plan.Part part : parts) {
      if (part.before().family() == Family.IPV4) {
        part.changes().forEach(c -> changed.add(c.chain()));
      }
    }
    Map<String, Plan.Sysctl> sysctls = new LinkedHashMap<>();
    for (Request request : requests) {
      if (request instanceof Request.Publish publish) {
        Attachment attachment = publish.attachment();
        Layout layout = publish.choice().layout();
        boolean withRules =
            changed.contains(ContainerChains.of(attachment.identity()).translating(layout));
        layout
            .localnet(attachment)
            .ifPresent(
                a ->
                    sysctls.merge(
                        a.toString(),
                        new Plan.Sysctl(a, Optional.empty(), Optional.empty(), withRules),
                        (one, other) -> one.withRules() ? one : other));
      }
    }
    return List.copyOf(sysctls.values());
  }

  private static List<Plan.Stale> stale(List<Plan.Part> parts) {
    Map<String, Plan.Stale> stale = new LinkedHashMap<>();
    for (Plan.Part part : parts) {
      for (Change change : part.changes()) {
        CapturedPorts.of(change)
            .filter(p -> p.protocol().equals("udp"))
            .ifPresent(
                p -> stale.putIfAbsent(p.key(), new Plan.Stale(p.family(), p.hostIp(), p.port())));
      }
    }
    return List.copyOf(stale.values());
  }
}
