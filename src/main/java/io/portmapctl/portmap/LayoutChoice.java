package io.portmapctl.portmap;

import io.portmapctl.cni.Attachment;
import java.util.List;
import java.util.Optional;

/**
 * A layout and why it was chosen.
 *
 * @param layout the layout
 * @param reason why, as the end of a sentence
 */
public record LayoutChoice(Layout layout, String reason) {

  /** The layout asked for by hand. */
  public static LayoutChoice asked(Layout layout, PortmapState state) {
    return new LayoutChoice(
        layout, "asked for" + (state.hasKubernetes() ? " on a host with kube-proxy's rules" : ""));
  }

  /** The layout that fits the attachment and what is there already. */
  public static LayoutChoice auto(Attachment attachment, PortmapState state) {
    List<Layout> all = Layouts.all();
    for (int i = all.size() - 1; i >= 0; i--) {
      Optional<String> needed = all.get(i).neededBy(attachment);
      if (needed.isPresent()) {
        return new LayoutChoice(all.get(i), needed.get());
      }
    }
    Optional<Layout> own = state.layout(ContainerChains.of(attachment.identity()));
    if (own.isPresent()) {
      return new LayoutChoice(own.get(), "its chains are in the ruleset in this layout");
    }
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).isIn(state)) {
        return new LayoutChoice(all.get(i), "the ruleset has chains of this layout");
      }
    }
    for (int i = all.size() - 1; i >= 0; i--) {
      Optional<String> reason = all.get(i).suits(attachment, state);
      if (reason.isPresent()) {
        return new LayoutChoice(all.get(i), reason.get());
      }
    }
    return new LayoutChoice(all.get(0), "nothing asks for another");
  }
}
