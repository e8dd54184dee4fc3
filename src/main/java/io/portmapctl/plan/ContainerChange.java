package io.portmapctl.plan;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a plan means for one container.
 *
 * @param owner whose it is, where that can be told
 * @param chain a chain of its own
 * @param ports the ports that come, go or lead elsewhere, by family; none where other rules change
 *     alone
 */
public record ContainerChange(Optional<Identity> owner, String chain, List<PortChange> ports) {

  /** Copies the list. */
  public ContainerChange {
    ports = List.copyOf(ports);
  }

  /**
   * Of every container for which a plan changes something.
   *
   * @param subjects whom the plan is about; they come first, in this order
   */
  public static List<ContainerChange> of(Plan plan, List<Identity> subjects) {
    Map<String, Optional<Identity>> containers = new LinkedHashMap<>();
    for (Identity subject : subjects) {
      containers.put(ContainerChains.of(subject).digits(), Optional.of(subject));
    }
    Set<String> changed = new LinkedHashSet<>();
    Map<String, List<PortChange>> ports = new LinkedHashMap<>();
    for (Plan.Part part : plan.families()) {
      for (Change change : part.changes()) {
        String digits = digits(change);
        if (!digits.isEmpty()) {
          changed.add(digits);
          containers.putIfAbsent(digits, Optional.empty());
        }
      }
    }
    for (Plan.Part part : plan.families()) {
      if (!part.changes().isEmpty()) {
        PortmapTable before = new PortmapTable(part.before());
        PortmapTable after = new PortmapTable(part.after());
        for (Map.Entry<String, Optional<Identity>> container : containers.entrySet()) {
          ContainerChains chains = new ContainerChains(container.getKey());
          if (container.getValue().isEmpty()) {
            container.setValue(owner(before, chains).or(() -> owner(after, chains)));
          }
          ports
              .computeIfAbsent(chains.digits(), d -> new ArrayList<>())
              .addAll(between(before, after, chains));
        }
      }
    }
    List<ContainerChange> all = new ArrayList<>();
    for (Map.Entry<String, Optional<Identity>> container : containers.entrySet()) {
      List<PortChange> own = ports.getOrDefault(container.getKey(), List.of());
      if (!own.isEmpty() || changed.contains(container.getKey())) {
        String chain = new ContainerChains(container.getKey()).names().get(0);
        all.add(new ContainerChange(container.getValue(), chain, own));
      }
    }
    return all;
  }

  /** The digits of the container whose chain or entry a change is about; empty for any other. */
  private static String digits(Change change) {
    String own = ContainerChains.digits(change.chain());
    return own.isEmpty()
        ? change.rule().flatMap(r -> r.target().chain()).map(ContainerChains::digits).orElse("")
        : own;
  }

  private static Optional<Identity> owner(PortmapTable table, ContainerChains container) {
    for (String chain : table.chains(container)) {
      Optional<Identity> owner = table.owner(chain);
      if (owner.isPresent()) {
        return owner;
      }
    }
    return Optional.empty();
  }

  private static List<PortChange> between(
      PortmapTable before, PortmapTable after, ContainerChains container) {
    // what nothing leads to goes, where its rule does, and was not there, where its rule stays
    Map<String, Published> was = published(before, container, true);
    Map<String, Published> reached = published(before, container, false);
    Map<String, Published> will = published(after, container, false);
    List<PortChange> changes = new ArrayList<>();
    for (Map.Entry<String, Published> old : was.entrySet()) {
      if (!will.containsKey(old.getKey())) {
        Published gone = old.getValue();
        changes.add(new PortChange(gone.port, Optional.of(gone.destination), Optional.empty()));
      }
    }
    for (Map.Entry<String, Published> planned : will.entrySet()) {
      Optional<PortChange.Destination> old =
          Optional.ofNullable(reached.get(planned.getKey())).map(Published::destination);
      Published now = planned.getValue();
      if (old.isEmpty() || !old.get().key().equals(now.destination.key())) {
        changes.add(new PortChange(now.port, old, Optional.of(now.destination)));
      }
    }
    return changes;
  }

  /** A port and where it leads. */
  private record Published(PublishedPort port, PortChange.Destination destination) {}

  /**
   * The ports that a container's rules translate.
   *
   * @param unreached whether those to which nothing leads are among them
   */
  private static Map<String, Published> published(
      PortmapTable table, ContainerChains container, boolean unreached) {
    Family family = table.table().family();
    Map<String, Published> ports = new LinkedHashMap<>();
    for (String chain : table.chains(container)) {
      boolean led =
          unreached || Layouts.isTranslating(chain) && table.leadsToEntries("PREROUTING", chain);
      for (RuleEntry row : led ? table.rows(chain) : List.<RuleEntry>of()) {
        Rule rule = row.rule();
        Optional<PublishedPort> found = PublishedPort.of(family, rule);
        if (found.isPresent() && rule.target() instanceof Target.Dnat dnat) {
          PublishedPort port = found.get();
          List<PortmapTable.Entry> ways = table.entries(chain, port.protocol(), port.port());
          if (unreached || !ways.isEmpty()) {
            ports.putIfAbsent(
                port.key(),
                new Published(
                    port, new PortChange.Destination(dnat, PortmapTable.conditions(ways, rule))));
          }
        }
      }
    }
    return ports;
  }
}
