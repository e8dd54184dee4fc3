package io.portmapctl.check;

import io.portmapctl.portmap.Layouts;
import io.portmapctl.trace.RulePlace;
import java.util.List;

/**
 * Packets of a mapping that do not come to where they should.
 *
 * @param passage what becomes of them
 * @param culprits the rules that take them; none where a rule is missing that should have taken
 *     them
 */
record Interception(Passage passage, List<Culprit> culprits) {

  /**
   * A rule that takes packets.
   *
   * @param way the rules that lead to it, as far as they are told; itself the last
   * @param sure whether it takes some for certain
   */
  record Culprit(List<RulePlace> way, boolean sure) {

    /** Whether it is another container's entry, or leads straight to another container's chain. */
    boolean isOfContainer() {
      return Layouts.isContainerChain(rule().chain());
    }

    /** The rule itself. */
    RulePlace rule() {
      return way.get(way.size() - 1);
    }
  }
}
