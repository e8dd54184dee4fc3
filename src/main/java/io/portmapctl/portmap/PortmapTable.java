package io.portmapctl.portmap;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Octets;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.PortPackets;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.RulePackets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of one table is whose: the containers' chains, the entries that lead to them, whom those
 * name and which ports they claim. Each part of the index is made when it is first asked for, in
 * one pass over the table.
 */
public final class PortmapTable {

  /**
   * A rule that leads packets from outside to a container's chain.
   *
   * @param row the rule
   * @param index how many rules stand before it in its chain
   * @param order how many entries packets meet before it, of any container
   */
  public record Entry(RuleEntry row, int index, int order) {}

  /**
   * A translating rule of a container's chain that an entry leads to.
   *
   * @param chain the container's chain
   * @param destination what it translates
   */
  public record Claim(String chain, RulePorts destination) {}

  private static final String DNAT = "DNAT";

  private final Table table;
  private final Map<String, Optional<Identity>> owners = new HashMap<>();
  private final Map<String, Boolean> led = new HashMap<>();

  /** For each chain and the digits of a container, the rules there that lead to its chains. */
  private final Map<String, Map<String, List<RuleEntry>>> leadingFrom = new HashMap<>();

  /** What the entries name that lead to the chain which was asked for last: one is asked often. */
  private final List<Naming> naming = new ArrayList<>();

  private String namingFor = "";
  private @Nullable Map<String, List<Entry>> entries;
  private @Nullable Map<String, List<RuleEntry>> leading;
  private @Nullable Claims claims;
  private @Nullable Sets sets;

  /** Of a table; looks at nothing yet. */
  public PortmapTable(Table table) {
    this.table = table;
  }

  /** The table. */
  public Table table() {
    return table;
  }

  /** The rules of a chain; none where there is no such chain. */
  public List<RuleEntry> rows(String chain) {
    return table.rows(chain);
  }

  /** The container's chains that are in the table, of any layout. */
  public List<String> chains(ContainerChains container) {
    return container.names().stream().filter(c -> table.chain(c).isPresent()).toList();
  }

  /** The entries by the chain that they lead to, in the order in which packets meet the first. */
  public Map<String, List<Entry>> entries() {
    if (entries == null) {
      entries = readEntries();
    }
    return entries;
  }

  /** The entries that lead to a chain, in order. */
  public List<Entry> entries(String containerChain) {
    return entries().getOrDefault(containerChain, List.of());
  }

  /** An entry and which packets it names. */
  private record Naming(Entry entry, String protocol, Optional<RulePorts> ports) {
    Naming(Entry entry) {
      this(entry, RulePorts.protocol(entry.row().rule()), RulePorts.of(entry.row().rule()));
    }

    boolean leads(String packets, int port) {
      return (protocol.isEmpty() || protocol.equals(packets))
          && (ports.isEmpty() || ports.get().meets(Optional.empty(), port));
    }
  }

  /** Those of the entries that lead to a chain that lead packets to a port there. */
  public List<Entry> entries(String containerChain, String protocol, int port) {
    if (!namingFor.equals(containerChain)) {
      naming.clear();
      entries(containerChain).forEach(e -> naming.add(new Naming(e)));
      namingFor = containerChain;
    }
    List<Entry> leading = new ArrayList<>(naming.size());
    for (Naming one : naming) {
      if (one.leads(protocol, port)) {
        leading.add(one.entry);
      }
    }
    return leading;
  }

  /**
   * What packets to a port must be beside, so that a rule of a container's chain translates them,
   * in iptables-save's words: for each entry what both ask for; none where all are translated.
   *
   * @param leading the entries that lead packets to the port there
   */
  public static List<Octets> conditions(List<Entry> leading, Rule translation) {
    String own = RulePorts.beside(translation, true).latin1();
    Set<String> ways = new LinkedHashSet<>(2);
    for (Entry entry : leading) {
      String way = (RulePorts.beside(entry.row().rule(), false).latin1() + " " + own).strip();
      if (way.isEmpty()) {
        return List.of();
      }
      ways.add(way);
    }
    if (leading.isEmpty() && own.isEmpty()) {
      return List.of();
    }
    if (ways.isEmpty()) {
      ways.add(own);
    }
    return ways.stream().map(Octets::new).toList();
  }

  private Map<String, List<Entry>> readEntries() {
    Map<String, List<Entry>> found = new LinkedHashMap<>();
    Set<String> holders = Layouts.firstEntryChains();
    List<String> order = new ArrayList<>();
    int met = 0;
    List<RuleEntry> first = rows("PREROUTING");
    for (int i = 0; i < first.size(); i++) {
      String target = first.get(i).targetChain();
      if (holders.contains(target) && !order.contains(target)) {
        order.add(target);
        met += readEntries(target, met, found);
      } else if (Layouts.isFirstEntry("PREROUTING", target)) {
        found
            .computeIfAbsent(target, t -> new ArrayList<>(1))
            .add(new Entry(first.get(i), i, met++));
      }
    }
    for (String holder : holders) {
      if (!holder.equals("PREROUTING") && !order.contains(holder)) {
        met += readEntries(holder, met, found);
      }
    }
    return found;
  }

  private int readEntries(String holder, int met, Map<String, List<Entry>> found) {
    int count = 0;
    List<RuleEntry> rows = rows(holder);
    for (int i = 0; i < rows.size(); i++) {
      String target = rows.get(i).targetChain();
      if (Layouts.isFirstEntry(holder, target)) {
        found
            .computeIfAbsent(target, t -> new ArrayList<>(1))
            .add(new Entry(rows.get(i), i, met + count++));
      }
    }
    return count;
  }

  /**
   * Whether a built-in chain leads to the entries of a container's chain, or to the chain itself
   * where its entries stand there.
   */
  public boolean leadsToEntries(String builtIn, String containerChain) {
    List<String> holders = Layouts.entryChains(containerChain);
    if (holders.contains(builtIn)) {
      return ContainerChains.with(containerChain)
          .map(c -> leadingFrom(builtIn, c))
          .orElse(List.of())
          .stream()
          .anyMatch(r -> r.target().leadsTo(containerChain));
    }
    return !holders.isEmpty()
        && led.computeIfAbsent(
            builtIn + " " + holders.get(0),
            k -> rows(builtIn).stream().anyMatch(r -> r.targetChain().equals(holders.get(0))));
  }

  /** All rules of any chain that lead to a container's chain. */
  public List<Rule> leading(String containerChain) {
    if (leading == null) {
      leading = new HashMap<>();
      for (Chain chain : table.chains().values()) {
        for (RuleEntry row : chain.rows()) {
          String target = row.targetChain();
          if (Layouts.isContainerChain(target)) {
            leading.computeIfAbsent(target, t -> new ArrayList<>(1)).add(row);
          }
        }
      }
    }
    return rules(leading.getOrDefault(containerChain, List.of()));
  }

  /** The rules of one chain that lead to chains of a container, in order. */
  public List<Rule> leadingFrom(String chain, ContainerChains container) {
    return rules(
        leadingFrom
            .computeIfAbsent(chain, this::byContainer)
            .getOrDefault(container.digits(), List.of()));
  }

  private static List<Rule> rules(List<RuleEntry> rows) {
    List<Rule> rules = new ArrayList<>(rows.size());
    for (RuleEntry row : rows) {
      rules.add(row.rule());
    }
    return rules;
  }

  private Map<String, List<RuleEntry>> byContainer(String chain) {
    Map<String, List<RuleEntry>> grouped = new HashMap<>();
    for (RuleEntry row : rows(chain)) {
      String digits = ContainerChains.digits(row.targetChain());
      if (!digits.isEmpty()) {
        grouped.computeIfAbsent(digits, k -> new ArrayList<>(1)).add(row);
      }
    }
    return grouped;
  }

  /** Whom the rules that lead to a container's chain name; empty where they name nobody. */
  public Optional<Identity> owner(String containerChain) {
    return owners.computeIfAbsent(containerChain, this::named);
  }

  private Optional<Identity> named(String containerChain) {
    for (Entry entry : entries(containerChain)) {
      Optional<Identity> owner = owner(entry.row().rule(), containerChain);
      if (owner.isPresent()) {
        return owner;
      }
    }
    for (Rule rule : leading(containerChain)) {
      Optional<Identity> owner = owner(rule, containerChain);
      if (owner.isPresent()) {
        return owner;
      }
    }
    return Optional.empty();
  }

  /** The owner that an entry's comment names, if it names one of the chain that it leads to. */
  public static Optional<Identity> owner(Rule entry, String containerChain) {
    return entry.comment().flatMap(c -> Comments.owner(c, ContainerChains.digits(containerChain)));
  }

  /** Whether an entry's comment was cut, so that it names nobody, and was not this owner's. */
  public static boolean isCutForAnother(Rule entry, Identity owner) {
    return entry.comment().map(c -> Comments.cutForAnother(c, owner)).orElse(false);
  }

  /** Who claims a port or a range with it in, in the order of the chains' first entries. */
  public List<Claim> claims(PublishedPort port) {
    if (claims == null) {
      claims = new Claims();
    }
    List<Claim> all = new ArrayList<>();
    for (Translation translation : claims.byPort.getOrDefault(port.port(), List.of())) {
      translation.claim().ifPresent(all::add);
    }
    all.addAll(claims.ranges);
    all.removeIf(
        c ->
            !c.destination().protocol().equals(port.protocol())
                || !c.destination().meets(port.hostIp(), port.port()));
    return all;
  }

  /** A rule that translates; what it claims is read when it is asked for. */
  private record Translation(String chain, RuleEntry row) {
    Optional<Claim> claim() {
      return row.rule().target() instanceof Target.Dnat
          ? RulePorts.of(row.rule()).map(d -> new Claim(chain, d))
          : Optional.empty();
    }
  }

  /** The claims of all chains that entries lead to. */
  private final class Claims {
    private final Map<Integer, List<Translation>> byPort = new HashMap<>();
    private final List<Claim> ranges = new ArrayList<>();

    Claims() {
      entries().keySet().forEach(this::collect);
    }

    private void collect(String chain) {
      for (RuleEntry row : rows(chain)) {
        if (row.targetName().equals(DNAT)) {
          Translation translation = new Translation(chain, row);
          OptionalInt only = row.onlyPort();
          if (only.isPresent()) {
            add(only.getAsInt(), translation);
          } else {
            translation.claim().ifPresent(c -> add(c, translation));
          }
        }
      }
    }

    private void add(Claim claim, Translation translation) {
      List<Integer> each = claim.destination().each();
      each.forEach(p -> add(p, translation));
      if (each.isEmpty()) {
        ranges.add(claim);
      }
    }

    private void add(int port, Translation translation) {
      byPort.computeIfAbsent(port, p -> new ArrayList<>(1)).add(translation);
    }
  }

  /** The order of the first entry of a chain that takes packets to a port. */
  public OptionalInt order(String containerChain, PublishedPort port) {
    PacketSet packets = sets().packets(port);
    return entries(containerChain).stream()
        .filter(e -> packets.meets(sets().of(e)))
        .mapToInt(Entry::order)
        .findFirst();
  }

  /** The first entry of another chain that stands before one of ours and takes the same packets. */
  public Optional<Entry> before(String ours, String other, PublishedPort port) {
    PacketSet packets = sets().packets(port);
    for (Entry own : entries(ours)) {
      PacketSet taken = packets.and(sets().of(own));
      for (Entry rival : entries(other)) {
        if (rival.order() < own.order() && taken.meets(sets().of(rival))) {
          return Optional.of(rival);
        }
      }
    }
    return Optional.empty();
  }

  /** Whether entries of one chain take, first, all packets to a port that the other's are for. */
  public boolean takesAll(String one, String other, PublishedPort port) {
    PacketSet packets = sets().packets(port);
    for (Entry own : entries(other)) {
      PacketSet left = packets.and(sets().of(own));
      for (Entry rival : entries(one)) {
        left = rival.order() < own.order() ? left.minus(sets().of(rival)) : left;
      }
      if (!left.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Whether there are packets to a port that entries of both chains take. */
  public boolean share(String one, String other, PublishedPort port) {
    return before(one, other, port).isPresent() || before(other, one, port).isPresent();
  }

  private Sets sets() {
    if (sets == null) {
      sets = new Sets(table);
    }
    return sets;
  }

  /** The entries as sets of packets, made when two are first compared. */
  private static final class Sets {
    private final PacketSpace space;
    private final PortPackets ports;
    private final RulePackets meaning;
    private final Map<Integer, PacketSet> known = new HashMap<>();

    Sets(Table table) {
      Family family = table.family();
      this.space = new PacketSpace(RuleIndex.effort(table));
      this.ports = new PortPackets(space, HostAddresses.UNKNOWN, family);
      this.meaning = new RulePackets(space, HostAddresses.UNKNOWN, family, "");
    }

    PacketSet packets(PublishedPort port) {
      return IpProtocol.of(port.protocol())
          .map(p -> ports.local(ports.to(p, port.hostIp(), port.port())))
          .orElse(space.none());
    }

    PacketSet of(Entry entry) {
      return known.computeIfAbsent(entry.order(), p -> meaning.of(entry.row().rule()));
    }
  }
}
