package io.portmapctl.trace;

import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.PortRange;
import io.portmapctl.packet.Effort;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Match;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Side;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.Target;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which rules of a chain can do anything at all with packets to certain ports or to a certain
 * address, so that the entries of ten thousand others are not looked at.
 */
public final class RuleIndex {
  /** A rule about more ports, or more addresses, than these is looked at for all of them. */
  private static final int FEW = 64;

  private static final int[] NONE = {};

  /** The target that gives packets another destination. */
  private static final String TRANSLATES = "DNAT";

  /** Of a short chain every rule is looked at. */
  private static final int SHORT = 8;

  /** About a second's work. */
  private static final long LEAST_EFFORT = 4_000_000;

  /** A container with ten rules and three ports takes 3,000 to 14,000 in all. */
  private static final long EFFORT_PER_RULE = 2_000;

  private final Table table;
  private final Effort effort;
  private final Map<String, Index> indexes = new HashMap<>();
  private final Map<String, Interest> interests = new HashMap<>();
  private final Map<String, Boolean> marking = new HashMap<>();
  private @Nullable List<String> containerSide;

  /** Of a table; chains are looked at when they are first asked for. */
  public RuleIndex(Table table) {
    this.table = table;
    this.effort = effort(table);
  }

  /** How much may be done to tell what a table does with packets: the more, the larger it is. */
  public static Effort effort(Table table) {
    return new Effort(mostEffort(table));
  }

  /** The same as a number. */
  public static long mostEffort(Table table) {
    long rules = 0;
    for (Chain chain : table.chains().values()) {
      rules += chain.rows().size();
    }
    return LEAST_EFFORT + EFFORT_PER_RULE * rules;
  }

  /** How much may be done to follow packets through it. */
  public Effort effort() {
    return effort;
  }

  /** The table. */
  public Table table() {
    return table;
  }

  /** The rules of a chain; none where it is not there. */
  public List<RuleEntry> rows(String chain) {
    return table.rows(chain);
  }

  /** Whether a chain does nothing with packets but set bits of their mark. */
  public boolean onlyMarks(String chain) {
    return marking.computeIfAbsent(chain, this::marksOnly);
  }

  private boolean marksOnly(String chain) {
    return rows(chain).stream()
        .map(RuleEntry::rule)
        .allMatch(
            r ->
                isInert(r.target())
                    || r.target() instanceof Target.SetMark mark && mark.onlySets());
  }

  /** Whether a target leaves packets and their path alone. */
  public static boolean isInert(Target target) {
    return target instanceof Target.None || target instanceof Target.GoesOn;
  }

  /**
   * Whether rules beside those of a path can do anything with packets to a port: then somebody else
   * may claim it.
   */
  public boolean hasMore(List<RulePlace> rules, int port) {
    for (RulePlace step : rules) {
      for (int at : candidates(step.chain(), port)) {
        Target target = rows(step.chain()).get(at).rule().target();
        boolean marks = target.chain().map(this::onlyMarks).orElse(false);
        if (at + 1 != step.index() && !marks && !isInert(target)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * The interfaces behind which containers are: a rule that translates for what does not come in
   * through an interface says so of it. What another machine sends comes in through none of them.
   */
  public List<String> containerSide() {
    if (containerSide == null) {
      TreeSet<String> names = new TreeSet<>();
      for (Chain chain : table.chains().values()) {
        for (RuleEntry row : chain.rows()) {
          if (!row.isPlain()
              && row.targetName().equals(TRANSLATES)
              && row.rule().target() instanceof Target.Dnat) {
            row.rule().matches().forEach(m -> notThrough(m).ifPresent(names::add));
          }
        }
      }
      containerSide = List.copyOf(names);
    }
    return containerSide;
  }

  private static Optional<String> notThrough(Match match) {
    return match instanceof Match.Interface one && one.negated() && one.side() == Side.SOURCE
        ? Optional.of(one.name()).filter(n -> !n.equals("+"))
        : Optional.empty();
  }

  /** What all packets of a set have in common by which rules are found. */
  static final class Selection {
    /** Of packets of which nothing is known. */
    static final Selection ALL = new Selection(NONE, Optional.empty());

    /** The ports that they go to, in order; empty where they are many. */
    private final int[] ports;

    /** The address that they go to, where it is one. */
    private final Optional<IpAddress> address;

    private Selection(int[] ports, Optional<IpAddress> address) {
      this.ports = ports;
      this.address = address;
    }

    /**
     * Of a set.
     *
     * @param anyAddress whether rules about other addresses are looked for too
     */
    static Selection of(PacketSet set, Family family, boolean anyAddress) {
      int many = 0;
      TreeSet<Integer> ports = new TreeSet<>();
      for (Interval run : set.values(Field.DESTINATION_PORT, family)) {
        many += (int) (run.lastLow() - run.firstLow() + 1);
        if (many > FEW) {
          break;
        }
        for (long port = run.firstLow(); port <= run.lastLow(); port++) {
          ports.add((int) port);
        }
      }
      List<Interval> addresses = set.values(Field.DESTINATION, family);
      boolean one = !anyAddress && addresses.size() == 1 && addresses.get(0).isOne();
      return new Selection(
          many > FEW ? NONE : ports.stream().mapToInt(Integer::intValue).toArray(),
          one ? Optional.of(addresses.get(0).addresses(family).first()) : Optional.empty());
    }
  }

  /**
   * What packets a rule or a chain can do anything with.
   *
   * @param ports those to these ports alone; empty for all
   * @param addresses those to these addresses alone; empty for all
   */
  private record Interest(Optional<Set<Integer>> ports, Optional<Set<IpAddress>> addresses) {
    static final Interest ALL = new Interest(Optional.empty(), Optional.empty());
  }

  /** The rules of a chain, by what they are about; each list in order. */
  private static final class Index {
    private final int[] wide;
    private final int[] ofPorts;
    private final int[] ofAddresses;
    private final Map<Integer, int[]> byPort;
    private final Map<IpAddress, int[]> byAddress;
    private final Map<Integer, int[]> bothByPort;
    private final Map<IpAddress, int[]> bothByAddress;

    /** Those that lead packets to their ports on, to rules which may be about addresses. */
    private final int[] led;

    private final Map<Integer, int[]> ledByPort;

    /** Of those by what they lead to, when that is first asked for. */
    private @Nullable Map<IpAddress, int[]> ledByAddress;

    private int[] ledToAny = NONE;

    Index(
        Map<String, int[]> others,
        Map<Integer, int[]> byPort,
        Map<IpAddress, int[]> byAddress,
        Map<Integer, int[]> bothByPort,
        Map<IpAddress, int[]> bothByAddress,
        Map<Integer, int[]> ledByPort) {
      this.wide = others.getOrDefault("wide", NONE);
      this.ofPorts = others.getOrDefault("ports", NONE);
      this.ofAddresses = others.getOrDefault("addresses", NONE);
      this.led = others.getOrDefault("led", NONE);
      this.byPort = byPort;
      this.byAddress = byAddress;
      this.bothByPort = bothByPort;
      this.bothByAddress = bothByAddress;
      this.ledByPort = ledByPort;
    }
  }

  /** The places, from 0 and in order, of the rules that can do anything with packets to a port. */
  public int[] candidates(String chain, int port) {
    return candidates(chain, new Selection(new int[] {port}, Optional.empty()));
  }

  /** The same of packets to a port of an address, where it is one. */
  public int[] candidates(String chain, int port, Optional<IpAddress> address) {
    return candidates(chain, new Selection(new int[] {port}, address));
  }

  /** The places, from 0 and in order, of the rules that can do anything with such packets. */
  int[] candidates(String chain, Selection selection) {
    int size = rows(chain).size();
    if (selection.ports.length == 0 && selection.address.isEmpty() || size <= SHORT) {
      int[] all = new int[size];
      for (int i = 0; i < size; i++) {
        all[i] = i;
      }
      return all;
    }
    Index index = index(chain);
    int[] found = index.wide;
    Optional<IpAddress> address = selection.address;
    found =
        merged(
            found,
            address.isPresent()
                ? index.byAddress.getOrDefault(address.get(), NONE)
                : index.ofAddresses);
    if (selection.ports.length == 0) {
      found = merged(found, index.ofPorts);
      found = merged(found, index.bothByAddress.getOrDefault(address.orElseThrow(), NONE));
      return merged(found, ledTo(chain, index, address.get()));
    }
    int[] both = NONE;
    int[] led = NONE;
    for (int port : selection.ports) {
      found = merged(found, index.byPort.getOrDefault(port, NONE));
      both = merged(both, index.bothByPort.getOrDefault(port, NONE));
      led = merged(led, index.ledByPort.getOrDefault(port, NONE));
    }
    if (address.isPresent()) {
      both = common(both, index.bothByAddress.getOrDefault(address.get(), NONE));
      led = led.length > 1 ? leadingTo(chain, led, address.get()) : led;
    }
    return merged(merged(found, both), led);
  }

  /** Those of some rules that lead to rules which may be about an address. */
  private int[] leadingTo(String chain, int[] led, IpAddress address) {
    int[] left = new int[led.length];
    int size = 0;
    for (int at : led) {
      Optional<Set<IpAddress>> addresses = beyond(chain, at);
      if (addresses.isEmpty() || addresses.get().contains(address)) {
        left[size++] = at;
      }
    }
    return Arrays.copyOf(left, size);
  }

  private int[] ledTo(String chain, Index index, IpAddress address) {
    Map<IpAddress, int[]> byAddress = index.ledByAddress;
    if (byAddress == null) {
      Lists<IpAddress> lists = new Lists<>();
      Lists<String> any = new Lists<>();
      for (int at : index.led) {
        Optional<Set<IpAddress>> addresses = beyond(chain, at);
        addresses.ifPresentOrElse(all -> lists.addAll(all, at), () -> any.add("any", at));
      }
      byAddress = lists.arrays();
      index.ledByAddress = byAddress;
      index.ledToAny = any.arrays().getOrDefault("any", NONE);
    }
    return merged(index.ledToAny, byAddress.getOrDefault(address, NONE));
  }

  /** The addresses that the chain is about to which a rule leads. */
  private Optional<Set<IpAddress>> beyond(String chain, int at) {
    return interest(rows(chain).get(at).targetChain(), Set.of(chain)).addresses();
  }

  /** The places that are in both lists. */
  private static int[] common(int[] one, int[] other) {
    int[] shorter = one.length <= other.length ? one : other;
    int[] longer = shorter == one ? other : one;
    int[] left = new int[shorter.length];
    int size = 0;
    for (int at : shorter) {
      if (Arrays.binarySearch(longer, at) >= 0) {
        left[size++] = at;
      }
    }
    return Arrays.copyOf(left, size);
  }

  private static int[] merged(int[] one, int[] other) {
    if (one.length == 0 || other.length == 0) {
      return one.length == 0 ? other : one;
    }
    int[] all = new int[one.length + other.length];
    int size = 0;
    int i = 0;
    int k = 0;
    while (i < one.length || k < other.length) {
      int next;
      if (k == other.length || i < one.length && one[i] <= other[k]) {
        next = one[i++];
      } else {
        next = other[k++];
      }
      if (size == 0 || all[size - 1] != next) {
        all[size++] = next;
      }
    }
    return Arrays.copyOf(all, size);
  }

  private Index index(String chain) {
    Index known = indexes.get(chain);
    if (known != null) {
      return known;
    }
    Lists<Integer> byPort = new Lists<>();
    Lists<IpAddress> byAddress = new Lists<>();
    Lists<Integer> bothByPort = new Lists<>();
    Lists<IpAddress> bothByAddress = new Lists<>();
    Lists<Integer> ledByPort = new Lists<>();
    Lists<String> others = new Lists<>();
    List<RuleEntry> rows = rows(chain);
    Set<String> above = Set.of(chain);
    for (int i = 0; i < rows.size(); i++) {
      Interest own = interest(rows.get(i));
      boolean leads = isIncomplete(own) && leads(rows.get(i));
      if (leads && own.ports().isPresent()) {
        ledByPort.addAll(own.ports().get(), i);
        others.add("led", i);
        continue;
      }
      Interest interest = leads ? beyond(own, rows.get(i), above) : own;
      boolean ports = interest.ports().isPresent();
      boolean addresses = interest.addresses().isPresent();
      if (!ports && !addresses) {
        others.add("wide", i);
      } else if (!addresses) {
        byPort.addAll(interest.ports().get(), i);
        others.add("ports", i);
      } else if (!ports) {
        byAddress.addAll(interest.addresses().get(), i);
        others.add("addresses", i);
      } else {
        bothByPort.addAll(interest.ports().get(), i);
        bothByAddress.addAll(interest.addresses().get(), i);
      }
    }
    Index index =
        new Index(
            others.arrays(),
            byPort.arrays(),
            byAddress.arrays(),
            bothByPort.arrays(),
            bothByAddress.arrays(),
            ledByPort.arrays());
    indexes.put(chain, index);
    return index;
  }

  /** Lists of places that grow. */
  private static final class Lists<K> {
    private final Map<K, int[]> lists = new HashMap<>();
    private final Map<K, Integer> sizes = new HashMap<>();

    void addAll(Set<K> keys, int place) {
      keys.forEach(k -> add(k, place));
    }

    void add(K key, int place) {
      int size = sizes.merge(key, 1, Integer::sum) - 1;
      int[] list = lists.get(key);
      if (list == null || size == list.length) {
        list = list == null ? new int[1] : Arrays.copyOf(list, 2 * size);
        lists.put(key, list);
      }
      list[size] = place;
    }

    Map<K, int[]> arrays() {
      lists.replaceAll((k, list) -> Arrays.copyOf(list, sizes.getOrDefault(k, 0)));
      return lists;
    }
  }

  /** A jump to a chain that does nothing with a packet does nothing with it. */
  private Interest interest(RuleEntry row, Set<String> above) {
    Interest own = interest(row);
    return isIncomplete(own) && leads(row) ? beyond(own, row, above) : own;
  }

  private static boolean isIncomplete(Interest interest) {
    return interest.ports().isEmpty() || interest.addresses().isEmpty();
  }

  /** Whether it is a jump, from which packets come back, to a chain that is there. */
  private boolean leads(RuleEntry row) {
    return table.chain(row.targetChain()).isPresent()
        && row.rule().target() instanceof Target.Jump jump
        && !jump.goTo();
  }

  private Interest beyond(Interest own, RuleEntry row, Set<String> above) {
    Interest beyond = interest(row.targetChain(), above);
    return new Interest(
        own.ports().isPresent() ? own.ports() : beyond.ports(),
        own.addresses().isPresent() ? own.addresses() : beyond.addresses());
  }

  /**
   * What packets a chain can do anything with.
   *
   * @param above the chains that lead there
   */
  private Interest interest(String chain, Set<String> above) {
    Interest known = interests.get(chain);
    if (known != null) {
      return known;
    }
    if (above.contains(chain)) {
      return Interest.ALL; // they lead in a circle
    }
    Set<String> path = new HashSet<>(above);
    path.add(chain);
    Set<Integer> ports = new HashSet<>();
    Set<IpAddress> addresses = new HashSet<>();
    boolean somePorts = true;
    boolean someAddresses = true;
    for (RuleEntry row : rows(chain)) {
      if (!somePorts && !someAddresses) {
        break;
      }
      Interest one = interest(row, path);
      somePorts = somePorts && one.ports().isPresent();
      someAddresses = someAddresses && one.addresses().isPresent();
      one.ports().ifPresent(ports::addAll);
      one.addresses().ifPresent(addresses::addAll);
      somePorts = somePorts && ports.size() <= FEW;
      someAddresses = someAddresses && addresses.size() <= FEW;
    }
    Interest interest =
        new Interest(
            somePorts ? Optional.of(Set.copyOf(ports)) : Optional.empty(),
            someAddresses ? Optional.of(Set.copyOf(addresses)) : Optional.empty());
    interests.put(chain, interest);
    return interest;
  }

  /** What a rule's own matches say of where packets go. */
  private static Interest interest(RuleEntry row) {
    if (!row.isPlain()) {
      return interest(row.rule());
    }
    OptionalInt port = row.onlyPort();
    return new Interest(
        port.isPresent() ? Optional.of(Set.of(port.getAsInt())) : Optional.empty(),
        row.destination()
            .filter(d -> d.prefix() == d.address().family().bits())
            .map(d -> Set.of(d.address())));
  }

  private static Interest interest(Rule rule) {
    Optional<Set<Integer>> ports = Optional.empty();
    Optional<Set<IpAddress>> addresses = Optional.empty();
    for (Match match : rule.matches()) {
      if (match instanceof Match.Address address
          && address.side() == Side.DESTINATION
          && !address.negated()
          && address.cidr().prefix() == address.cidr().address().family().bits()) {
        addresses = Optional.of(Set.of(address.cidr().address()));
      } else if (match instanceof Match.Ports several) {
        for (Match.PortTest test : several.ports()) {
          if (test.side() == Side.DESTINATION && !test.negated()) {
            ports = few(List.of(test.range()));
          }
        }
      } else if (match instanceof Match.Multiport several
          && several.ends() == Match.Ends.DESTINATION
          && !several.negated()) {
        ports = few(several.ranges());
      }
    }
    return new Interest(ports, addresses);
  }

  private static Optional<Set<Integer>> few(List<PortRange> ranges) {
    Set<Integer> ports = new HashSet<>();
    for (PortRange range : ranges) {
      if (range.last() - range.first() >= FEW) {
        return Optional.empty();
      }
      for (int port = range.first(); port <= range.last(); port++) {
        ports.add(port);
      }
    }
    return Optional.of(ports);
  }
}
