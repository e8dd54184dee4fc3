package io.portmapctl.ruleset;

import io.portmapctl.net.Cidr;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;

/**
 * A rule as a typed value; equal rules are the same rule, however they were spelled.
 *
 * @param matches addresses, interfaces and protocol first (in iptables-save's order), then the
 *     modules in the order given
 * @param target what it does
 */
public record Rule(List<Match> matches, Target target) {

  /** Copies the list. */
  public Rule {
    matches = List.copyOf(matches);
  }

  /** The rule in iptables-save's own words, without {@code -A CHAIN}. */
  public Octets text() {
    StringBuilder out = new StringBuilder();
    for (Match match : matches) {
      out.append(match.text().latin1()).append(' ');
    }
    out.append(target.text().latin1());
    return new Octets(out.toString().stripTrailing());
  }

  /**
   * Whether both are the same rule: the same kinds of matches in the same order and the same
   * target, with the same texts. A text says all that its match means, so this is what the record's
   * own equals would tell; that one links a method a kind, which the start of the program feels.
   */
  @Override
  public boolean equals(Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof Rule rule)
        || matches.size() != rule.matches.size()
        || !areEqual(target, rule.target)) {
      return false;
    }
    for (int i = 0; i < matches.size(); i++) {
      if (!areEqual(matches.get(i), rule.matches.get(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int hash = target.text().latin1().hashCode();
    for (Match match : matches) {
      hash = 31 * hash + match.text().latin1().hashCode();
    }
    return hash;
  }

  private static boolean areEqual(Match one, Match other) {
    return one == other
        || one.getClass() == other.getClass() && one.text().latin1().equals(other.text().latin1());
  }

  private static boolean areEqual(Target one, Target other) {
    return one == other
        || one.getClass() == other.getClass() && one.text().latin1().equals(other.text().latin1());
  }

  /** The first comment, if it has one. */
  public Optional<Octets> comment() {
    for (Match match : matches) {
      if (match instanceof Match.Comment comment) {
        return Optional.of(comment.value());
      }
    }
    return Optional.empty();
  }

  /** The network that it asks packets to go to; empty where it asks for none, or for others. */
  public Optional<Cidr> destination() {
    for (Match match : matches) {
      if (match instanceof Match.Address address
          && address.side() == Side.DESTINATION
          && !address.negated()) {
        return Optional.of(address.cidr());
      }
    }
    return Optional.empty();
  }

  /** Whether it holds a match that is compared word by word only. */
  public boolean hasUnmodelledMatch() {
    for (Match match : matches) {
      if (match instanceof Match.Unknown) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the program that printed it could not show all of it: what it says is not known, and
   * its words name no rule.
   */
  public boolean isUnshown() {
    if (target instanceof Target.Unknown unknown && unknown.isUnshown()) {
      return true;
    }
    for (Match match : matches) {
      if (match instanceof Match.Unknown unknown && unknown.isUnshown()) {
        return true;
      }
    }
    return false;
  }

  /** Whether both are the same where the words of matches that are not modelled are passed over. */
  public boolean equalsButForUnmodelled(Rule other) {
    if (!areEqual(target, other.target) || matches.size() != other.matches.size()) {
      return false;
    }
    for (int i = 0; i < matches.size(); i++) {
      Match mine = matches.get(i);
      Match theirs = other.matches.get(i);
      if (!areEqual(mine, theirs) && !respelled(mine, theirs)) {
        return false;
      }
    }
    return true;
  }

  private static boolean respelled(Match one, Match other) {
    boolean unknown = one instanceof Match.Unknown || other instanceof Match.Unknown;
    boolean both = one instanceof Match.Unknown && other instanceof Match.Unknown;
    return unknown
        && one.extension().equals(other.extension())
        && (both || !one.extension().isEmpty());
  }
}
