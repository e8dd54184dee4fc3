package io.portmapctl.net;

/**
 * What keeps a host from forwarding packets of a family, or some of them.
 *
 * @param family the family
 * @param kind what it is
 */
public record ForwardingObstacle(Family family, Kind kind) {

  /** What keeps packets from being forwarded. */
  public enum Kind {
    /** The kernel's setting is off: nothing is forwarded, what the host sends itself aside. */
    SETTING,
    /**
     * Chain FORWARD of table filter drops what no rule takes, and has none: nothing is forwarded.
     */
    EMPTY_CHAIN
  }

  /** The kernel's setting that lets a host forward packets of a family, with slashes. */
  public static String setting(Family family) {
    return family == Family.IPV4 ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding";
  }
}
