package io.portmapctl.view;

import io.portmapctl.check.Advice;
import io.portmapctl.check.Barriers;
import io.portmapctl.explain.Cause;
import io.portmapctl.net.ForwardingObstacle;
import io.portmapctl.path.Ending;
import io.portmapctl.path.SurroundingChains;
import io.portmapctl.trace.Address;
import io.portmapctl.trace.Endpoint;
import java.util.Optional;
import java.util.OptionalInt;

/** What a person must decide, in words. */
final class AdviceText implements Advice.Visitor<String> {

  @Override
  public String nobodysRule(Advice.NobodysRule advice) {
    return "The rule of "
        + Terminal.decoded(advice.chain())
        + " is nobody's who is known, and no rule of ours can go before it: whoever made it must"
        + " take it out";
  }

  @Override
  public String unshownRules(Advice.UnshownRules advice) {
    return "What the iptables that wrote the ruleset could not show may be right: take the save"
        + " with the iptables that made the rules, and check that.";
  }

  @Override
  public String otherHost(Advice.OtherHost advice) {
    return "Commands that change rules are for the host that the rulesets are of.";
  }

  @Override
  public String sameInput(Advice.SameInput advice) {
    return "The add reads the same standard input again.";
  }

  @Override
  public String askProgram(Advice.AskProgram advice) {
    return "Chain "
        + Terminal.decoded(advice.chain())
        + " is "
        + MappingText.title(advice.program())
        + "'s, which would put its rule back: "
        + Sentences.remedy(advice.program());
  }

  @Override
  public String nobodyMasquerades(Advice.NobodyMasquerades advice) {
    return "The program whose chain "
        + Terminal.decoded(advice.chain())
        + " is must masquerade what it marks; without externalSetMarkChain the mapping"
        + " needs it not";
  }

  @Override
  public String masqueradesMore(Advice.MasqueradesMore advice) {
    return "The rule of "
        + Terminal.decoded(advice.chain())
        + " masquerades more than what is marked; nobody who is known made it so, and it"
        + " is not removed here";
  }

  @Override
  public String bothWanted(Advice.BothWanted advice) {
    return Sentences.rival(
            advice.port(), advice.extent(), advice.container(), advice.chain(), advice.packets())
        + "; both are wanted, and one of them must go";
  }

  @Override
  public String forwardsNothing(Advice.ForwardsNothing advice) {
    String obstacle = NoticeText.obstacle(advice.obstacle());
    return advice.obstacle().kind() == ForwardingObstacle.Kind.SETTING
        ? obstacle
            + "; sysctl -w "
            + ForwardingObstacle.setting(advice.obstacle().family())
            + "=1 lets it"
        : obstacle + ": a rule of it must let through what goes to the containers";
  }

  @Override
  public String forwardDrops(Advice.ForwardDrops advice) {
    return kept(advice.barrier());
  }

  @Override
  public String keptAway(Advice.KeptAway advice) {
    return kept(advice.barrier());
  }

  private static String kept(Barriers.Barrier barrier) {
    boolean untracked = barrier.kind() == SurroundingChains.Stop.Kind.UNTRACKED;
    String some = Packets.of(barrier.packets());
    return away(barrier)
        + (some.isEmpty() ? "" : " (" + some + ")")
        + ": "
        + (untracked ? EndingText.ofUntracked(barrier.by()) : EndingText.of(ending(barrier)))
        + CureText.of(ended(barrier)).map(c -> "; this lets it pass: " + c).orElse("");
  }

  /** Whose packets do not come, and where to. */
  private static String away(Barriers.Barrier barrier) {
    Barriers.Subject first = barrier.subjects().get(0);
    int more = barrier.subjects().size() - 1;
    String sender =
        switch (barrier.sender()) {
          case OTHERS -> "other machines send";
          case HOST -> "this host itself sends";
        };
    return first.port().family().title()
        + ": "
        + (barrier.all() ? "nothing that " : "some of what ")
        + sender
        + " to "
        + first.port()
        + (more == 0 ? "" : " (and to " + Summary.plural(more, "other mapping") + ")")
        + (barrier.all() ? " comes" : " does not come")
        + " to its container";
  }

  private static Ending ending(Barriers.Barrier barrier) {
    boolean rejected = barrier.kind() == SurroundingChains.Stop.Kind.REJECTED;
    return new Ending(
        rejected ? Ending.Kind.REJECTED : Ending.Kind.DROPPED,
        Ending.Why.RULES,
        barrier.by(),
        false,
        Optional.empty());
  }

  /** The first mapping's packet, as it comes to where it is lost. */
  private static Cause.Ended ended(Barriers.Barrier barrier) {
    Barriers.Subject subject = barrier.subjects().get(0);
    Address any = new Address.OfInterface(Address.OfInterface.Passage.IN, Optional.empty());
    Address to =
        barrier.translated()
            ? new Address.Known(subject.container().address())
            : subject.port().hostIp().<Address>map(Address.Known::new).orElse(any);
    int port = barrier.translated() ? subject.containerPort() : subject.port().port();
    return new Cause.Ended(
        ending(barrier),
        subject.port().family(),
        subject.protocol(),
        new Endpoint(to, OptionalInt.of(port)),
        Optional.empty());
  }

  /** The same without its cure, for a line in which there is little room. */
  static String brief(Advice advice) {
    if (advice instanceof Advice.ForwardDrops drops) {
      return away(drops.barrier());
    }
    if (advice instanceof Advice.KeptAway kept) {
      return away(kept.barrier());
    }
    return advice instanceof Advice.ForwardsNothing nothing
        ? NoticeText.obstacle(nothing.obstacle())
        : NoticeText.of(advice);
  }

  @Override
  public String notChecked(Advice.NotChecked advice) {
    return Sentences.owner(advice.container(), advice.chain())
        + " is none of those that were checked: if it is not alive any more, del removes"
        + " what is left of it";
  }
}
