package io.portmapctl.render;

import io.portmapctl.model.IpAddress;
import io.portmapctl.netconf.Identity;
import io.portmapctl.netconf.Shown;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.Plan;

/** Facts of a plan in plain words. */
public final class Sentences {
  private Sentences() {}

  /** Network and container, for a person. */
  public static String who(Identity identity) {
    return "network "
        + Shown.escaped(identity.network())
        + ", container "
        + Shown.escaped(identity.containerId());
  }

  /**
   * Network and the first digits of the container ID, as programs that list containers print it.
   */
  static String brief(Identity identity) {
    String id = identity.containerId();
    return Shown.escaped(identity.network() + "/" + id.substring(0, Math.min(12, id.length())));
  }

  /** What is set. */
  static String sysctl(Plan.Sysctl sysctl) {
    return "sysctl: net/ipv4/conf/"
        + sysctl.networkInterface().orElse("INTERFACE")
        + "/route_localnet=1"
        + (sysctl.networkInterface().isEmpty()
            ? " on the interface towards " + sysctl.container()
            : "")
        + sysctl.from().map(from -> " (now " + from + ");").orElse(" (present value unknown);");
  }

  /** What a conflict is about and who wins. */
  public static String conflict(Conflict conflict) {
    String family = conflict.family().title() + ": ";
    if (conflict instanceof Conflict.ChainName name) {
      return family
          + "chain "
          + name.chain()
          + " belongs to "
          + name.other().map(Sentences::who).orElse("somebody whose comment was cut")
          + ", whose name and ID hash to the same as those of "
          + who(name.owner());
    }
    Conflict.Port port = (Conflict.Port) conflict;
    String other =
        port.other()
            .map(Sentences::who)
            .orElse("the owner of chain " + port.otherChain() + " (not told any more)");
    return family
        + port.protocol()
        + " port "
        + port.hostPort()
        + " of "
        + who(port.owner())
        + " is claimed by "
        + other
        + port.hostIp().map(IpAddress::toString).map(ip -> " on " + ip).orElse("")
        + " too; "
        + (port.otherWins() ? "that one" : "the planned one")
        + " takes the packets";
  }
}
