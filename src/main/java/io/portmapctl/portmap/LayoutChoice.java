package io.portmapctl.portmap;

import io.portmapctl.cni.Attachment;
import java.util.List;
import java.util.Optional;

/**
 * A layout and why it was chosen.
 *
 * @param layout the layout
 * @param reason why
 */
public record LayoutChoice(Layout layout, LayoutReason reason) {

  /** The layout asked for by hand. */
  public static LayoutChoice asked(Layout layout, PortmapState state) {
    return new LayoutChoice(
        layout, state.hasKubernetes() ? LayoutReason.ASKED_BESIDE_KUBE_PROXY : LayoutReason.ASKED);
  }

  /** The same choice of an attachment that was given by hand, which has no version of its own. */
  public LayoutChoice byHand() {
    return reason == LayoutReason.CNI_VERSION
        ? new LayoutChoice(layout, LayoutReason.BY_HAND)
        : this;
  }

  /** The layout that fits the attachment and what is there already. */
  public static LayoutChoice auto(Attachment attachment, PortmapState state) {
    List<Layout> all = Layouts.all();
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).isNeededBy(attachment)) {
        return new LayoutChoice(all.get(i), LayoutReason.FIELD);
      }
    }
    Optional<Layout> own = state.layout(ContainerChains.of(attachment.identity()));
    if (own.isPresent()) {
      return new LayoutChoice(own.get(), LayoutReason.OWN_CHAINS);
    }
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).isIn(state)) {
        return new LayoutChoice(all.get(i), LayoutReason.CHAINS);
      }
    }
    for (int i = all.size() - 1; i >= 0; i--) {
      Optional<LayoutReason> reason = all.get(i).suits(attachment, state);
      if (reason.isPresent()) {
        return new LayoutChoice(all.get(i), reason.get());
      }
    }
    return new LayoutChoice(all.get(0), LayoutReason.NOTHING);
  }
}
