package io.portmapctl.explain;

import io.portmapctl.net.IpAddress;

/**
 * From where a port is looked at.
 *
 * @param kind who sends
 * @param source the sender's address
 * @param destination the address that it sends to
 */
public record Sender(Kind kind, IpAddress source, IpAddress destination) {

  /** Who sends. */
  public enum Kind {
    /** Another machine. */
    LAN,
    /** Another machine that fares otherwise. */
    NETWORK,
    /** The host, from the address that it sends to. */
    HOST,
    /** The host, from 127.0.0.1 or ::1. */
    LOCALHOST,
    /** The container that has the port. */
    CONTAINER,
    /** Another container of its subnet. */
    SIBLING;

    /** The name in JSON. */
    public String id() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
