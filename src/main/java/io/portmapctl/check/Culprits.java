package io.portmapctl.check;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.RulePlace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The rules by which packets of a mapping are lost: those that end their way, and where none does,
 * those without which they would go another.
 */
final class Culprits {
  /** As many rules are asked whether it is they that lead packets astray. */
  private static final int MOST_SUSPECTS = 16;

  private final Passage passage;
  private final Function<ExcludedRules, Passage> again;
  private final Predicate<RulePlace> own;

  /**
   * Of one passage.
   *
   * @param again what would become of the same packets if some rules were not there
   * @param own the rules without which it would be no passage of the mapping
   */
  Culprits(Passage passage, Function<ExcludedRules, Passage> again, Predicate<RulePlace> own) {
    this.passage = passage;
    this.again = again;
    this.own = own;
  }

  /** The rules that take what is lost, each once, in the order of the way. */
  List<Interception.Culprit> all() {
    boolean endless = passage.lost().stream().anyMatch(l -> l.rules().isEmpty());
    List<List<RulePlace>> astray = endless ? astray() : List.of();
    Map<String, Interception.Culprit> found = new LinkedHashMap<>();
    for (Leaving leaving : passage.lost()) {
      boolean sure =
          passage.extent() == Passage.Extent.ALL || passage.isSurelyLost(leaving.packets());
      List<List<RulePlace>> ways = leaving.rules().isEmpty() ? astray : List.of(leaving.rules());
      for (List<RulePlace> way : ways) {
        RulePlace last = way.get(way.size() - 1);
        Interception.Culprit culprit = new Interception.Culprit(way, sure);
        found.merge(
            last.chain() + " " + last.index(), culprit, (one, other) -> one.sure() ? one : other);
      }
    }
    return List.copyOf(found.values());
  }

  /** The rules that lead astray what no rule ends: each alone, or else all that it takes. */
  private List<List<RulePlace>> astray() {
    List<RulePlace> suspects =
        passage.diverting().stream().distinct().filter(own.negate()).limit(MOST_SUSPECTS).toList();
    List<List<RulePlace>> found = new ArrayList<>();
    for (RulePlace suspect : suspects) {
      if (isMendedWithout(List.of(suspect), suspect)) {
        found.add(List.of(suspect));
      }
    }
    return found.isEmpty() ? together(suspects) : found;
  }

  /** Rules that lead the same packets astray, so that leaving one of them out mends nothing. */
  private List<List<RulePlace>> together(List<RulePlace> first) {
    List<RulePlace> suspects = new ArrayList<>(first);
    boolean more = true;
    while (more && suspects.size() < MOST_SUSPECTS) {
      // some are come to only where the others are not there
      Passage other = again.apply(without(suspects));
      more = false;
      for (RulePlace place : other.diverting()) {
        more |= !own.test(place) && !suspects.contains(place) && suspects.add(place);
      }
    }
    List<List<RulePlace>> found = new ArrayList<>();
    for (RulePlace suspect : suspects) {
      List<RulePlace> others = suspects.stream().filter(s -> !s.equals(suspect)).toList();
      if (isMendedWithout(suspects, suspect) && !isMendedWithout(others, suspect)) {
        found.add(List.of(suspect));
      }
    }
    // or what they spare is taken on its way to where it counts
    for (RulePlace suspect : found.isEmpty() ? first : List.<RulePlace>of()) {
      UnaryOperator<PacketSet> told = told(suspect);
      Passage other = again.apply(without(List.of(suspect)));
      if (!endless(other, told).contains(endless(passage, told))) {
        found.add(List.of(suspect));
      }
    }
    return found;
  }

  private static ExcludedRules without(List<RulePlace> rules) {
    ExcludedRules without = ExcludedRules.NOTHING;
    for (RulePlace rule : rules) {
      without = without.and(rule);
    }
    return without;
  }

  /** Whether something that no rule ended goes another way where rules are not there. */
  private boolean isMendedWithout(List<RulePlace> rules, RulePlace suspect) {
    Passage other = again.apply(without(rules));
    UnaryOperator<PacketSet> told = told(suspect);
    PacketSet here = endless(passage, told);
    return here.and(told.apply(other.meant())).minus(endless(other, told)).meets(here);
  }

  /** As much of packets as counts where it is asked whether they go another way. */
  private UnaryOperator<PacketSet> told(RulePlace suspect) {
    if (passage.extent() != Passage.Extent.OPEN) {
      return passage::heads;
    }
    // without a rule that marks, all marks are others
    return isMarking(suspect) ? PacketSet::withoutMarks : UnaryOperator.identity();
  }

  private static boolean isMarking(RulePlace place) {
    Target target = place.rule().target();
    return !(target instanceof Target.Return) && !(target instanceof Target.Jump);
  }

  /** What is lost though no rule ends its way. */
  private static PacketSet endless(Passage passage, UnaryOperator<PacketSet> told) {
    PacketSet all = passage.meant().space().none();
    for (Leaving leaving : passage.lost()) {
      all = leaving.rules().isEmpty() ? all.or(told.apply(leaving.packets())) : all;
    }
    return all;
  }
}
