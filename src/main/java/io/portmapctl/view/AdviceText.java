package io.portmapctl.view;

import io.portmapctl.check.Advice;
import io.portmapctl.check.ForwardChain;
import io.portmapctl.net.ForwardingObstacle;

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
    ForwardChain.Dropped dropped = advice.dropped();
    ForwardChain.Endpoint first = dropped.endpoints().get(0);
    int more = dropped.endpoints().size() - 1;
    return advice.family().title()
        + ": chain FORWARD of table filter drops every connection from other machines to "
        + first.address()
        + ", "
        + first.protocol()
        + " port "
        + first.port()
        + (more == 0 ? "" : " and " + more + (more == 1 ? " other" : " others"))
        + dropped
            .rule()
            .map(
                rule ->
                    ", by a rule of chain "
                        + Terminal.decoded(dropped.chain())
                        + " ("
                        + rule.text().decoded()
                        + "); a rule before it must let through what goes to the containers")
            .orElse(
                ": no rule of it lets any through, and one must let through what goes to the"
                    + " containers");
  }

  @Override
  public String notChecked(Advice.NotChecked advice) {
    return Sentences.owner(advice.container(), advice.chain())
        + " is none of those that were checked: if it is not alive any more, del removes"
        + " what is left of it";
  }
}
