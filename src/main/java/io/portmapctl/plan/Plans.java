package io.portmapctl.plan;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
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
    Set<String> warnings = new LinkedHashSet<>();
    for (Table table : tables) {
      Planner.Result result = Planner.plan(table, requests);
      parts.add(result.part());
      conflicts.addAll(result.conflicts());
      warnings.addAll(result.warnings());
      List<PublishedPort> captured = CapturedPorts.of(result.part().changes());
      if (!captured.isEmpty()) {
        warnings.addAll(new ForeignDnat(table).warnings(captured));
      }
    }
    for (Request request : requests) {
      if (request instanceof Request.Publish publish) {
        warnings.addAll(warnings(publish.attachment(), tables));
      }
    }
    return new Plan(
        List.copyOf(parts),
        sysctls(parts, requests),
        stale(parts),
        List.copyOf(conflicts),
        List.copyOf(warnings));
  }

  private static List<String> warnings(Attachment attachment, List<Table> tables) {
    String who =
        "network "
            + attachment.identity().network()
            + ", container "
            + attachment.identity().containerId()
            + ": ";
    List<String> warnings = new ArrayList<>();
    if (attachment.mappings().isEmpty()) {
      ContainerChains container = ContainerChains.of(attachment.identity());
      boolean there =
          tables.stream().anyMatch(t -> !new PortmapTable(t).chains(container).isEmpty());
      warnings.add(
          who
              + (there
                  ? "no port mappings, but rules of it are there; del removes them"
                  : "no port mappings, nothing to do"));
    } else if (attachment.addresses().isEmpty()) {
      warnings.add(
          who
              + "prevResult has no address of the container, nothing is planned and nothing removed");
    } else {
      for (PortMapping mapping : attachment.mappings()) {
        if (attachment.makesNoRule(mapping)) {
          warnings.add(
              who
                  + "host port "
                  + mapping.hostPort()
                  + "/"
                  + mapping.protocol().id()
                  + " on "
                  + mapping.hostIp().map(IpAddress::toString).orElse("any")
                  + " makes no rule: the container has no address of that family");
        }
      }
    }
    return warnings;
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
