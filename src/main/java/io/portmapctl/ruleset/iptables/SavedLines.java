package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.SavedRules;
import io.portmapctl.ruleset.iptables.SaveFormat.FormatException;
import io.portmapctl.text.Octets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a save as the spans that they have in its text: a rule is read when it is asked for,
 * and only the last few thousand are kept.
 */
final class SavedLines implements SavedRules {
  /** A rule that names no destination port, or of which it is not told which. */
  static final int ANY_PORT = -1;

  /**
   * How many rules are kept, a power of two: of as many, all. Of very many a few, since what is
   * kept is copied by each collection of garbage, and comes too seldom again.
   */
  private static final int KEPT = 1 << 14;

  private static final int KEPT_OF_VERY_MANY = 1 << 11;

  /** A rule and where it is from: rules of many places are kept in one slot. */
  private record Read(int place, Rule rule) {}

  private final Family family;
  private final String text;
  private final Vocabulary vocabulary = new Vocabulary();
  private final PlainRules plainRules;
  private int size;

  /** For each rule where its line, its own words and their end are, and what is known of it. */
  private int[] lines = new int[64];

  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private int[] ports = new int[64];
  private String[] targets = new String[64];
  private byte[] flags = new byte[64];

  /** Bits of flags: the target is a chain; something was not shown; it asks for little. */
  private static final int JUMP = 1;

  private static final int UNSHOWN = 2;

  private static final int PLAIN = 4;

  /** Where the destination of a plain rule stands, behind the start of its words. */
  private byte[] destinations = new byte[64];

  private @Nullable Read[] read = new Read[0];

  /** None yet, of a text. */
  SavedLines(Family family, String text) {
    this.family = family;
    this.text = text;
    this.plainRules = new PlainRules(family, text, vocabulary);
  }

  /**
   * One more, of which nothing is known but what it is.
   *
   * @param line where its line starts
   * @param start where its words start, behind {@code -A CHAIN}
   * @param end where they end
   */
  void add(int line, int start, int end, Rule rule) {
    String chain = rule.target().chain().orElse("");
    int jump = chain.isEmpty() ? 0 : JUMP;
    String target = chain.isEmpty() ? rule.target().name() : chain;
    add(line, start, end, target, ANY_PORT, jump | (rule.isUnshown() ? UNSHOWN : 0));
  }

  /**
   * One more, which was looked over.
   *
   * @param line where its line starts
   * @param start where its words start, behind {@code -A CHAIN}
   */
  void add(int line, int start, RuleScan scan) {
    int destination = scan.destination() - start;
    boolean plain = scan.isPlain() && destination <= Byte.MAX_VALUE;
    add(
        line,
        start,
        scan.end(),
        scan.target(),
        scan.port(),
        (scan.jumps() ? JUMP : 0) | (scan.unshown() ? UNSHOWN : 0) | (plain ? PLAIN : 0));
    destinations[size - 1] = (byte) (plain && destination >= 0 ? destination : -1);
  }

  private void add(int line, int start, int end, String target, int port, int flag) {
    if (size == lines.length) {
      int more = size * 2;
      lines = Arrays.copyOf(lines, more);
      starts = Arrays.copyOf(starts, more);
      ends = Arrays.copyOf(ends, more);
      ports = Arrays.copyOf(ports, more);
      targets = Arrays.copyOf(targets, more);
      flags = Arrays.copyOf(flags, more);
      destinations = Arrays.copyOf(destinations, more);
    }
    lines[size] = line;
    starts[size] = start;
    ends[size] = end;
    ports[size] = port;
    targets[size] = target;
    flags[size] = (byte) flag;
    size++;
  }

  /** How many there are. */
  int size() {
    return size;
  }

  /** All were added. */
  void end() {
    lines = Arrays.copyOf(lines, size);
    starts = Arrays.copyOf(starts, size);
    ends = Arrays.copyOf(ends, size);
    ports = Arrays.copyOf(ports, size);
    targets = Arrays.copyOf(targets, size);
    flags = Arrays.copyOf(flags, size);
    destinations = Arrays.copyOf(destinations, size);
    int most = size > 4 * KEPT ? KEPT_OF_VERY_MANY : KEPT;
    read = new Read[Math.min(most, Integer.highestOneBit(Math.max(1, size)) * 2)];
  }

  @Override
  public Rule rule(int place) {
    int slot = place & read.length - 1;
    Read known = read[slot];
    if (known != null && known.place == place) {
      return known.rule;
    }
    Rule rule = parsed(place);
    read[slot] = new Read(place, rule);
    return rule;
  }

  private Rule parsed(int place) {
    if (isPlain(place)) {
      Optional<Rule> rule = plainRules.read(starts[place], ends[place]);
      if (rule.isPresent()) {
        return rule.get();
      }
    }
    try {
      return RuleSyntax.parse(
          family, SaveFormat.split(0, text, starts[place], ends[place], vocabulary));
    } catch (FormatException e) {
      throw new IllegalStateException("unreachable", e);
    }
  }

  @Override
  public Octets text(int place) {
    return new Octets(text.substring(starts[place], ends[place]));
  }

  @Override
  public String counters(int place) {
    int line = lines[place];
    return text.charAt(line) == '[' ? text.substring(line, text.indexOf(']', line) + 1) : "";
  }

  @Override
  public String targetName(int place) {
    return targets[place];
  }

  @Override
  public String targetChain(int place) {
    return (flags[place] & JUMP) != 0 ? targets[place] : "";
  }

  @Override
  public boolean isSpelledAt(int place, String latin1, int from) {
    return text.regionMatches(starts[place], latin1, from, length(place));
  }

  @Override
  public int length(int place) {
    return ends[place] - starts[place];
  }

  @Override
  public boolean areSpelledAlike(int place, SavedRules others, int other) {
    return others instanceof SavedLines them
        ? length(place) == them.length(other) && isSpelledAt(place, them.text, them.starts[other])
        : others.areSpelledAlike(other, this, place);
  }

  @Override
  public OptionalInt onlyPort(int place) {
    return ports[place] == ANY_PORT ? OptionalInt.empty() : OptionalInt.of(ports[place]);
  }

  @Override
  public boolean isPlain(int place) {
    return (flags[place] & PLAIN) != 0;
  }

  @Override
  public Optional<Cidr> destination(int place) {
    if (!isPlain(place)) {
      return rule(place).destination();
    }
    if (destinations[place] < 0) {
      return Optional.empty();
    }
    int from = starts[place] + destinations[place];
    int blank = text.indexOf(' ', from);
    String word = text.substring(from, blank < 0 ? ends[place] : Math.min(blank, ends[place]));
    try {
      Cidr network = Values.network(family, word);
      return network.prefix() == 0 ? Optional.empty() : Optional.of(network);
    } catch (NotUnderstood e) {
      return Optional.empty(); // it is kept to the letter
    }
  }

  @Override
  public boolean isUnshown(int place) {
    return (flags[place] & UNSHOWN) != 0 && rule(place).isUnshown();
  }
}
