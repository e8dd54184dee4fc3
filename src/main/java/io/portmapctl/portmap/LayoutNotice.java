package io.portmapctl.portmap;

import io.portmapctl.notice.Notice;

/** What a reader should know of a layout on a ruleset. */
public sealed interface LayoutNotice extends Notice {

  /** Answers for every kind. */
  interface Visitor<R> {
    /** For this kind. */
    R beforeKubeProxy(BeforeKubeProxy notice);
  }

  /** Asks for the answer for this kind. */
  <R> R accept(Visitor<R> visitor);

  /** Its jumps stand before kube-proxy's, and can take over a service's traffic. */
  record BeforeKubeProxy(Layout layout) implements LayoutNotice {
    @Override
    public String code() {
      return "before-kube-proxy";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.beforeKubeProxy(this);
    }
  }
}
