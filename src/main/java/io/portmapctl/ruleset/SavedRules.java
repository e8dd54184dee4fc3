package io.portmapctl.ruleset;

import io.portmapctl.net.Cidr;
import io.portmapctl.text.Octets;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Rules as they were saved, by their place in the save, from 0. A rule is read when it is asked
 * for: what most commands want of most rules is answered from less.
 */
public interface SavedRules {
  /** The meaning of a rule. */
  Rule rule(int place);

  /** Its spelling, without {@code -A CHAIN}. */
  Octets text(int place);

  /** {@code [packets:bytes]} as printed before it, or empty. */
  String counters(int place);

  /** The name after {@code -j} or {@code -g}, as {@link Target#name}. */
  String targetName(int place);

  /** The chain that it leads to, as {@link Target#chain}; empty for none. */
  String targetChain(int place);

  /** Whether its spelling stands in a text from there on. */
  boolean isSpelledAt(int place, String latin1, int from);

  /** How many bytes its spelling has. */
  int length(int place);

  /** Whether two rules are spelled alike. */
  default boolean areSpelledAlike(int place, SavedRules others, int other) {
    return length(place) == others.length(other)
        && others.isSpelledAt(other, text(place).latin1(), 0);
  }

  /**
   * The one destination port that it can name; empty where it can name none or others, or where
   * only its meaning would tell.
   */
  OptionalInt onlyPort(int place);

  /**
   * Whether it certainly asks of packets nothing but protocol, addresses, interfaces and the {@link
   * #onlyPort}, none of it negated: then nothing more need be read of it to tell which packets it
   * is about. A rule of which that is not told may be such a one too.
   */
  boolean isPlain(int place);

  /** Where packets that it is about go, as {@link Rule#destination}. */
  Optional<Cidr> destination(int place);

  /** Whether a part of it was not shown, as {@link Rule#isUnshown}. */
  boolean isUnshown(int place);
}
