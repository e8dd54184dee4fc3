package io.portmapctl.explain;

import io.portmapctl.path.HookExit;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Trace;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.RulePlace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who would get a packet if those who get it were not there. */
public final class Claimants {
  /** More than these are not looked for. */
  private static final int MOST = 8;

  private Claimants() {}

  /**
   * Whoever else claims what a packet was redirected for, in their order.
   *
   * @param trace the packet's path; nobody is looked for where it is not certain
   */
  public static List<ChainOwners.Recipient> besides(ChainOwners owners, Trace trace) {
    List<ChainOwners.Recipient> others = new ArrayList<>();
    ExcludedRules leftOut = ExcludedRules.NOTHING;
    Optional<RuleSite> before = Optional.empty();
    Optional<PacketPath> path = certain(trace).filter(p -> trace.mayBeClaimedByOthers());
    while (path.isPresent() && others.size() < MOST) {
      Optional<HookExit> taken = path.get().redirection();
      Optional<RuleSite> last = taken.flatMap(HookExit::last);
      if (last.flatMap(RuleSite::rule).isEmpty() || last.equals(before)) {
        break; // none that can be left out
      }
      before = last;
      leftOut = without(leftOut, taken.get());
      path = certain(trace.without(leftOut));
      path.flatMap(owners::of).filter(r -> !others.contains(r)).ifPresent(others::add);
    }
    return List.copyOf(others);
  }

  private static Optional<PacketPath> certain(Trace trace) {
    return trace.isCertain() ? Optional.of(trace.paths().get(0)) : Optional.empty();
  }

  /** Without the rule that redirected; without all rules of a container's chain. */
  private static ExcludedRules without(ExcludedRules before, HookExit exit) {
    RuleSite last = exit.last().orElseThrow();
    return Layouts.isContainerChain(last.chain())
        ? before.andChain(last.chain())
        : before.and(new RulePlace(last.chain(), last.number(), last.rule().orElseThrow()));
  }
}
