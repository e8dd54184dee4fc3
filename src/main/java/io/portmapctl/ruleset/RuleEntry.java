package io.portmapctl.ruleset;

import io.portmapctl.net.Cidr;
import io.portmapctl.text.Octets;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.RandomAccess;

/** A rule as it stands in a chain; one of a save is read when it is asked for. */
public final class RuleEntry {
  private final SavedRules source;
  private final int place;

  /**
   * A rule of a save.
   *
   * @param place its place there
   */
  public RuleEntry(SavedRules source, int place) {
    this.source = source;
    this.place = place;
  }

  /** A rule that is not in any kernel yet. */
  public static RuleEntry of(Rule rule) {
    return new RuleEntry(new New(rule), 0);
  }

  /** Rules of a save that stand there one behind the other. */
  public static List<RuleEntry> of(SavedRules source, int first, int count) {
    return count == 0 ? List.of() : new Run(source, first, count);
  }

  /** Rows that do not change, whatever a list of them is made of. */
  static List<RuleEntry> copied(List<RuleEntry> rows) {
    return rows instanceof Run ? rows : List.copyOf(rows);
  }

  /** Its meaning. */
  public Rule rule() {
    return source.rule(place);
  }

  /** Its spelling where it stands, without {@code -A CHAIN}. */
  public Octets text() {
    return source.text(place);
  }

  /** {@code [packets:bytes]} as printed before it, or empty. */
  public String counters() {
    return source.counters(place);
  }

  /** The name after {@code -j} or {@code -g}: a chain's or an extension's; empty for none. */
  public String targetName() {
    return source.targetName(place);
  }

  /** The chain of the table that a packet is led to; empty where it is led to none. */
  public String targetChain() {
    return source.targetChain(place);
  }

  /**
   * The one destination port that it can name; empty where it can name none or others, or where
   * only its meaning would tell.
   */
  public OptionalInt onlyPort() {
    return source.onlyPort(place);
  }

  /**
   * Whether it certainly asks of packets nothing but protocol, addresses, interfaces and the one
   * port, none of it negated.
   */
  public boolean isPlain() {
    return source.isPlain(place);
  }

  /** Where packets that it is about go, as {@link Rule#destination}. */
  public Optional<Cidr> destination() {
    return source.destination(place);
  }

  /** Whether the program that printed it could not show all of it. */
  public boolean isUnshown() {
    return source.isUnshown(place);
  }

  /**
   * Where its spelling ends in a text in which it stands from there on; -1 where another stands.
   *
   * @param latin1 the text, a character a byte
   */
  public int spelledUntil(String latin1, int from) {
    return source.isSpelledAt(place, latin1, from) ? from + source.length(place) : -1;
  }

  /** Whether both have the same spelling. */
  public boolean isSpelledAs(RuleEntry other) {
    return source == other.source && place == other.place
        || source.areSpelledAlike(place, other.source, other.place);
  }

  /** Whether both are the same rule in the same words with the same counters. */
  @Override
  public boolean equals(Object object) {
    return object instanceof RuleEntry other
        && (source == other.source && place == other.place
            || isSpelledAs(other)
                && counters().equals(other.counters())
                && rule().equals(other.rule()));
  }

  @Override
  public int hashCode() {
    return Objects.hash(text().latin1(), counters());
  }

  @Override
  public String toString() {
    return (counters() + " " + text()).strip();
  }

  /** A rule that stands nowhere yet. */
  private static final class New implements SavedRules {
    private final Rule rule;
    private final Octets text;

    New(Rule rule) {
      this.rule = rule;
      this.text = rule.text();
    }

    @Override
    public Rule rule(int place) {
      return rule;
    }

    @Override
    public Octets text(int place) {
      return text;
    }

    @Override
    public String counters(int place) {
      return "";
    }

    @Override
    public String targetName(int place) {
      return rule.target().name();
    }

    @Override
    public String targetChain(int place) {
      return rule.target().chain().orElse("");
    }

    @Override
    public boolean isSpelledAt(int place, String latin1, int from) {
      return latin1.startsWith(text.latin1(), from);
    }

    @Override
    public int length(int place) {
      return text.length();
    }

    @Override
    public OptionalInt onlyPort(int place) {
      return OptionalInt.empty();
    }

    @Override
    public boolean isPlain(int place) {
      return false;
    }

    @Override
    public Optional<Cidr> destination(int place) {
      return rule.destination();
    }

    @Override
    public boolean isUnshown(int place) {
      return rule.isUnshown();
    }
  }

  /** Rules of a save, each of which is made when it is asked for. */
  private static final class Run extends AbstractList<RuleEntry> implements RandomAccess {
    private final SavedRules source;
    private final int first;
    private final int count;

    Run(SavedRules source, int first, int count) {
      this.source = source;
      this.first = first;
      this.count = count;
    }

    @Override
    public RuleEntry get(int index) {
      return new RuleEntry(source, first + Objects.checkIndex(index, count));
    }

    @Override
    public int size() {
      return count;
    }
  }
}
