package io.portmapctl.trace;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Follows sets of packets through the hooks of table nat. */
public final class SetTracer {
  private final ChainSets sets;
  private final HostAddresses host;
  private final OnePacket one;

  /**
   * Through a table.
   *
   * @param index its rules by what they are about
   * @param host what is known of the host
   * @param space the space of the sets
   */
  public SetTracer(RuleIndex index, HostAddresses host, PacketSpace space) {
    this(index, host, space, "");
  }

  /**
   * Through a table.
   *
   * @param index its rules by what they are about
   * @param host what is known of the host
   * @param space the space of the sets
   * @param place what tells the questions that are asked here from those of another way through the
   *     same rules
   */
  public SetTracer(RuleIndex index, HostAddresses host, PacketSpace space, String place) {
    this.sets = new ChainSets(index, host, space, place);
    this.host = host;
    this.one = new OnePacket(space);
  }

  /**
   * What came of a set.
   *
   * @param leaving its parts, by how they leave
   * @param diverting the rules on the path that neither end it nor leave the packets as they are:
   *     returns, jumps that do not come back, changes of a mark
   */
  public record Result(List<Leaving> leaving, List<RulePlace> diverting) {}

  /** Takes packets through the chains of a hook. */
  public Result through(Hook hook, PacketSet packets) {
    return through(hook, packets, ExcludedRules.NOTHING);
  }

  /** The same as if some rules were not there. */
  public Result through(Hook hook, PacketSet packets, ExcludedRules left) {
    Collecting collecting = new Collecting();
    new Traversal<>(sets, hook, collecting, Detail.EFFECTIVE, left).through(packets);
    return new Result(List.copyOf(collecting.leaving), List.copyOf(collecting.diverting));
  }

  /** Who is told of every rule that packets are tried on. */
  public interface Steps {
    /**
     * A rule is tried.
     *
     * @param here the packets that come to it
     * @param result whether it takes all of them, none, or some or perhaps
     * @param certain whether they come here for certain
     * @param depth how many jumps lead to its chain
     */
    void tried(RulePlace place, PacketSet here, Ternary result, boolean certain, int depth);

    /** The last rule leads to a chain of which for the same packets everything was told. */
    void toldBefore();
  }

  /**
   * Takes packets through the chains of a hook, and tells of it.
   *
   * @param detail which rules are tried
   * @param left the rules that are passed over
   */
  public List<Leaving> told(
      Hook hook, PacketSet packets, Detail detail, ExcludedRules left, Steps steps) {
    Telling telling = new Telling(steps);
    new Traversal<>(sets, hook, telling, detail, left).through(packets);
    return List.copyOf(telling.collecting.leaving);
  }

  /**
   * Why a rule took a packet, or did not, or may have.
   *
   * @param here the packet as it comes to the rule, as a set
   * @param packet the same, as a person is told of it
   */
  public List<Reason> why(Hook hook, Rule rule, PacketSet here, Packet packet) {
    return Reasons.of(rule, here, packet, sets.meaning(hook));
  }

  /** The packets that a rule lets through at a hook. */
  public PacketSet packets(Hook hook, Rule rule) {
    return sets.meaning(hook).of(rule);
  }

  /** The packets that go on where a part has left. */
  public PacketSet rewritten(Leaving leaving, Hook hook) {
    return leaving.target().isEmpty()
        ? leaving.packets()
        : new Rewriting(host)
            .rewritten(leaving.packets(), leaving.target().get(), sets.table().family(), hook);
  }

  /** Packets that have been led on to leave through an interface. */
  public PacketSet leavingThrough(PacketSet packets, PacketInterface out) {
    return one.leaving(packets, out);
  }

  /** Tells of every rule, and writes down where packets leave. */
  private static final class Telling implements Traversal.Observer<RulePlace> {
    private final Collecting collecting = new Collecting();
    private final Steps steps;

    Telling(Steps steps) {
      this.steps = steps;
    }

    @Override
    public RulePlace step(
        String chain,
        int index,
        Rule rule,
        PacketSet here,
        Ternary result,
        boolean certain,
        int depth) {
      RulePlace place = collecting.step(chain, index, rule, here, result, certain, depth);
      steps.tried(place, here, result, certain, depth);
      return place;
    }

    @Override
    public void toldBefore() {
      steps.toldBefore();
    }

    @Override
    public void leave(
        Leaving.Kind kind,
        PacketSet packets,
        List<RulePlace> rules,
        Optional<Target> target,
        Optional<OpenReason> open) {
      collecting.leave(kind, packets, rules, target, open);
    }
  }

  /** Writes down where packets leave. */
  private static final class Collecting implements Traversal.Observer<RulePlace> {
    private final List<Leaving> leaving = new ArrayList<>();
    private final List<RulePlace> diverting = new ArrayList<>();

    @Override
    public RulePlace step(
        String chain,
        int index,
        Rule rule,
        PacketSet here,
        Ternary result,
        boolean certain,
        int depth) {
      RulePlace place = new RulePlace(chain, index, rule);
      if (result != Ternary.NO && diverts(rule.target())) {
        diverting.add(place);
      }
      return place;
    }

    private static boolean diverts(Target target) {
      return target instanceof Target.Return
          || target instanceof Target.Jump jump && jump.goTo()
          || target instanceof Target.SetMark
          || target instanceof Target.RestoreMark
          || target instanceof Target.SetConnmark
          || target instanceof Target.SaveMark;
    }

    @Override
    public void toldBefore() {
      // what came of it is known
    }

    @Override
    public void leave(
        Leaving.Kind kind,
        PacketSet packets,
        List<RulePlace> rules,
        Optional<Target> target,
        Optional<OpenReason> open) {
      leaving.add(new Leaving(kind, packets, rules, target, open));
    }
  }
}
