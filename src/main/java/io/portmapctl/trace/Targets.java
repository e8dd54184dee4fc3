package io.portmapctl.trace;

import io.portmapctl.model.Target;
import java.util.Set;

/** What becomes of a packet that a target of iptables takes (iptables-extensions(8)). */
public final class Targets {
  private static final Set<String> GO_ON =
      Set.of(
          "",
          "LOG",
          "NFLOG",
          "ULOG",
          "MARK",
          "CONNMARK",
          "TRACE",
          "SET",
          "CLASSIFY",
          "AUDIT",
          "NOTRACK",
          "RATEEST",
          "IDLETIMER",
          "LED",
          "SECMARK",
          "CONNSECMARK");

  private static final Set<String> END =
      Set.of(
          "ACCEPT",
          "DROP",
          "REJECT",
          "QUEUE",
          "NFQUEUE",
          "RETURN",
          "DNAT",
          "SNAT",
          "MASQUERADE",
          "REDIRECT",
          "NETMAP");

  private Targets() {}

  /** Whether the packet goes on to the next rule. */
  public static boolean goesOn(String target) {
    return GO_ON.contains(target);
  }

  /** Whether the packet's way through the chain ends. */
  public static boolean ends(String target) {
    return END.contains(target);
  }

  /** Whether it is {@code -g}, after which a packet does not come back to this chain. */
  public static boolean isGoTo(Target target) {
    return target instanceof Target.Jump jump && jump.goTo();
  }
}
