package io.portmapctl.app;

import io.portmapctl.check.Mapping;
import io.portmapctl.check.State;
import io.portmapctl.net.Family;
import io.portmapctl.net.Protocol;
import io.portmapctl.portmap.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which mappings are shown.
 *
 * @param network of this network; empty for any
 * @param containerId of containers whose ID begins so
 * @param port those that take packets of this port or of one of these
 * @param state those in this state
 */
public record MappingFilter(
    String network, String containerId, Optional<PortSelector> port, Optional<State> state) {

  private static final int EACH = 64;

  /** Whether a mapping is shown. */
  public boolean takes(Mapping mapping) {
    return takesInAnyState(mapping) && state.map(s -> s == mapping.state()).orElse(true);
  }

  /** Whether it would be shown in some state. */
  boolean takesInAnyState(Mapping mapping) {
    String net = mapping.owner().map(o -> o.network()).orElse("");
    String id = mapping.owner().map(o -> o.containerId()).orElse("");
    return (network.isEmpty() || network.equals(net))
        && id.startsWith(containerId)
        && port.map(p -> p.takes(mapping)).orElse(true);
  }

  /** Whether it leaves anything out. */
  public boolean narrows() {
    return !network.isEmpty() || !containerId.isEmpty() || port.isPresent() || state.isPresent();
  }

  /**
   * The ports that are asked for, of each family and protocol that may be meant; none where they
   * are too many to look at each.
   */
  public List<PublishedPort> asked() {
    List<PublishedPort> asked = new ArrayList<>();
    for (PortSelector text :
        port.filter(p -> p.ports().last() - p.ports().first() < EACH).stream().toList()) {
      for (Family family : Family.values()) {
        boolean meant = text.host().map(h -> h.family() == family).orElse(true);
        for (Protocol protocol : meant ? Protocol.values() : new Protocol[0]) {
          if (text.protocol().map(p -> p == protocol).orElse(true)) {
            for (int each = text.ports().first(); each <= text.ports().last(); each++) {
              asked.add(new PublishedPort(family, protocol.id(), text.address(), each));
            }
          }
        }
      }
    }
    return asked;
  }
}
