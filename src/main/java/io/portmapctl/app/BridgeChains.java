package io.portmapctl.app;

import io.portmapctl.check.Orphans;
import io.portmapctl.check.Owners;
import io.portmapctl.cni.Identity;
import io.portmapctl.portmap.PortmapState;
import java.util.Map;
import java.util.Optional;

/** What the bridge plugin of CNI has left of containers that are gone. */
final class BridgeChains {
  private BridgeChains() {}

  /** What a reader should know of it, where there is some. */
  static Optional<AppNotice> left(PortmapState state, Owners owners) {
    Map<String, Identity> left = Orphans.masqueraded(state, owners);
    return left.entrySet().stream()
        .findFirst()
        .map(e -> new AppNotice.BridgeLeftovers(e.getKey(), e.getValue(), left.size()));
  }
}
