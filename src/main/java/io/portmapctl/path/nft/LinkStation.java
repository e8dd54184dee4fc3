package io.portmapctl.path.nft;

import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.Part;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.path.Station;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.nft.NftChain;
import io.portmapctl.ruleset.nft.NftRuleset;
import io.portmapctl.ruleset.nft.NftTable;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A base chain of nft that packets come to before or behind the hooks of IP: of family bridge, or
 * of a network device. Which port of a bridge a packet comes through is not followed, nor whether
 * it is translated there already: where rules could do anything but let a packet pass, it is not
 * known what becomes of it. What rules of family arp do to questions about neighbours, and to
 * answers, is taken for what they do to the packets that wait for them.
 */
public final class LinkStation implements Station {
  /** Before and behind all priorities of IP's hooks. */
  private static final int FAR = 1_000_000_000;

  private final ChainSite site;
  private final NftTable table;
  private final NftChain chain;
  private final Conditions conditions;
  private final PacketSet passing;

  private LinkStation(
      ChainSite site, NftTable table, NftChain chain, Conditions conditions, PacketSet passing) {
    this.site = site;
    this.table = table;
    this.chain = chain;
    this.conditions = conditions;
    this.passing = passing;
  }

  /**
   * The stations of packets of a family.
   *
   * @param space the space of the sets
   * @param host what is known of the host's addresses
   * @param bridges the host's bridges, octets; empty where nobody knows them
   * @param place what tells the questions that are asked here from those of another way
   */
  public static List<Station> of(
      NftRuleset ruleset,
      PacketSpace space,
      HostAddresses host,
      Family family,
      Optional<List<String>> bridges,
      String place) {
    List<Station> stations = new ArrayList<>();
    for (NftTable table : ruleset.tables()) {
      boolean asking = table.family().equals("arp") && family == Family.IPV4;
      boolean links = table.family().equals("bridge") || table.family().equals("netdev") || asking;
      if (table.dormant() || !links && !table.family().equals("inet")) {
        continue;
      }
      for (NftChain chain : table.chains()) {
        Optional<Hook> hook = chain.base().flatMap(b -> hook(table.family(), b.hook()));
        if (hook.isPresent()) {
          stations.add(
              new LinkStation(
                  site(table, chain, hook.get()),
                  table,
                  chain,
                  NftStation.conditions(
                      table, space, host, family, FibLookup.UNKNOWN, hook.get(), place),
                  table.family().equals("bridge")
                      ? crossing(space, hook.get(), bridges)
                      : outside(space, hook.get())));
        }
      }
    }
    return List.copyOf(stations);
  }

  /** The hook of IP that it stands before or behind; none for one that is of IP itself. */
  private static Optional<Hook> hook(String family, String word) {
    if (family.equals("arp")) {
      return Optional.of(Hook.POSTROUTING);
    }
    boolean bridge = family.equals("bridge");
    return switch (word) {
      case "ingress" -> Optional.of(Hook.PREROUTING);
      case "egress" -> Optional.of(Hook.POSTROUTING);
      case "prerouting", "input" -> bridge ? Optional.of(Hook.PREROUTING) : Optional.empty();
      case "forward" -> bridge ? Optional.of(Hook.FORWARD) : Optional.empty();
      case "output", "postrouting" -> bridge ? Optional.of(Hook.POSTROUTING) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static ChainSite site(NftTable table, NftChain chain, Hook hook) {
    int near = Math.max(-FAR / 2, Math.min(FAR / 2, chain.base().orElseThrow().priority()));
    return new ChainSite(
        RuleEngine.NFTABLES,
        table.family(),
        table.name().latin1(),
        chain.name().latin1(),
        hook,
        hook == Hook.PREROUTING ? near - FAR : near + FAR,
        false);
  }

  /** What comes or leaves through an interface; nft does not always tell of which a chain is. */
  private static PacketSet outside(PacketSpace space, Hook hook) {
    Field field = hook == Hook.PREROUTING ? Field.INPUT_INTERFACE : Field.OUTPUT_INTERFACE;
    return space
        .all()
        .minus(space.of(field, Interval.ofInterface("lo")))
        .minus(space.of(field, Interval.of(0)));
  }

  /** What comes or leaves through a bridge, or crosses it. */
  private static PacketSet crossing(PacketSpace space, Hook hook, Optional<List<String>> bridges) {
    if (bridges.isEmpty()) {
      return hook == Hook.FORWARD ? space.all() : outside(space, hook);
    }
    PacketSet all = space.none();
    for (String bridge : bridges.get()) {
      PacketSet in = space.of(Field.INPUT_INTERFACE, Interval.ofInterface(bridge));
      PacketSet out = space.of(Field.OUTPUT_INTERFACE, Interval.ofInterface(bridge));
      all =
          all.or(
              switch (hook) {
                case PREROUTING -> in;
                case FORWARD -> in.and(out);
                default -> out;
              });
    }
    return all;
  }

  @Override
  public ChainSite site() {
    return site;
  }

  @Override
  public List<Part> through(PacketSet packets, Observer observer) {
    PacketSet here = packets.and(passing);
    List<Part> parts = new ArrayList<>();
    Optional<Part> harm = here.isEmpty() ? Optional.empty() : harm(here);
    PacketSet on = harm.isPresent() ? packets.minus(here) : packets;
    if (!on.isEmpty()) {
      parts.add(new Part(Part.Kind.ACCEPTED, on, List.of()));
    }
    harm.ifPresent(
        h ->
            parts.add(
                new Part(Part.Kind.OPEN, here, h.rules(), Optional.empty(), Optional.empty())));
    return parts;
  }

  /** What its rules do beside letting packets pass as they are, by whichever port they come. */
  private Optional<Part> harm(PacketSet here) {
    PacketSet seen = here.without(Field.INPUT_INTERFACE).without(Field.OUTPUT_INTERFACE);
    PacketSet left = seen;
    Optional<Part> changed = Optional.empty();
    for (Part part : new ChainWalk(site, table, conditions, Observer.NOBODY).through(chain, seen)) {
      if (part.kind() != Part.Kind.ACCEPTED) {
        return Optional.of(part);
      }
      changed = Optional.of(part);
      left = left.minus(part.packets());
    }
    return left.isEmpty() ? Optional.empty() : changed; // with another mark
  }
}
