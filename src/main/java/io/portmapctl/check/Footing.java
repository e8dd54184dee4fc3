package io.portmapctl.check;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.ChainRole;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.text.Octets;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.PortPackets;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.RulePackets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What of a table a plan stands on: the containers' own chains and every rule that leads to them,
 * the chains and jumps that containers share, and every rule that packets to the claimed ports may
 * meet and match on their way in. All else may change without making the plan another one.
 */
public final class Footing {
  private static final List<Hook> WAYS_IN = List.of(Hook.PREROUTING, Hook.OUTPUT);

  private final Table table;
  private final Set<String> own;

  /** For each chain the packets to claimed ports that may come there. */
  private final Map<String, PacketSet> reached = new HashMap<>();

  private final RulePackets meaning;
  private final PacketSpace space;

  private Footing(Table table, Set<String> own, Collection<PublishedPort> ports) {
    this.table = table;
    this.own = own;
    this.space = new PacketSpace(RuleIndex.effort(table));
    Family family = table.family();
    this.meaning = new RulePackets(space, HostAddresses.UNKNOWN, family, "");
    PortPackets packets = new PortPackets(space, HostAddresses.UNKNOWN, family);
    PacketSet claimed = space.none();
    for (PublishedPort port : ports) {
      Optional<IpProtocol> protocol = IpProtocol.of(port.protocol());
      if (protocol.isPresent()) {
        claimed = claimed.or(packets.local(packets.to(protocol.get(), port.hostIp(), port.port())));
      }
    }
    if (!claimed.isEmpty()) {
      follow(claimed);
    }
  }

  /**
   * The chains and rules of a plan's table before it, in their order, as {@code -N CHAIN} and
   * {@code -A CHAIN RULE}.
   *
   * @param containers whom the plan is about, beside those whose chains it changes
   */
  public static List<Octets> of(Plan.Part part, Collection<ContainerChains> containers) {
    Set<ContainerChains> all = new LinkedHashSet<>(containers);
    for (Change change : part.changes()) {
      ContainerChains.with(change.chain()).ifPresent(all::add);
      change
          .rule()
          .flatMap(r -> r.target().chain())
          .flatMap(ContainerChains::with)
          .ifPresent(all::add);
    }
    Set<String> own = new LinkedHashSet<>();
    all.forEach(c -> own.addAll(c.names()));
    Map<String, PublishedPort> ports = new LinkedHashMap<>();
    for (Table table : List.of(part.before(), part.after())) {
      for (String chain : own) {
        for (RuleEntry row : table.rows(chain)) {
          PublishedPort.of(table.family(), row.rule()).ifPresent(p -> ports.put(p.key(), p));
        }
      }
    }
    return new Footing(part.before(), own, ports.values()).lines();
  }

  /** From the hooks on, chain by chain, until no more packets come anywhere. */
  private void follow(PacketSet claimed) {
    Deque<String> open = new ArrayDeque<>();
    for (Hook hook : WAYS_IN) {
      reached.put(hook.name(), claimed);
      open.add(hook.name());
    }
    while (!open.isEmpty()) {
      String chain = open.remove();
      PacketSet here = reached.getOrDefault(chain, space.none());
      for (RuleEntry row : table.rows(chain)) {
        Optional<String> target = row.rule().target().chain();
        if (target.isPresent() && table.chain(target.get()).isPresent()) {
          PacketSet there = reached.getOrDefault(target.get(), space.none());
          PacketSet more = here.and(meaning.of(row.rule()));
          if (!there.contains(more)) {
            reached.put(target.get(), there.or(more));
            open.add(target.get());
          }
        }
      }
    }
  }

  private List<Octets> lines() {
    List<Octets> lines = new ArrayList<>();
    // by name: in which order chains are printed is nobody's decision
    for (Chain chain : new TreeMap<>(table.chains()).values()) {
      String name = chain.name();
      if (own.contains(name) || Layouts.isShared(name)) {
        lines.add(new Octets("-N " + name));
      }
      for (RuleEntry row : chain.rows()) {
        if (matters(name, row.rule())) {
          lines.add(new Octets("-A " + name + " " + row.text().latin1()));
        }
      }
    }
    return List.copyOf(lines);
  }

  private boolean matters(String chain, Rule rule) {
    return own.contains(chain)
        || own.stream().anyMatch(o -> rule.target().leadsTo(o))
        || Layouts.isSharedJump(chain, rule)
        || Layouts.isShared(chain) && isForAll(chain)
        || meets(chain, rule);
  }

  /** Whether the rules of a shared chain are for all containers, and not one of one each. */
  private static boolean isForAll(String chain) {
    ChainRole role = Layouts.role(chain);
    return role != ChainRole.ENTRIES && role != ChainRole.SOURCES;
  }

  private boolean meets(String chain, Rule rule) {
    PacketSet here = reached.get(chain);
    return here != null && here.meets(meaning.of(rule));
  }
}
