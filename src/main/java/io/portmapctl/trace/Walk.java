package io.portmapctl.trace;

import io.portmapctl.model.Chain;
import io.portmapctl.model.Hook;
import io.portmapctl.model.Row;
import io.portmapctl.model.Rule;
import io.portmapctl.model.Table;
import io.portmapctl.model.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes a packet through the chains of one hook. Where a rule may match, both ways are gone; they
 * join again behind it, so that many such rules do not make many ways: what differs between the two
 * is then not known any more.
 */
final class Walk {
  /** More rules than this are not tried: jumps that fan out again and again never end. */
  private static final int MOST_STEPS = 300_000;

  /** As often is a chain gone through for the same packet; then what came of it is known. */
  private static final int OFTEN_ENOUGH = 2;

  /** The kernel nests jumps less deep. */
  private static final int DEEPEST = 200;

  /** A packet in a chain, and whether it is there for certain. */
  private record State(Packet packet, boolean certain) {
    State unsure() {
      return new State(packet, false);
    }

    State with(Packet other) {
      return new State(other, certain);
    }

    /** One of two; what differs is not known. */
    static Optional<State> either(Optional<State> one, Optional<State> other) {
      if (one.isEmpty() || other.isEmpty()) {
        return one.isEmpty() ? other : one;
      }
      Packet packet = one.get().packet;
      Mark mark = packet.mark().or(other.get().packet.mark());
      return Optional.of(new State(packet.withMark(mark), false));
    }
  }

  /** A packet that comes to a chain. */
  private record Visit(String chain, Packet packet) {}

  /**
   * What came of a visit.
   *
   * @param times how often there was one like it
   * @param back the packet that comes back, if one may
   * @param left whether one may have left
   */
  private record Outcome(int times, Optional<Packet> back, boolean left) {}

  private final Table table;
  private final Hook hook;
  private final Matching matching;
  private final Rewriting rewriting;
  private final List<Step> steps = new ArrayList<>();
  private final List<Exit> exits = new ArrayList<>();
  private final Map<Visit, Outcome> visits = new HashMap<>();

  /** How often a packet has left, by ends that are the same too. */
  private int left;

  /** The rules by which the packet came to the present chain. */
  private final Deque<Step> jumps = new ArrayDeque<>();

  private Walk(Table table, Hook hook, Host host) {
    this.table = table;
    this.hook = hook;
    this.matching = new Matching(host);
    this.rewriting = new Rewriting(host);
  }

  static Pass through(Table table, Hook hook, Packet packet, Host host) {
    Walk walk = new Walk(table, hook, host);
    Optional<State> back = walk.chain(hook.name(), new State(packet, true));
    if (back.isPresent()) {
      boolean drops = table.chain(hook.name()).map(c -> c.policy().equals("DROP")).orElse(false);
      walk.exit(
          drops ? Exit.Kind.DROPPED : Exit.Kind.ACCEPTED,
          back.get().packet(),
          Optional.empty(),
          "");
    }
    return new Pass(hook, packet, walk.steps, walk.exits);
  }

  /** Through a chain; the packet that comes back from its end, if one may. */
  private Optional<State> chain(String name, State start) {
    int leftBefore = left;
    List<Row> rows = table.chain(name).map(Chain::rows).orElse(List.of());
    Optional<State> here = Optional.of(start);
    Optional<State> returned = Optional.empty();
    for (int i = 0; i < rows.size() && here.isPresent(); i++) {
      State state = here.get();
      Rule rule = rows.get(i).rule();
      Truth truth = matching.test(rule, state.packet());
      if (steps.size() >= MOST_STEPS) {
        exit(Exit.Kind.OPEN, state.packet(), Optional.empty(), "the chains lead on and on");
        return Optional.empty();
      }
      Step step =
          new Step(name, i + 1, rule, state.packet(), truth, state.certain(), jumps.size(), false);
      steps.add(step);
      if (truth == Truth.NO) {
        continue;
      }
      State taken = truth == Truth.YES ? state : state.unsure();
      Optional<State> missed = truth == Truth.YES ? Optional.empty() : Optional.of(state.unsure());
      int leftSoFar = left;
      Optional<State> on = target(step, taken);
      boolean leaves = rule.target().name().equals("RETURN") || Targets.isGoTo(rule.target());
      if (leaves) {
        returned = State.either(returned, on);
        here = missed;
      } else {
        here = State.either(on, missed);
        boolean allCameBack = left == leftSoFar;
        if (allCameBack && state.certain()) {
          here = here.map(s -> new State(s.packet(), true));
        }
      }
    }
    Optional<State> back = State.either(returned, here);
    boolean allCameBack = left == leftBefore && start.certain();
    return back.map(s -> new State(s.packet(), allCameBack));
  }

  /** What a rule's target does with a packet; the packet that goes on, if one may. */
  private Optional<State> target(Step step, State state) {
    Target target = step.rule().target();
    Packet packet = state.packet();
    String name = target.name();
    if (Targets.goesOn(name)) {
      return Optional.of(state.with(marked(packet, target)));
    }
    if (name.equals("RETURN")) {
      return Optional.of(state);
    }
    if (table.chain(name).isPresent()) {
      return jump(step, state);
    }
    if (Rewriting.isOne(target)) {
      exit(Exit.Kind.REWRITTEN, rewriting.rewritten(packet, target, hook), Optional.of(step), "");
      return Optional.empty();
    }
    switch (name) {
      case "ACCEPT" -> exit(Exit.Kind.ACCEPTED, packet, Optional.of(step), "");
      case "DROP" -> exit(Exit.Kind.DROPPED, packet, Optional.of(step), "");
      default ->
          exit(Exit.Kind.OPEN, packet, Optional.of(step), "what " + name + " does is not known");
    }
    boolean known = name.equals("ACCEPT") || name.equals("DROP") || Targets.ends(name);
    return known ? Optional.empty() : Optional.of(state.unsure());
  }

  private Optional<State> jump(Step step, State state) {
    String name = step.rule().target().name();
    boolean loops =
        step.chain().equals(name) || jumps.stream().anyMatch(j -> j.chain().equals(name));
    if (loops || jumps.size() >= DEEPEST) {
      String note = loops ? "the chains lead in a circle" : "the chains are nested too deep";
      exit(Exit.Kind.OPEN, state.packet(), Optional.of(step), note);
      return Optional.empty();
    }
    Visit visit = new Visit(name, state.packet());
    Outcome before = visits.getOrDefault(visit, new Outcome(0, Optional.empty(), false));
    if (before.times() >= OFTEN_ENOUGH) {
      steps.set(steps.size() - 1, step.toldBefore());
      left += before.left() ? 1 : 0;
      return before.back().map(p -> new State(p, state.certain() && !before.left()));
    }
    int leftBefore = left;
    jumps.addLast(step);
    Optional<State> back = chain(name, state);
    jumps.removeLast();
    visits.put(visit, new Outcome(before.times() + 1, back.map(State::packet), left > leftBefore));
    return back;
  }

  private static Packet marked(Packet packet, Target target) {
    if (target instanceof Target.SetMark mark) {
      return packet.withMark(packet.mark().changed(mark.value(), mark.mask()));
    }
    boolean known = target instanceof Target.SetConnmark || target instanceof Target.SaveMark;
    boolean marks = target.name().equals("MARK") || target.name().equals("CONNMARK");
    return marks && !known ? packet.withMark(Mark.UNKNOWN) : packet;
  }

  private void exit(Exit.Kind kind, Packet packet, Optional<Step> by, String note) {
    List<Step> way = new ArrayList<>(jumps);
    by.ifPresent(way::add);
    left++;
    Exit exit = new Exit(kind, packet, way, note);
    if (exits.stream().noneMatch(exit::sameEffect)) {
      exits.add(exit);
    }
  }
}
