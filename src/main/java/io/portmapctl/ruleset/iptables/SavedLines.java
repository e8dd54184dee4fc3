package io.portmapctl.ruleset.iptables;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.SavedRules;
import io.portmapctl.ruleset.iptables.SaveFormat.FormatException;
import io.portmapctl.text.Octets;
import java.util.Arrays;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a save as the spans that they have in its text: a rule is read when it is asked for,
 * and only the last few thousand are kept.
 */
final class SavedLines implements SavedRules {
  /** A rule that names no destination port, or of which it is not told which. */
  static final int ANY_PORT = -1;

  /** How many rules are kept, a power of two; a few of them have a thousand bytes. */
  private static final int KEPT = 1 << 14;

  /** A rule and where it is from: rules of many places are kept in one slot. */
  private record Read(int place, Rule rule) {}

  private final Family family;
  private final String text;
  private int size;

  /** For each rule where its line, its own words and their end are, and what is known of it. */
  private int[] lines = new int[64];

  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private int[] ports = new int[64];
  private String[] targets = new String[64];
  private byte[] flags = new byte[64];

  /** Bits of flags: the target is a chain; something was not shown. */
  private static final int JUMP = 1;

  private static final int UNSHOWN = 2;

  private @Nullable Read[] read = new Read[0];

  /** None yet, of a text. */
  SavedLines(Family family, String text) {
    this.family = family;
    this.text = text;
  }

  /**
   * One more.
   *
   * @param line where its line starts
   * @param start where its words start, behind {@code -A CHAIN}
   * @param end where they end
   * @param target the name behind {@code -j}
   * @param jump whether it is a chain's
   * @param port the only destination port that it can be about, or {@link #ANY_PORT}
   * @param unshown whether a part of it was not shown, perhaps
   */
  void add(int line, int start, int end, String target, boolean jump, int port, boolean unshown) {
    if (size == lines.length) {
      int more = size * 2;
      lines = Arrays.copyOf(lines, more);
      starts = Arrays.copyOf(starts, more);
      ends = Arrays.copyOf(ends, more);
      ports = Arrays.copyOf(ports, more);
      targets = Arrays.copyOf(targets, more);
      flags = Arrays.copyOf(flags, more);
    }
    lines[size] = line;
    starts[size] = start;
    ends[size] = end;
    ports[size] = port;
    targets[size] = target;
    flags[size] = (byte) ((jump ? JUMP : 0) | (unshown ? UNSHOWN : 0));
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
    read = new Read[Math.min(KEPT, Integer.highestOneBit(Math.max(1, size)) * 2)];
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
    try {
      return RuleSyntax.parse(
          family, SaveFormat.split(0, text.substring(starts[place], ends[place])));
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
  public boolean isUnshown(int place) {
    return (flags[place] & UNSHOWN) != 0 && rule(place).isUnshown();
  }
}
