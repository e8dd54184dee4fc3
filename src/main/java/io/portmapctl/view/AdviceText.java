package io.portmapctl.view;

import io.portmapctl.check.Advice;

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
  public String notChecked(Advice.NotChecked advice) {
    return Sentences.owner(advice.container(), advice.chain())
        + " is none of those that were checked: if it is not alive any more, del removes"
        + " what is left of it";
  }
}
