package io.portmapctl.plan;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.portmap.Comments;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which container chain claims which port of a table, in the order in which packets meet them. */
public final class PortClaims {

  /** One DNAT rule that an entry leads to. */
  private record Claim(String chain, RulePorts destination) {}

  private final Table table;
  private final Map<String, List<Claim>> byPort = new HashMap<>();
  private final Map<String, List<Claim>> ranges = new HashMap<>();
  private final Set<String> chains = new HashSet<>();
  private final ContainerEntries entries;
  private final Map<String, Identity> owners = new HashMap<>();

  /** Of a table. */
  public PortClaims(Table table) {
    this.table = table;
    this.entries = new ContainerEntries(table);
    for (RuleEntry row : table.chain(ChainNames.DNAT).map(Chain::rows).orElse(List.of())) {
      String chain = row.rule().target().chain().orElse("");
      if (!ChainNames.isContainerChain(chain)) {
        continue;
      }
      owner(row.rule(), chain).ifPresent(o -> owners.putIfAbsent(chain, o));
      if (chains.add(chain)) {
        table.chain(chain).ifPresent(this::collect);
      }
    }
  }

  /** The entries that lead to the chains. */
  public ContainerEntries entries() {
    return entries;
  }

  /** The owner that an entry's comment names, if it names one of this chain. */
  public static Optional<Identity> owner(Rule entry, String chain) {
    return entry.comment().flatMap(c -> Comments.owner(c, ChainNames.digits(chain)));
  }

  private void collect(Chain chain) {
    for (RuleEntry row : chain.rows()) {
      if (!(row.rule().target() instanceof Target.Dnat)) {
        continue;
      }
      RulePorts.of(row.rule())
          .ifPresent(
              d -> {
                Claim claim = new Claim(chain.name(), d);
                List<Integer> each = d.each();
                each.forEach(p -> claims(byPort, d.protocol() + p).add(claim));
                if (each.isEmpty()) {
                  claims(ranges, d.protocol()).add(claim);
                }
              });
    }
  }

  private static List<Claim> claims(Map<String, List<Claim>> of, String key) {
    return of.computeIfAbsent(key, k -> new ArrayList<>());
  }

  /** The conflicts of one attachment with other containers, each port and other chain once. */
  public List<Conflict.Port> of(Attachment attachment) {
    String own = ChainNames.dnat(attachment.identity());
    Map<List<Object>, Conflict.Port> found = new LinkedHashMap<>();
    for (PortMapping mapping : attachment.mappings()) {
      if (!mapping.appliesTo(table.family())) {
        continue;
      }
      PublishedPort port = PublishedPort.of(table.family(), mapping);
      String protocol = port.protocol();
      List<Claim> claims =
          new ArrayList<>(byPort.getOrDefault(protocol + mapping.hostPort(), List.of()));
      claims.addAll(ranges.getOrDefault(protocol, List.of()));
      for (Claim claim : claims) {
        Optional<Identity> other = Optional.ofNullable(owners.get(claim.chain));
        boolean same =
            claim.chain.equals(own)
                || other
                    .map(o -> o.containerId().equals(attachment.identity().containerId()))
                    .orElse(false);
        if (same || !claim.destination.meets(port.hostIp(), port.port())) {
          continue;
        }
        boolean there = !entries.of(own).isEmpty();
        if (there && !entries.share(own, claim.chain, port)) {
          continue; // their conditions keep them apart
        }
        found.putIfAbsent(
            List.of(protocol, mapping.hostPort(), claim.chain, claim.destination.address()),
            new Conflict.Port(
                table.family(),
                protocol,
                claim.destination.address(),
                mapping.hostPort(),
                attachment.identity(),
                other,
                claim.chain,
                !there || entries.before(own, claim.chain, port).isPresent()));
      }
    }
    return List.copyOf(found.values());
  }
}
