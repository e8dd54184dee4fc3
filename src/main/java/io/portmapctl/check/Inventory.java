package io.portmapctl.check;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.Masquerade;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.HostAddresses;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Every mapping in the rulesets, of both layouts, with its owner.
 *
 * @param mappings by host port, protocol and family; of one port the first entry's first
 * @param overlaps the ports that several chains take
 * @param notices what keeps mappings from working
 */
public record Inventory(List<Mapping> mappings, List<Overlap> overlaps, List<CheckNotice> notices) {

  /** The sets of so many mappings are kept at once. */
  private static final int MOST_AT_ONCE = 10_000;

  private static int compare(Mapping one, Mapping other) {
    int ports = Integer.compare(one.hostPort().orElse(0), other.hostPort().orElse(0));
    int protocols = one.protocol().compareTo(other.protocol());
    return ports != 0 ? ports : protocols != 0 ? protocols : one.family().compareTo(other.family());
  }

  /**
   * Takes the inventory, without looking who else takes a mapping's packets.
   *
   * @param owners the attachments that the host has, where they are known
   */
  public static Inventory plain(List<Table> tables, Optional<Owners> owners) {
    return of(tables, owners, Optional.empty());
  }

  /** The chains of containers, each with whose it is where its entries tell; no more is read. */
  public static Map<String, Optional<Identity>> containers(List<Table> tables) {
    Map<String, Optional<Identity>> containers = new TreeMap<>();
    for (PortmapTable table : new PortmapState(tables).tables()) {
      for (String chain : TableInventory.chains(table)) {
        containers.merge(chain, table.owner(chain), (a, b) -> a.isPresent() ? a : b);
      }
    }
    return containers;
  }

  /**
   * Takes the inventory.
   *
   * @param owners the attachments that the host has, where they are known; nothing is an orphan
   *     where they are not
   * @param host what is known of this host, asked for where a rule makes it count
   */
  public static Inventory of(
      List<Table> tables, Optional<Owners> owners, Supplier<HostAddresses> host) {
    return of(tables, owners, Optional.of(host));
  }

  private static Inventory of(
      List<Table> tables, Optional<Owners> owners, Optional<Supplier<HostAddresses>> host) {
    PortmapState state = new PortmapState(tables);
    List<Mapping> all = new ArrayList<>();
    List<Overlap> overlaps = new ArrayList<>();
    List<CheckNotice> notices = new ArrayList<>();
    for (PortmapTable table : state.tables()) {
      TableInventory taking = new TableInventory(table, state, owners);
      List<Mapping> found = taking.all();
      notices.addAll(taking.notices());
      if (host.isPresent()) {
        found = withOverlaps(intercepted(found, table, host.get()), table, overlaps);
      }
      all.addAll(found);
      notices.addAll(unreached(found, table));
    }
    all.sort(Inventory::compare);
    return new Inventory(List.copyOf(all), List.copyOf(overlaps), List.copyOf(notices));
  }

  /** Marks what other nat tables of the kernel take. */
  public static List<Mapping> takenElsewhere(
      List<Mapping> mappings, List<OtherNat.Translation> elsewhere) {
    Map<PublishedPort, OtherNat.Translation> taking = new HashMap<>();
    for (OtherNat.Translation each : elsewhere) {
      if (each.all()) {
        taking.merge(each.port(), each, (one, other) -> one.first() ? one : other);
      }
    }
    if (taking.isEmpty()) {
      return mappings;
    }
    List<Mapping> marked = new ArrayList<>();
    for (Mapping mapping : mappings) {
      OtherNat.Translation first =
          mapping.state() == State.OK && mapping.hostPort().isPresent()
              ? taking.get(port(mapping))
              : null;
      marked.add(first == null ? mapping : mapping.takenBy(first));
    }
    return List.copyOf(marked);
  }

  /** Marks what a rule of nobody's mapping takes first, and what not every packet is led to. */
  private static List<Mapping> intercepted(
      List<Mapping> mappings, PortmapTable table, Supplier<HostAddresses> host) {
    Interceptors interceptors = new Interceptors(table, host);
    List<Mapping> marked = new ArrayList<>();
    for (Mapping mapping : mappings) {
      boolean looked = mapping.state() == State.OK && mapping.hostPort().isPresent();
      if (marked.size() % MOST_AT_ONCE == MOST_AT_ONCE - 1) {
        interceptors.forget();
      }
      marked.add(looked ? intercepted(mapping, interceptors, table.table()) : mapping);
    }
    return marked;
  }

  private static Mapping intercepted(Mapping mapping, Interceptors interceptors, Table table) {
    Interceptors.Subject subject =
        new Interceptors.Subject(
            port(mapping),
            mapping.chain(),
            mapping.owner().map(Identity::containerId),
            mapping
                .containerIp()
                .map(Cidr::host)
                .orElse(Cidr.any(mapping.family())), // whose translation cannot be told
            new Masquerade(
                mapping.snat() && mapping.family() == Family.IPV4, Optional.empty(), "", ""));
    Mapping marked = mapping;
    for (Interception interception : interceptors.arriving(subject)) {
      Passage passage = interception.passage();
      Optional<Interception.Culprit> stranger =
          interception.culprits().stream().filter(c -> !c.isOfContainer()).findFirst();
      boolean all = passage.extent() == Passage.Extent.ALL;
      boolean counts = passage.kind().countsAlone() && marked.state() == State.OK;
      if (all && counts && stranger.isPresent()) {
        marked = marked.takenBy(taker(stranger.get(), interceptors, table));
      } else if (passage.kind() == Passage.Kind.LAN
          && marked.state() == State.OK
          && interception.culprits().isEmpty()
          && passage.extent() != Passage.Extent.OPEN) {
        marked =
            marked.in(
                State.INCOMPLETE, all ? MappingReason.NOTHING_LED : MappingReason.NOT_ALL_LED);
      }
    }
    return marked;
  }

  private static Mapping.Taker taker(
      Interception.Culprit culprit, Interceptors interceptors, Table table) {
    return new Mapping.Taker(
        RuleEngine.of(table.variant()),
        table.name().id(),
        culprit.rule().chain(),
        culprit.rule().index(),
        interceptors.row(culprit.rule()).text(),
        Program.of(culprit.way()),
        Optional.empty());
  }

  private static List<CheckNotice> unreached(List<Mapping> found, PortmapTable table) {
    Set<CheckNotice> notices = new LinkedHashSet<>();
    for (String chain : List.of("PREROUTING", "OUTPUT")) {
      for (Mapping mapping : found) {
        if (!table.leadsToEntries(chain, mapping.chain())) {
          List<String> holders = Layouts.entryChains(mapping.chain());
          String missed = holders.contains(chain) ? mapping.chain() : holders.get(0);
          notices.add(new CheckNotice.Unreached(mapping.family(), chain, missed));
        }
      }
    }
    return List.copyOf(notices);
  }

  /** Marks what several claim; mappings come in the order of their chains' entries. */
  private static List<Mapping> withOverlaps(
      List<Mapping> mappings, PortmapTable table, List<Overlap> overlaps) {
    Map<String, List<Integer>> byPort = new LinkedHashMap<>();
    for (int i = 0; i < mappings.size(); i++) {
      Mapping mapping = mappings.get(i);
      if (mapping.hostPort().isPresent() && mapping.containerIp().isPresent()) {
        byPort
            .computeIfAbsent(
                mapping.protocol() + mapping.hostPort().getAsInt(), k -> new ArrayList<>())
            .add(i);
      }
    }
    List<Mapping> marked = new ArrayList<>(mappings);
    for (List<Integer> same : byPort.values()) {
      if (areApart(mappings, same)) {
        continue;
      }
      Map<Integer, Integer> orders = new HashMap<>();
      same.forEach(i -> orders.put(i, order(mappings.get(i), table)));
      same.sort((a, b) -> Integer.compare(orders.getOrDefault(a, 0), orders.getOrDefault(b, 0)));
      for (int later = 1; later < same.size(); later++) {
        // whom the first has beaten, the others need not beat again
        boolean beaten = false;
        for (int earlier = 0; earlier < later && !beaten; earlier++) {
          beaten = beats(marked, same.get(earlier), same.get(later), table, overlaps);
        }
      }
    }
    return marked;
  }

  /** Whether each of several is published on an address that no other is published on. */
  private static boolean areApart(List<Mapping> mappings, List<Integer> same) {
    Set<IpAddress> addresses = new HashSet<>();
    for (int i : same) {
      Optional<IpAddress> address = mappings.get(i).hostIp();
      if (same.size() > 1 && (address.isEmpty() || !addresses.add(address.get()))) {
        return false;
      }
    }
    return true;
  }

  /** Of mappings those that get nothing since their container gave the port before. */
  public static List<CheckNotice> givenTwice(List<Mapping> mappings) {
    Map<String, List<Mapping>> byChain = new LinkedHashMap<>();
    for (Mapping mapping : mappings) {
      if (mapping.reason() == MappingReason.GIVEN_TWICE) {
        String chain = mapping.family() + mapping.chain();
        byChain.computeIfAbsent(chain, c -> new ArrayList<>()).add(mapping);
      }
    }
    List<CheckNotice> notices = new ArrayList<>();
    for (List<Mapping> twice : byChain.values()) {
      long ports = twice.stream().map(m -> m.protocol() + m.hostPort()).distinct().count();
      notices.add(new CheckNotice.GivenTwice(twice.get(0), (int) ports));
    }
    return notices;
  }

  private static PublishedPort port(Mapping mapping) {
    return new PublishedPort(
        mapping.family(), mapping.protocol(), mapping.hostIp(), mapping.hostPort().orElse(0));
  }

  /** Where the entry stands that takes its packets. */
  private static int order(Mapping mapping, PortmapTable table) {
    return table.order(mapping.chain(), port(mapping)).orElse(Integer.MAX_VALUE);
  }

  /** Marks both where the first takes packets of the second; whether of another container. */
  private static boolean beats(
      List<Mapping> mappings, int earlier, int later, PortmapTable table, List<Overlap> overlaps) {
    Mapping first = mappings.get(earlier);
    Mapping second = mappings.get(later);
    boolean meet =
        first.hostIp().isEmpty()
            || second.hostIp().isEmpty()
            || first.hostIp().equals(second.hostIp());
    boolean incomplete = first.state() == State.INCOMPLETE || second.state() == State.INCOMPLETE;
    if (!meet || incomplete || first.chain().equals(second.chain())) {
      return false;
    }
    if (!table.share(first.chain(), second.chain(), port(first))) {
      return false; // their conditions keep them apart
    }
    boolean same =
        first.owner().isPresent()
            && first
                .owner()
                .map(Identity::containerId)
                .equals(second.owner().map(Identity::containerId));
    boolean whole =
        (first.hostIp().isEmpty() || first.hostIp().equals(second.hostIp()))
            && table.takesAll(first.chain(), second.chain(), port(second));
    Mapping loser = second.losingTo(claim(first, second, table));
    if (!same) {
      if (second.state() != State.ORPHAN) {
        mappings.set(earlier, conflicting(first, MappingReason.ALSO_CLAIMED));
      }
      loser = conflicting(loser, whole ? MappingReason.LOST : MappingReason.LOST_IN_PART);
    }
    mappings.set(later, loser);
    overlaps.add(new Overlap(mappings.get(earlier), loser, same, whole));
    return !same;
  }

  /** The entry of the first that takes packets of the second. */
  private static Optional<Mapping.Taker> claim(Mapping first, Mapping second, PortmapTable table) {
    return table
        .before(second.chain(), first.chain(), port(first))
        .map(
            entry ->
                new Mapping.Taker(
                    RuleEngine.of(table.table().variant()),
                    table.table().name().id(),
                    Layouts.entryChains(first.chain()).get(0),
                    entry.index() + 1,
                    entry.row().text(),
                    Optional.empty(),
                    first.owner()));
  }

  private static Mapping conflicting(Mapping mapping, MappingReason why) {
    return mapping.state() == State.ORPHAN ? mapping : mapping.in(State.CONFLICT, why);
  }
}
