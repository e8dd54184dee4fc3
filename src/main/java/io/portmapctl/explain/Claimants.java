package io.portmapctl.explain;

import io.portmapctl.layout.ChainNames;
import io.portmapctl.trace.Exit;
import io.portmapctl.trace.LeftOut;
import io.portmapctl.trace.Place;
import io.portmapctl.trace.Step;
import io.portmapctl.trace.Trace;
import io.portmapctl.trace.Way;
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
   * @param trace the packet's way; nobody is looked for where it is not certain
   */
  public static List<Whose.Recipient> besides(Whose whose, Trace trace) {
    List<Whose.Recipient> others = new ArrayList<>();
    LeftOut leftOut = LeftOut.NOTHING;
    Optional<Way> way = certain(trace).filter(w -> trace.mayBeClaimedByOthers());
    while (way.isPresent() && others.size() < MOST) {
      Optional<Exit> taken = way.get().redirection();
      if (taken.isEmpty()) {
        break;
      }
      leftOut = without(leftOut, taken.get());
      way = certain(trace.without(leftOut));
      way.flatMap(whose::of).filter(r -> !others.contains(r)).ifPresent(others::add);
    }
    return List.copyOf(others);
  }

  private static Optional<Way> certain(Trace trace) {
    return trace.isCertain() ? Optional.of(trace.ways().get(0)) : Optional.empty();
  }

  /** Without the rule that redirected; without all rules of a container's chain. */
  private static LeftOut without(LeftOut before, Exit exit) {
    Step last = exit.way().get(exit.way().size() - 1);
    return ChainNames.isContainerChain(last.chain())
        ? before.andChain(last.chain())
        : before.and(new Place(last.chain(), last.index(), last.rule()));
  }
}
