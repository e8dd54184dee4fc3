package io.portmapctl.net;

import java.util.Locale;
import java.util.Optional;

/**
 * A transport protocol that can be mapped; in alphabetical order, as layout {@code mark} wants it.
 */
public enum Protocol {
  /** SCTP. */
  SCTP,
  /** TCP. */
  TCP,
  /** UDP. */
  UDP;

  /** The name in rules and JSON: {@code tcp}, {@code udp} or {@code sctp}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads a name in any case; empty when it is another protocol's. */
  public static Optional<Protocol> parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "tcp" -> Optional.of(TCP);
      case "udp" -> Optional.of(UDP);
      case "sctp" -> Optional.of(SCTP);
      default -> Optional.empty();
    };
  }
}
