package io.portmapctl.check;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.plan.ForeignDnat;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.portmap.PortmapTable;
import io.portmapctl.portmap.RulePorts;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Takes the inventory of one table. */
final class TableInventory {
  private final Table table;
  private final PortmapTable owned;
  private final PortmapState state;
  private final Optional<Owners> owners;
  private final Set<CheckNotice> notices = new LinkedHashSet<>();

  TableInventory(PortmapTable owned, PortmapState state, Optional<Owners> owners) {
    this.table = owned.table();
    this.owned = owned;
    this.state = state;
    this.owners = owners;
  }

  /** First the mappings of chains that entries lead to, in their order. */
  List<Mapping> all() {
    List<Mapping> all = new ArrayList<>();
    for (String chain : chains(owned)) {
      ContainerChains.with(chain).ifPresent(c -> new OneChain(chain, c).collect(all));
    }
    return all;
  }

  /** The containers' chains that translate, first those that entries lead to, in their order. */
  static List<String> chains(PortmapTable owned) {
    Set<String> chains = new LinkedHashSet<>(owned.entries().keySet());
    chains.addAll(owned.table().chains().keySet());
    return chains.stream().filter(Layouts::isTranslating).toList();
  }

  /** Addresses of containers that are their network's own, which no container has. */
  List<CheckNotice> notices() {
    return List.copyOf(notices);
  }

  /**
   * What a rule of a chain publishes.
   *
   * @param index its place in the chain, from 0
   */
  private record Earlier(Mapping mapping, int index) {

    /** Whether another is the same once more. */
    boolean leadsAsMuch(Mapping other) {
      return mapping.hostIp().equals(other.hostIp())
          && mapping.containerIp().equals(other.containerIp())
          && mapping.containerPort().equals(other.containerPort())
          && mapping.conditions().equals(other.conditions());
    }
  }

  /** The mappings of one container's chain. */
  private final class OneChain {
    private final String chain;
    private final ContainerChains container;
    private final List<Rule> leading;
    private final List<RuleEntry> rows;
    private final Optional<Identity> owner;
    private final Optional<Layout> layout;
    private final boolean orphan;
    private final Set<String> masqueraded = new HashSet<>();
    private final Set<Cidr> networks = new HashSet<>();
    private final Set<String> translated = new HashSet<>();

    /** By protocol and port, in their order. */
    private final Map<String, List<Earlier>> earlier = new HashMap<>();

    OneChain(String chain, ContainerChains container) {
      this.chain = chain;
      this.container = container;
      this.leading = owned.entries(chain).stream().map(e -> e.row().rule()).toList();
      this.rows = owned.rows(chain);
      Optional<Identity> named = owned.owner(chain);
      this.owner = named.or(() -> owners.flatMap(o -> o.owner(container)));
      this.layout = state.layout(container);
      this.orphan = owners.map(o -> o.orphan(container, named)).orElse(false);
      for (RuleEntry row : rows) {
        if (!isTranslation(row)) {
          RulePorts.of(row.rule())
              .ifPresent(d -> ports(d).forEach(p -> masqueraded.add(d.protocol() + p)));
          row.rule().matches().forEach(this::network);
        }
      }
    }

    /** Whose hairpin connections are masqueraded: the container's network. */
    private void network(Match match) {
      if (match instanceof Match.Address from && from.side() == Side.SOURCE && !from.negated()) {
        Cidr cidr = from.cidr();
        if (cidr.prefix() > 0 && cidr.prefix() < cidr.address().family().bits() - 1) {
          networks.add(cidr);
        }
      }
    }

    private static List<Integer> ports(RulePorts destination) {
      List<Integer> ports = new ArrayList<>();
      for (PortRange range : destination.ports()) {
        for (int port = range.first(); port <= range.last(); port++) {
          ports.add(port);
        }
      }
      return ports;
    }

    void collect(List<Mapping> all) {
      int before = all.size();
      for (int i = 0; i < rows.size(); i++) {
        if (isTranslation(rows.get(i))) {
          translation(i, all);
        }
      }
      for (Rule entry : leading) {
        RulePorts.of(entry).ifPresent(d -> untranslated(d, all));
      }
      if (all.size() == before && (leading.isEmpty() || !namesPorts())) {
        MappingReason why =
            leading.isEmpty() ? MappingReason.NO_ENTRY_NO_RULE : MappingReason.NO_RULE;
        all.add(
            mapping(
                "",
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                why,
                "",
                List.of()));
      }
    }

    private boolean namesPorts() {
      return leading.stream().anyMatch(e -> RulePorts.of(e).isPresent());
    }

    private void translation(int index, List<Mapping> all) {
      RuleEntry row = rows.get(index);
      RulePorts destination =
          RulePorts.of(row.rule())
              .orElseGet(
                  () -> new RulePorts(RulePorts.protocol(row.rule()), Optional.empty(), List.of()));
      Optional<IpAddress> to = Optional.empty();
      OptionalInt toPort = OptionalInt.empty();
      if (row.rule().target() instanceof Target.Dnat dnat) {
        to = dnat.address();
        toPort = dnat.port();
        dnat.address().ifPresent(this::warnOfNetwork);
      }
      Optional<IpAddress> hostIp = destination.network().map(Cidr::address);
      if (destination.ports().isEmpty()) {
        List<PortmapTable.Entry> led = owned.entries(chain, destination.protocol(), -1);
        all.add(
            mapping(
                destination.protocol(),
                hostIp,
                OptionalInt.empty(),
                to,
                toPort,
                wrong(row, led),
                row.counters(),
                PortmapTable.conditions(led, row.rule())));
      }
      for (int port : ports(destination)) {
        String key = destination.protocol() + port;
        translated.add(key);
        List<PortmapTable.Entry> led = owned.entries(chain, destination.protocol(), port);
        Mapping mapping =
            mapping(
                destination.protocol(),
                hostIp,
                OptionalInt.of(port),
                to,
                toPort,
                wrong(row, led),
                row.counters(),
                PortmapTable.conditions(led, row.rule()));
        List<Earlier> before = earlier.computeIfAbsent(key, k -> new ArrayList<>(1));
        if (before.stream().noneMatch(e -> e.leadsAsMuch(mapping))) {
          all.add(first(before, mapping).map(e -> mapping.after(taker(e))).orElse(mapping));
          before.add(new Earlier(mapping, index));
        }
      }
    }

    private void warnOfNetwork(IpAddress address) {
      for (Cidr network : networks) {
        if (network.address().equals(address)) {
          notices.add(new CheckNotice.NetworksAddress(chain, owner, network));
        }
      }
    }

    private static Optional<Earlier> first(List<Earlier> before, Mapping mapping) {
      return before.stream().filter(e -> e.mapping.covers(mapping)).findFirst();
    }

    private Mapping.Taker taker(Earlier first) {
      return new Mapping.Taker(
          RuleEngine.of(table.variant()),
          table.name().id(),
          chain,
          first.index + 1,
          rows.get(first.index).text(),
          Optional.empty(),
          owner);
    }

    /**
     * Why packets of a port may not get where the rule sends them.
     *
     * @param led the entries that lead them here
     */
    private MappingReason wrong(RuleEntry row, List<PortmapTable.Entry> led) {
      if (row.rule().isUnshown() || leading.stream().anyMatch(Rule::isUnshown)) {
        return MappingReason.UNSHOWN;
      }
      if (!led.isEmpty()) {
        return MappingReason.NONE;
      }
      return leading.isEmpty() ? MappingReason.NO_ENTRY : MappingReason.PORT_NOT_NAMED;
    }

    /** Ports that an entry names and that a rule should translate, and none does. */
    private void untranslated(RulePorts entry, List<Mapping> all) {
      boolean none =
          ports(entry).stream().noneMatch(p -> translated.contains(entry.protocol() + p));
      for (int port : ports(entry)) {
        String key = entry.protocol() + port;
        if (!translated.contains(key) && wanted(entry.protocol(), port).orElse(none)) {
          translated.add(key);
          all.add(
              mapping(
                  entry.protocol(),
                  Optional.empty(),
                  OptionalInt.of(port),
                  Optional.empty(),
                  OptionalInt.empty(),
                  MappingReason.PORT_NOT_TRANSLATED,
                  "",
                  List.of()));
        }
      }
    }

    /**
     * Whether a rule of this family should translate a port: in layout mark an entry names the
     * ports of both. Its attachment tells, or else the same chain in the other family.
     */
    private Optional<Boolean> wanted(String protocol, int port) {
      return owners
          .flatMap(o -> o.translates(container, table.family(), protocol, port))
          .or(
              () ->
                  state.tables().stream()
                      .filter(t -> t != owned)
                      .flatMap(t -> t.rows(chain).stream())
                      .filter(TableInventory::isTranslation)
                      .flatMap(r -> RulePorts.of(r.rule()).stream())
                      .filter(d -> d.protocol().equals(protocol))
                      .filter(d -> d.meets(Optional.empty(), port))
                      .map(d -> d.network().isEmpty())
                      .findFirst());
    }

    private Mapping mapping(
        String protocol,
        Optional<IpAddress> hostIp,
        OptionalInt hostPort,
        Optional<IpAddress> to,
        OptionalInt toPort,
        MappingReason why,
        String counters,
        List<Octets> conditions) {
      boolean reached = owned.leadsToEntries("PREROUTING", chain);
      MappingReason reason = why == MappingReason.NONE && !reached ? MappingReason.NO_JUMP : why;
      State state = reason == MappingReason.NONE ? State.OK : State.INCOMPLETE;
      if (orphan) {
        state = State.ORPHAN;
        reason = MappingReason.NOT_ALIVE;
      }
      boolean snat =
          layout
              .flatMap(container::masquerading)
              .map(c -> table.chain(c).isPresent())
              .orElse(masqueraded.contains(protocol + hostPort.orElse(-1)));
      return new Mapping(
          table.family(),
          protocol,
          hostIp,
          hostPort,
          to,
          toPort,
          owner,
          layout,
          chain,
          snat,
          state,
          reason,
          true,
          Optional.empty(),
          connections(counters),
          conditions);
    }
  }

  private static boolean isTranslation(RuleEntry row) {
    return row.targetName().equals(ForeignDnat.TARGET)
        && ForeignDnat.redirects(row.rule().target());
  }

  /** The packets in {@code [packets:bytes]}: of the nat table each is a connection's first. */
  private static OptionalLong connections(String counters) {
    int colon = counters.indexOf(':');
    try {
      return colon < 0
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(counters.substring(1, colon)));
    } catch (NumberFormatException e) {
      return OptionalLong.empty(); // more than 2^63 were never counted
    }
  }
}
