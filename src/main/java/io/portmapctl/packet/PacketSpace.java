package io.portmapctl.packet;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All packets, and the sets that are made of them. A set is an interval decision diagram: its
 * levels are the fields, the bits of the packet's mark and of the connection's, and the questions
 * whose answer is not known, each of which is a dimension of its own. Diagrams are reduced and
 * shared (firewall decision diagrams, Gouda and Liu, 2007), so that equal sets are the same diagram
 * and whether a set is empty is seen at once.
 *
 * <p>Sets of different spaces do not mix, and a space serves one thread.
 */
@SuppressWarnings("ReferenceEquality") // of equal nodes there is one
public final class PacketSpace {
  /** How many bits a mark has. */
  public static final int MARK_BITS = 32;

  static final int FIRST_MARK = Field.values().length;
  static final int FIRST_QUESTION = FIRST_MARK + 2 * MARK_BITS;

  /** As many results of operations are kept; a power of 2. */
  private static final int REMEMBERED = 1 << 13;

  /** What keys of other operations begin with. */
  private static final long OTHER = 3;

  /** Levels from here on are one in keys: all questions are meant, or none. */
  private static final int LAST = (1 << 12) - 1;

  /** What is made of two sets. */
  enum Operation {
    AND(0),
    OR(1),
    MINUS(2);

    private final long code;

    Operation(long code) {
      this.code = code;
    }
  }

  private final Node none = new Node(Node.END, new long[0], new Node[0], 0);
  private final Node all = new Node(Node.END, new long[] {1}, new Node[0], 1);

  /** Every node, at the place of its hash or behind it. */
  private @Nullable Node[] nodes = new Node[1 << 12];

  private final long[] asked = new long[REMEMBERED];
  private final @Nullable Node[] answered = new Node[REMEMBERED];
  private final List<String> questions = new ArrayList<>();
  private final Map<String, Integer> levels = new HashMap<>();
  private final Effort effort;
  private int nodesMade = 2;

  /** A space in which as much may be done as it takes. */
  public PacketSpace() {
    this(Effort.endless());
  }

  /** A space in which no more may be done than that. */
  public PacketSpace(Effort effort) {
    this.effort = effort;
  }

  /** How much may be done in it. */
  public Effort effort() {
    return effort;
  }

  /** How many nodes its sets have in all: what they cost. */
  public int size() {
    return nodesMade;
  }

  /** A family as a value of its field. */
  static long number(Family family) {
    return family == Family.IPV4 ? 0 : 1;
  }

  /** Every packet. */
  public PacketSet all() {
    return new PacketSet(this, all);
  }

  /** No packet. */
  public PacketSet none() {
    return new PacketSet(this, none);
  }

  /** The packets of all; two and two, so that large sets are not joined again and again. */
  public PacketSet anyOf(List<PacketSet> sets) {
    List<PacketSet> rest = sets;
    while (rest.size() > 1) {
      List<PacketSet> joined = new ArrayList<>();
      for (int i = 0; i < rest.size(); i += 2) {
        joined.add(i + 1 < rest.size() ? rest.get(i).or(rest.get(i + 1)) : rest.get(i));
      }
      rest = joined;
    }
    return rest.isEmpty() ? none() : rest.get(0);
  }

  /**
   * The packets that are in all of some sets, each of which asks for one field that no other asks
   * for: as if by {@link PacketSet#and}, and faster.
   */
  public PacketSet allOf(List<PacketSet> sets) {
    return allOf(sets, all());
  }

  /**
   * The same, and in one set more.
   *
   * @param rest asks for fields behind those of the others only
   */
  public PacketSet allOf(List<PacketSet> sets, PacketSet rest) {
    List<Node> parts = new ArrayList<>(sets.size());
    for (PacketSet set : sets) {
      if (set.isEmpty()) {
        return none();
      }
      if (set.node() != all) {
        parts.add(set.node());
      }
    }
    // none of the JDK's comparators: their lambdas can be in no class-data archive
    parts.sort((one, other) -> Integer.compare(other.level(), one.level()));
    Node below = rest.node();
    for (Node part : parts) {
      Runs runs = new Runs(part.size());
      for (int i = 0; i < part.size(); i++) {
        runs.add(part.high(i), part.low(i), part.next(i) == all ? below : part.next(i));
      }
      below = runs.node(part.level());
    }
    return new PacketSet(this, below);
  }

  /** The packets of a family. */
  public PacketSet of(Family family) {
    return of(Field.FAMILY, Interval.of(number(family)));
  }

  /** Those of which a field that is no address is in a run of values. */
  public PacketSet of(Field field, Interval values) {
    return new PacketSet(this, run(field.level(), values, field.bits(Family.IPV6)));
  }

  /** Those of which a field is an address, whatever their family: to be used with its family's. */
  public PacketSet alone(Field field, IpAddress address) {
    Interval one = Interval.of(Cidr.host(address));
    return new PacketSet(this, run(field.level(), one, field.bits(address.family())));
  }

  /** Those of a family of which an address is in a run of values. */
  public PacketSet of(Field field, Family family, Interval values) {
    PacketSet run = new PacketSet(this, run(field.level(), values, field.bits(family)));
    return of(family).and(run);
  }

  /** Those of which an address is in a network. */
  public PacketSet of(Field field, Cidr network) {
    return of(field, network.address().family(), Interval.of(network));
  }

  /** Those of which an address is this one. */
  public PacketSet of(Field field, IpAddress address) {
    return of(field, Cidr.host(address));
  }

  /** Those of which the bits of the mark that a mask names are a value. */
  public PacketSet ofMark(long value, long mask) {
    return ofBits(PacketSpace::markLevel, value, mask);
  }

  /** Those of which the bits of the connection's mark that a mask names are a value. */
  public PacketSet ofConnmark(long value, long mask) {
    return ofBits(PacketSpace::connmarkLevel, value, mask);
  }

  private PacketSet ofBits(IntUnaryOperator level, long value, long mask) {
    if ((value & ~mask) != 0) {
      return none();
    }
    Node node = all;
    for (int bit = MARK_BITS - 1; bit >= 0; bit--) {
      if ((mask >>> bit & 1) != 0) {
        node = bit(level.applyAsInt(bit), (value >>> bit & 1) != 0, node);
      }
    }
    return new PacketSet(this, node);
  }

  /**
   * Those of which a question is answered yes, though nobody knows of which it is. The same words
   * are the same question.
   */
  public PacketSet ofQuestion(String words) {
    int level =
        levels.computeIfAbsent(
            words,
            w -> {
              questions.add(w);
              return FIRST_QUESTION + questions.size() - 1;
            });
    return new PacketSet(this, bit(level, true, all));
  }

  /** Those of a family that have a value at a level. */
  PacketSet ofLevel(int level, long[] value, Family family) {
    int bits = level < FIRST_MARK ? Field.at(level).bits(family) : 1;
    return new PacketSet(
        this, run(level, new Interval(value[0], value[1], value[0], value[1]), bits));
  }

  /** The words of the question at a level; empty where the level is none of a question. */
  String question(int level) {
    return level >= FIRST_QUESTION && level != Node.END
        ? questions.get(level - FIRST_QUESTION)
        : "";
  }

  /** The bits of both marks by turns: one that is copied into the other stays beside it. */
  static int markLevel(int bit) {
    return FIRST_MARK + 2 * bit;
  }

  static int connmarkLevel(int bit) {
    return FIRST_MARK + 2 * bit + 1;
  }

  /** The level of a question; -1 where it was never asked. */
  int questionLevel(String words) {
    return levels.getOrDefault(words, -1);
  }

  static boolean isPacketMark(int level) {
    return level >= FIRST_MARK && level < FIRST_QUESTION && (level - FIRST_MARK) % 2 == 0;
  }

  Node allNode() {
    return all;
  }

  Node noneNode() {
    return none;
  }

  private Node bit(int level, boolean one, Node yes) {
    return make(
        level, new long[] {0, 0, 0, 1}, one ? new Node[] {none, yes} : new Node[] {yes, none});
  }

  /** A value above the field's highest is never asked for, so that what is last has no end. */
  private Node run(int level, Interval values, int bits) {
    boolean fromZero = values.firstHigh() == 0 && values.firstLow() == 0;
    long highest = bits >= 64 ? -1L : (1L << bits) - 1;
    boolean toEnd = values.lastLow() == highest && values.lastHigh() == (bits == 128 ? -1L : 0L);
    Runs runs = new Runs(3);
    if (!fromZero) {
      runs.add(0, 0, none);
    }
    runs.add(values.firstHigh(), values.firstLow(), all);
    if (!toEnd) {
      long low = values.lastLow() + 1;
      runs.add(values.lastHigh() + (low == 0 ? 1 : 0), low, none);
    }
    return runs.node(level);
  }

  /** The one node with these runs. */
  private Node make(int level, long[] starts, Node[] next) {
    Node node = new Node(level, starts, next, nodesMade);
    int at = node.hashCode() & nodes.length - 1;
    while (true) {
      Node there = nodes[at];
      if (there == null) {
        break;
      }
      if (there.equals(node)) {
        return there;
      }
      at = at + 1 & nodes.length - 1;
    }
    nodes[at] = node;
    nodesMade++;
    if (nodesMade > nodes.length / 2) {
      grow();
    }
    return node;
  }

  private void grow() {
    @Nullable Node[] before = nodes;
    nodes = new Node[2 * before.length];
    for (Node node : before) {
      if (node != null) {
        int at = node.hashCode() & nodes.length - 1;
        while (nodes[at] != null) {
          at = at + 1 & nodes.length - 1;
        }
        nodes[at] = node;
      }
    }
  }

  /** Collects the runs of a node; neighbours that lead to the same become one. */
  private final class Runs {
    private long[] starts;
    private Node[] next;
    private int size;

    Runs(int most) {
      starts = new long[2 * most];
      next = new Node[most];
    }

    void add(long high, long low, Node to) {
      if (size > 0 && next[size - 1] == to) {
        return;
      }
      if (size == next.length) {
        starts = Arrays.copyOf(starts, 4 * size);
        next = Arrays.copyOf(next, 2 * size);
      }
      starts[2 * size] = high;
      starts[2 * size + 1] = low;
      next[size++] = to;
    }

    Node node(int level) {
      if (size == 1) {
        return next[0];
      }
      return size == next.length
          ? make(level, starts, next)
          : make(level, Arrays.copyOf(starts, 2 * size), Arrays.copyOf(next, size));
    }
  }

  Node apply(Operation operation, Node one, Node other) {
    switch (operation) {
      case AND -> {
        if (one == none || other == none) {
          return none;
        }
        if (one == all || one == other) {
          return other;
        }
        if (other == all) {
          return one;
        }
      }
      case OR -> {
        if (one == all || other == all) {
          return all;
        }
        if (one == none || one == other) {
          return other;
        }
        if (other == none) {
          return one;
        }
      }
      case MINUS -> {
        if (one == none || other == all || one == other) {
          return none;
        }
        if (other == none) {
          return one;
        }
      }
    }
    boolean turn = operation != Operation.MINUS && one.id() > other.id();
    Node left = turn ? other : one;
    Node right = turn ? one : other;
    long key = operation.code << 62 | (long) left.id() << 31 | right.id();
    int slot = slot(key);
    Node before = answered[slot];
    if (asked[slot] == key && before != null) {
      return before;
    }
    Node result = merged(operation, left, right);
    asked[slot] = key;
    answered[slot] = result;
    return result;
  }

  private Node merged(Operation operation, Node one, Node other) {
    int level = Math.min(one.level(), other.level());
    boolean oneAsks = one.level() == level;
    boolean otherAsks = other.level() == level;
    int ones = oneAsks ? one.size() : 1;
    int others = otherAsks ? other.size() : 1;
    effort.spend(ones + others);
    Runs runs = new Runs(ones + others);
    int i = 0;
    int k = 0;
    long high = 0;
    long low = 0;
    while (true) {
      runs.add(
          high,
          low,
          apply(operation, oneAsks ? one.next(i) : one, otherAsks ? other.next(k) : other));
      boolean moreOnes = i + 1 < ones;
      boolean moreOthers = k + 1 < others;
      if (!moreOnes && !moreOthers) {
        return runs.node(level);
      }
      int order =
          !moreOnes
              ? 1
              : !moreOthers
                  ? -1
                  : Interval.compare(
                      one.high(i + 1), one.low(i + 1), other.high(k + 1), other.low(k + 1));
      if (order <= 0) {
        i++;
        high = one.high(i);
        low = one.low(i);
      }
      if (order >= 0) {
        k++;
        high = other.high(k);
        low = other.low(k);
      }
    }
  }

  /**
   * Whether all packets of a set are in another, or none; of many sets that is not seen so fast.
   */
  enum Inside {
    ALL,
    NONE,
    PERHAPS
  }

  /**
   * Whether packets that have, for every field that another set asks for, values that it does not
   * tell apart are in that set. A packet of which everything is known is such a set.
   */
  Inside inside(Node set, Node other) {
    Node at = set;
    Node asks = other;
    while (!asks.isEnd()) {
      while (at.level() < asks.level()) {
        at = only(at);
        if (at == none) {
          return Inside.PERHAPS;
        }
      }
      Node answer = at.level() == asks.level() ? answer(at, asks) : null;
      if (answer == null) {
        return Inside.PERHAPS;
      }
      asks = answer;
      at = only(at);
      if (at == none) {
        return Inside.PERHAPS;
      }
    }
    return asks == all ? Inside.ALL : Inside.NONE;
  }

  /** To where the one run leads that leads anywhere; to no packet where several do. */
  Node only(Node from) {
    Node only = none;
    for (int i = 0; i < from.size(); i++) {
      Node next = from.next(i);
      if (next != none && next != only) {
        if (only != none) {
          return none;
        }
        only = next;
      }
    }
    return only;
  }

  /** To where a node leads for all values that lead anywhere in another; null where to several. */
  private @Nullable Node answer(Node values, Node asks) {
    Node answer = null;
    for (int i = 0; i < values.size(); i++) {
      if (values.next(i) == none) {
        continue;
      }
      int run = asks.run(values.high(i), values.low(i));
      boolean last = i + 1 == values.size();
      boolean within =
          run + 1 == asks.size()
              || !last
                  && Interval.compare(
                          values.high(i + 1),
                          values.low(i + 1),
                          asks.high(run + 1),
                          asks.low(run + 1))
                      <= 0;
      if (!within || answer != null && answer != asks.next(run)) {
        return null;
      }
      answer = asks.next(run);
    }
    return answer;
  }

  /** What becomes of a node that runs lead to. */
  private interface Mapping {
    Node of(Node next);
  }

  /** A node whose runs lead to what others have become; itself where nothing has changed. */
  private Node mapped(Node node, int level, Mapping mapping) {
    Node[] next = new Node[node.size()];
    effort.spend(next.length);
    boolean same = level == node.level();
    for (int i = 0; i < next.length; i++) {
      next[i] = mapping.of(node.next(i));
      same &= next[i] == node.next(i);
    }
    if (same) {
      return node;
    }
    Runs runs = new Runs(next.length);
    for (int i = 0; i < next.length; i++) {
      runs.add(node.high(i), node.low(i), next[i]);
    }
    return runs.node(level);
  }

  /** The set of packets that differ from one of the set at most at the levels of a run. */
  Node without(Node node, int first, int last) {
    if (node.level() > last) {
      return node;
    }
    long key = OTHER << 62 | (long) node.id() << 31 | (first << 12 | Math.min(last, LAST));
    int slot = slot(key);
    Node before = answered[slot];
    if (asked[slot] == key && before != null) {
      return before;
    }
    Node result;
    if (node.level() >= first) {
      result = none;
      for (int i = 0; i < node.size() && result != all; i++) {
        result = apply(Operation.OR, result, without(node.next(i), first, last));
      }
    } else {
      result = mapped(node, node.level(), next -> without(next, first, last));
    }
    asked[slot] = key;
    answered[slot] = result;
    return result;
  }

  /** The packets of a set with other values of some fields, in one pass. */
  Node rewritten(Node node, List<Rewrite> rewrites, Family family) {
    List<Rewrite> sorted = new ArrayList<>(rewrites);
    sorted.sort((one, other) -> Integer.compare(one.field().level(), other.field().level()));
    return new Rewriting(sorted, family).from(node, 0);
  }

  /** Rewrites a diagram, field after field. */
  private final class Rewriting {
    /** What is small is not worth remembering. */
    private static final int FEW = 100;

    private final List<Rewrite> rewrites;
    private final Family family;
    private final Map<Long, Node> known = new HashMap<>();
    private int visits;

    Rewriting(List<Rewrite> rewrites, Family family) {
      this.rewrites = rewrites;
      this.family = family;
    }

    /** From a node on, where so many fields are rewritten already. */
    Node from(Node node, int done) {
      if (done == rewrites.size() || node == none) {
        return node;
      }
      int level = rewrites.get(done).field().level();
      if (++visits < FEW) {
        return node.level() < level
            ? mapped(node, node.level(), next -> from(next, done))
            : rewritten(node, done);
      }
      long key = (long) done << 32 | node.id();
      Node before = known.get(key);
      if (before != null) {
        return before;
      }
      Node result =
          node.level() < level
              ? mapped(node, node.level(), next -> from(next, done))
              : rewritten(node, done);
      known.put(key, result);
      return result;
    }

    private Node rewritten(Node node, int done) {
      Rewrite rewrite = rewrites.get(done);
      int level = rewrite.field().level();
      Node old;
      if (rewrite.kept()) {
        old =
            node.level() == level
                ? mapped(node, level + 1, next -> from(joined(next, level + 1), done + 1))
                : from(joined(node, level + 1), done + 1);
      } else {
        old = from(joined(node, level), done + 1);
      }
      if (rewrite.values().isEmpty() || old == none) {
        return old;
      }
      Node run = run(level, rewrite.values().get(), rewrite.field().bits(family));
      return run.isEnd() ? old : mapped(run, level, next -> next == all ? old : none);
    }

    /** The set where a level, that is asked first if at all, may have any value. */
    private Node joined(Node node, int level) {
      if (node.level() != level) {
        return node;
      }
      Node any = none;
      for (int i = 0; i < node.size(); i++) {
        any = apply(Operation.OR, any, node.next(i));
      }
      return any;
    }
  }

  private static int slot(long key) {
    return (int) ((key * 0x9E3779B97F4A7C15L) >>> 51);
  }

  /** The set of packets with a bit turned over. */
  Node flipped(Node node, int level) {
    return flipped(node, level, new IdentityHashMap<>());
  }

  private Node flipped(Node node, int level, Map<Node, Node> known) {
    if (node.level() > level) {
      return node;
    }
    Node before = known.get(node);
    if (before != null) {
      return before;
    }
    Node result;
    if (node.level() == level) {
      result = make(level, new long[] {0, 0, 0, 1}, new Node[] {node.next(1), node.next(0)});
    } else {
      result = mapped(node, node.level(), next -> flipped(next, level, known));
    }
    known.put(node, result);
    return result;
  }

  /** Those of a set of which a bit has a value. */
  Node withBit(Node node, int level, boolean one) {
    return apply(Operation.AND, node, bit(level, one, all));
  }
}
