package io.portmapctl.trace;

import io.portmapctl.packet.Effort;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.TooInvolvedException;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes a set of packets through the chains of one hook, and tells an observer what every rule does
 * with which part of it. A single packet is a set of one, but for what is not known of it. The
 * parts that a rule takes and that it does not take join again behind it, so that many rules do not
 * make many paths.
 *
 * @param <W> what the observer makes of a rule on the path
 */
final class Traversal<W> {
  /** More rules than this are not tried: jumps that fan out again and again never end. */
  private static final int MOST_STEPS = 300_000;

  /** Sets that take more nodes than this are not told apart any more. */
  private static final int MOST_NODES = 1_000_000;

  /** As often is a chain told for the same packets; then what came of it is known. */
  private static final int OFTEN_ENOUGH = 2;

  /** What a rule takes beside what its sets take. */
  private static final int A_STEP = 16;

  /** The kernel nests jumps less deep. */
  private static final int DEEPEST = 200;

  /**
   * Who is told.
   *
   * @param <W> what it makes of a rule on the path
   */
  interface Observer<W> {

    /**
     * A rule is tried.
     *
     * @param chain the chain that it stands in
     * @param index its place in it, from 1
     * @param here the packets that come to it
     * @param result whether it takes them: all, none, or some or perhaps
     * @param certain whether they come here for certain
     * @param depth how many jumps lead to the chain
     */
    W step(
        String chain,
        int index,
        Rule rule,
        PacketSet here,
        Ternary result,
        boolean certain,
        int depth);

    /** The last rule leads to a chain of which for the same packets everything was told. */
    void toldBefore();

    /**
     * Packets leave the hook's chains.
     *
     * @param kind how
     * @param packets as they come to the rule that ends their path
     * @param rules those that took them, the jumps first; without any it is the chain's policy
     * @param target what rewrites them, where something does
     * @param open why it is not known what becomes of them, where it is not
     */
    void leave(
        Leaving.Kind kind,
        PacketSet packets,
        List<W> rules,
        Optional<Target> target,
        Optional<OpenReason> open);
  }

  /** Packets in a chain, and whether they are there for certain. */
  private record State(PacketSet packets, boolean certain) {
    State unsure() {
      return new State(packets, false);
    }

    State with(PacketSet others) {
      return new State(others, certain);
    }

    static Optional<State> either(Optional<State> one, Optional<State> other) {
      if (one.isEmpty() || other.isEmpty()) {
        return one.isEmpty() ? other : one;
      }
      return Optional.of(new State(one.get().packets.or(other.get().packets), false));
    }
  }

  /** Packets that come to a chain. */
  private record Visit(String chain, PacketSet packets) {

    // by hand: see IpAddress
    @Override
    public boolean equals(Object other) {
      return other instanceof Visit that
          && chain.equals(that.chain)
          && packets.equals(that.packets);
    }

    @Override
    public int hashCode() {
      return 31 * chain.hashCode() + packets.hashCode();
    }
  }

  /**
   * What came of a visit.
   *
   * @param times how often there was one like it
   * @param back the packets that come back, if some may
   * @param left whether some may have left
   */
  private record Outcome(int times, Optional<PacketSet> back, boolean left) {}

  private final ChainSets sets;
  private final Hook hook;
  private final Observer<W> observer;

  private final Detail detail;

  private final ExcludedRules leftOut;
  private final Map<Visit, Outcome> visits = new HashMap<>();
  private final Deque<W> jumps = new ArrayDeque<>();
  private final Deque<String> chains = new ArrayDeque<>();
  private RuleIndex.Selection selection = RuleIndex.Selection.ALL;
  private final int nodesBefore;
  private final Effort effort;
  private Optional<W> latest = Optional.empty();
  private int steps;
  private int left;

  /**
   * Through the chains of a table.
   *
   * @param detail which rules are tried
   * @param leftOut the rules that are passed over
   */
  Traversal(ChainSets sets, Hook hook, Observer<W> observer, Detail detail, ExcludedRules leftOut) {
    this.sets = sets;
    this.hook = hook;
    this.observer = observer;
    this.detail = detail;
    this.leftOut = leftOut;
    this.nodesBefore = sets.space().size();
    this.effort = sets.space().effort();
  }

  /** Takes packets through. */
  void through(PacketSet packets) {
    if (packets.isEmpty()) {
      return;
    }
    if (detail != Detail.EVERY_RULE) {
      boolean anyAddress = detail == Detail.OF_PORT && !hook.rewritesSource();
      selection = RuleIndex.Selection.of(packets, sets.table().family(), anyAddress);
    }
    Optional<State> back = Optional.empty();
    effort.begin();
    try {
      back = chain(hook.name(), new State(packets, true));
    } catch (TooInvolvedException e) {
      effort.end();
      jumps.clear();
      giveUp(packets, latest);
    }
    effort.end();
    if (back.isPresent()) {
      boolean drops =
          sets.table().chain(hook.name()).map(c -> c.policy().equals("DROP")).orElse(false);
      Leaving.Kind kind = drops ? Leaving.Kind.DROPPED : Leaving.Kind.ACCEPTED;
      leave(kind, back.get().packets(), Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  /** Through a chain; the packets that come back from its end, if some may. */
  private Optional<State> chain(String name, State start) {
    int leftBefore = left;
    List<RuleEntry> rows = sets.rows(name);
    boolean everyRule = detail == Detail.EVERY_RULE;
    int[] places = everyRule ? new int[0] : sets.index().candidates(name, selection);
    int size = everyRule ? rows.size() : places.length;
    Optional<State> here = Optional.of(start);
    Optional<State> returned = Optional.empty();
    for (int k = 0; k < size && here.isPresent(); k++) {
      int i = everyRule ? k : places[k];
      State state = here.get();
      Rule rule = rows.get(i).rule();
      if (!leftOut.isNothing() && leftOut.has(new RulePlace(name, i + 1, rule))) {
        continue;
      }
      if (++steps > MOST_STEPS || sets.space().size() - nodesBefore > MOST_NODES) {
        giveUp(state.packets(), latest);
        return Optional.empty();
      }
      effort.spend(A_STEP + jumps.size());
      PacketSet match = sets.packets(hook, name, i);
      PacketSet taken = state.packets().and(match);
      boolean none = taken.isEmpty();
      Ternary result =
          none ? Ternary.NO : taken.equals(state.packets()) ? Ternary.YES : Ternary.UNKNOWN;
      W step =
          observer.step(name, i + 1, rule, state.packets(), result, state.certain(), jumps.size());
      latest = Optional.of(step);
      if (none) {
        continue;
      }
      Optional<State> missed = Optional.empty();
      State took = state;
      if (result != Ternary.YES) {
        took = state.with(taken.withoutQuestion(RulePackets.CHANCE)).unsure();
        PacketSet others = state.packets().minus(match).withoutQuestion(RulePackets.CHANCE);
        missed = Optional.of(state.with(others).unsure());
      }
      int leftSoFar = left;
      Optional<State> on = rule.target().accept(new Effect(name, step, took));
      boolean leaves =
          rule.target() instanceof Target.Return
              || rule.target() instanceof Target.Jump jump && jump.goTo();
      if (leaves) {
        returned = State.either(returned, on);
        here = missed;
      } else {
        here = State.either(on, missed);
        boolean allCameBack = left == leftSoFar;
        if (allCameBack && state.certain()) {
          here = here.map(s -> new State(s.packets(), true));
        }
      }
    }
    Optional<State> back = State.either(returned, here);
    boolean allCameBack = left == leftBefore && start.certain();
    return back.map(s -> new State(s.packets(), allCameBack));
  }

  /** What becomes of packets is not looked at further, behind the latest of the rules. */
  private void giveUp(PacketSet packets, Optional<W> rule) {
    leave(
        Leaving.Kind.OPEN,
        packets,
        rule,
        Optional.empty(),
        Optional.of(OpenReason.Limit.TOO_MANY_STEPS));
  }

  private void leave(
      Leaving.Kind kind,
      PacketSet packets,
      Optional<W> by,
      Optional<Target> target,
      Optional<OpenReason> open) {
    List<W> rules = new ArrayList<>(jumps);
    by.ifPresent(rules::add);
    left++;
    observer.leave(kind, packets, rules, target, open);
  }

  /** What a target does with the packets that its rule takes; those that go on, if some may. */
  private final class Effect implements Target.Visitor<Optional<State>> {
    private final String chain;
    private final W step;
    private final State state;

    Effect(String chain, W step, State state) {
      this.chain = chain;
      this.step = step;
      this.state = state;
    }

    private Optional<State> ends(Leaving.Kind kind) {
      leave(kind, state.packets(), Optional.of(step), Optional.empty(), Optional.empty());
      return Optional.empty();
    }

    private Optional<State> open(OpenReason reason) {
      leave(
          Leaving.Kind.OPEN,
          state.packets(),
          Optional.of(step),
          Optional.empty(),
          Optional.of(reason));
      return Optional.empty();
    }

    private Optional<State> rewritten(Target target) {
      leave(
          Leaving.Kind.REWRITTEN,
          state.packets(),
          Optional.of(step),
          Optional.of(target),
          Optional.empty());
      return Optional.empty();
    }

    private Optional<State> marked(PacketSet packets) {
      return Optional.of(state.with(packets));
    }

    private static OpenReason notKnown(Target target) {
      return new OpenReason.UnknownTarget(target.name());
    }

    @Override
    public Optional<State> none(Target.None none) {
      return Optional.of(state);
    }

    @Override
    public Optional<State> jump(Target.Jump jump) {
      String name = jump.name();
      if (sets.table().chain(name).isEmpty()) {
        open(notKnown(jump));
        return Optional.of(state.unsure());
      }
      boolean loops = chain.equals(name) || chains.contains(name);
      if (loops || jumps.size() >= DEEPEST) {
        return open(loops ? OpenReason.Limit.CIRCLE : OpenReason.Limit.TOO_DEEP);
      }
      Visit visit = new Visit(name, state.packets());
      Outcome before = visits.getOrDefault(visit, new Outcome(0, Optional.empty(), false));
      if (before.times() >= OFTEN_ENOUGH) {
        observer.toldBefore();
        left += before.left() ? 1 : 0;
        return before.back().map(p -> new State(p, state.certain() && !before.left()));
      }
      int leftBefore = left;
      jumps.addLast(step);
      chains.addLast(chain);
      Optional<State> back = chain(name, state);
      chains.removeLast();
      jumps.removeLast();
      visits.put(
          visit, new Outcome(before.times() + 1, back.map(State::packets), left > leftBefore));
      return back;
    }

    @Override
    public Optional<State> accept(Target.Accept accept) {
      return ends(Leaving.Kind.ACCEPTED);
    }

    @Override
    public Optional<State> drop(Target.Drop drop) {
      return ends(Leaving.Kind.DROPPED);
    }

    @Override
    public Optional<State> reject(Target.Reject reject) {
      return ends(Leaving.Kind.REJECTED);
    }

    @Override
    public Optional<State> giveBack(Target.Return back) {
      return Optional.of(state);
    }

    @Override
    public Optional<State> queue(Target.Queue queue) {
      return open(notKnown(queue));
    }

    @Override
    public Optional<State> dnat(Target.Dnat dnat) {
      return rewritten(dnat);
    }

    @Override
    public Optional<State> snat(Target.Snat snat) {
      return rewritten(snat);
    }

    @Override
    public Optional<State> masquerade(Target.Masquerade masquerade) {
      return rewritten(masquerade);
    }

    @Override
    public Optional<State> redirect(Target.Redirect redirect) {
      return rewritten(redirect);
    }

    @Override
    public Optional<State> netmap(Target.Netmap netmap) {
      return rewritten(netmap);
    }

    @Override
    public Optional<State> setMark(Target.SetMark mark) {
      return marked(state.packets().markChanged(mark.value(), mark.mask()));
    }

    @Override
    public Optional<State> setConnmark(Target.SetConnmark mark) {
      return marked(state.packets().connmarkChanged(mark.value(), mark.mask()));
    }

    @Override
    public Optional<State> saveMark(Target.SaveMark mark) {
      return marked(state.packets().markSaved(mark.nfMask(), mark.ctMask()));
    }

    @Override
    public Optional<State> restoreMark(Target.RestoreMark mark) {
      return marked(state.packets().markRestored(mark.nfMask(), mark.ctMask()));
    }

    @Override
    public Optional<State> ct(Target.Ct ct) {
      if (ct.zoned()) {
        return open(notKnown(ct)); // the answer may be looked for in another zone
      }
      return ct.untracked()
          ? Optional.of(state.with(state.packets().with(Field.STATE, OnePacket.UNTRACKED)))
          : Optional.of(state);
    }

    @Override
    public Optional<State> tproxy(Target.Tproxy tproxy) {
      return open(notKnown(tproxy));
    }

    @Override
    public Optional<State> goesOn(Target.GoesOn other) {
      return Optional.of(state);
    }

    @Override
    public Optional<State> unknown(Target.Unknown unknown) {
      open(notKnown(unknown));
      return Optional.of(state.unsure());
    }
  }
}
