package io.portmapctl.plan;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.PortPackets;
import io.portmapctl.trace.RulePackets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The entries of the container chains in a table, with their places. */
public final class ContainerEntries {

  /**
   * A rule of the shared chain that leads to a container's.
   *
   * @param row the rule
   * @param place how many rules stand before it
   */
  public record Entry(RuleEntry row, int place) {}

  private final Map<String, List<Entry>> byChain = new HashMap<>();
  private final Family family;
  private @Nullable Sets sets;

  /** Of a table. */
  public ContainerEntries(Table table) {
    this.family = table.family();
    List<RuleEntry> rows = table.chain(ChainNames.DNAT).map(Chain::rows).orElse(List.of());
    for (int i = 0; i < rows.size(); i++) {
      String target = rows.get(i).rule().target().chain().orElse("");
      if (ChainNames.isContainerChain(target)) {
        byChain.computeIfAbsent(target, t -> new ArrayList<>()).add(new Entry(rows.get(i), i));
      }
    }
  }

  /** The entries that lead to a chain, in order. */
  public List<Entry> of(String chain) {
    return byChain.getOrDefault(chain, List.of());
  }

  /** The first entry of a chain that takes packets to a port. */
  public OptionalInt place(String chain, PublishedPort port) {
    PacketSet packets = sets().packets(port);
    return of(chain).stream()
        .filter(e -> packets.meets(sets().of(e)))
        .mapToInt(Entry::place)
        .findFirst();
  }

  /** The first entry of another chain that stands before one of ours and takes the same packets. */
  public Optional<Entry> before(String ours, String other, PublishedPort port) {
    PacketSet packets = sets().packets(port);
    for (Entry own : of(ours)) {
      PacketSet taken = packets.and(sets().of(own));
      for (Entry rival : of(other)) {
        if (rival.place() < own.place() && taken.meets(sets().of(rival))) {
          return Optional.of(rival);
        }
      }
    }
    return Optional.empty();
  }

  /** Whether there are packets to a port that entries of both chains take. */
  public boolean share(String one, String other, PublishedPort port) {
    return before(one, other, port).isPresent() || before(other, one, port).isPresent();
  }

  private Sets sets() {
    if (sets == null) {
      sets = new Sets(family);
    }
    return sets;
  }

  /** The entries as sets of packets, made when two are first compared. */
  private static final class Sets {
    private final PacketSpace space = new PacketSpace();
    private final PortPackets ports;
    private final RulePackets meaning;
    private final Map<Integer, PacketSet> known = new HashMap<>();

    Sets(Family family) {
      this.ports = new PortPackets(space, HostAddresses.UNKNOWN, family);
      this.meaning = new RulePackets(space, HostAddresses.UNKNOWN, family, "");
    }

    PacketSet packets(PublishedPort port) {
      return IpProtocol.of(port.protocol())
          .map(p -> ports.local(ports.to(p, port.hostIp(), port.port())))
          .orElse(space.none());
    }

    PacketSet of(Entry entry) {
      return known.computeIfAbsent(entry.place(), p -> meaning.of(entry.row().rule()));
    }
  }
}
