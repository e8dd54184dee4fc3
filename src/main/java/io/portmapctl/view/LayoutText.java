package io.portmapctl.view;

import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;

/** Why an attachment has its layout, in words; a class of its own, which every start loads. */
final class LayoutText {
  private LayoutText() {}

  /** Why, behind the word because. */
  static String because(LayoutChoice choice) {
    return choice.reason() == LayoutReason.ASKED ? "it was asked for" : of(choice);
  }

  /** Why, as the end of a sentence. */
  static String of(LayoutChoice choice) {
    return switch (choice.reason()) {
      case ASKED -> "asked for";
      case ASKED_BESIDE_KUBE_PROXY -> "asked for on a host with kube-proxy's rules";
      case FIELD -> "its configuration uses a field that only " + choice.layout().id() + " has";
      case OWN_CHAINS -> "its chains are in the ruleset in this layout";
      case CHAINS -> "the ruleset has chains of this layout";
      case KUBE_PROXY -> "the ruleset has kube-proxy's chains";
      case CACHE -> "it comes from a container runtime's cache";
      case BY_HAND -> "it is given by hand";
      case CNI_VERSION -> "its cniVersion is 0.4.0 or newer";
      case NOTHING -> "nothing asks for another";
      case DEAD -> "its container is dead";
    };
  }
}
