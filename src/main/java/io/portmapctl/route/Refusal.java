package io.portmapctl.route;

/** Why a packet goes nowhere. */
public enum Refusal {
  /** A blackhole, of a policy rule or a route. */
  BLACKHOLE,
  /** An unreachable, of a policy rule or a route. */
  UNREACHABLE,
  /** A prohibit, of a policy rule or a route. */
  PROHIBIT,
  /** No table has a route. */
  NO_ROUTE,
  /** The host does not forward what comes in there. */
  NOT_FORWARDING,
  /** Nobody sends from such a source: a group, a broadcast address, the address of nobody. */
  MARTIAN_SOURCE,
  /** Nobody is to be sent to at such a destination: 0.0.0.0, or a broadcast of another link. */
  MARTIAN_DESTINATION,
  /** A loopback address comes in from outside, or would leave. */
  LOOPBACK,
  /** Its source is an address of this host, and it comes in from outside. */
  OWN_SOURCE,
  /** Its source is not where it comes from (rp_filter). */
  REVERSE_PATH,
  /** What is sent from an address of one link is not forwarded to another. */
  LINK_LOCAL_SOURCE,
  /** There is no such interface, or it is switched off. */
  NO_INTERFACE,
  /** The host sends from an address that it does not have. */
  FOREIGN_SOURCE,
  /** IPv6 is switched off there. */
  DISABLED
}
