package io.portmapctl.plan;

import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;

/**
 * What a plan does to a published port.
 *
 * @param port the port
 * @param before where it led; empty where nothing did
 * @param after where it will lead; empty where nothing will
 */
public record PortChange(
    PublishedPort port, Optional<Destination> before, Optional<Destination> after) {

  /**
   * Where packets to a port are sent.
   *
   * @param target the rule's target
   * @param conditions what they must be beside, one way or another, in iptables-save's words; none
   *     where all are sent
   */
  public record Destination(Target.Dnat target, List<Octets> conditions) {

    /** Copies the list. */
    public Destination {
      conditions = List.copyOf(conditions);
    }

    /** A text that is the same for the same: a record's equals costs a bootstrap at start-up. */
    String key() {
      StringBuilder key = new StringBuilder(target.text().latin1());
      for (Octets condition : conditions) {
        key.append('\n').append(condition.latin1());
      }
      return key.toString();
    }
  }
}
