package io.portmapctl.explain;

import io.portmapctl.path.Ending;
import io.portmapctl.path.Trace;
import io.portmapctl.trace.Endpoint;
import java.util.List;
import java.util.Optional;

/**
 * Whether a connection works.
 *
 * @param sender who opens it
 * @param result whether it works
 * @param ending how it ends, and what decides
 * @param reason how, or why not
 * @param trace the path of its first packet
 * @param arrivals where it comes to and who has it there, where rules redirect it: each that is
 *     possible
 */
public record Answer(
    Sender sender,
    Result result,
    Ending ending,
    VerdictReason reason,
    Trace trace,
    List<Arrival> arrivals) {

  /** Copies the list. */
  public Answer {
    arrivals = List.copyOf(arrivals);
  }

  /**
   * An end of its path.
   *
   * @param destination where it comes to
   * @param recipient whose rule sends it there
   */
  public record Arrival(Endpoint destination, ChainOwners.Recipient recipient) {}

  /** Who gets it, where a rule redirects it; of several the first. */
  public Optional<ChainOwners.Recipient> recipient() {
    return arrivals.stream().map(Arrival::recipient).findFirst();
  }

  /** Whether it works, as far as table nat decides. */
  public enum Result {
    /** It does. */
    WORKS,
    /** It does not. */
    FAILS,
    /** No rule takes it. */
    NOBODY,
    /** It is not known. */
    UNKNOWN;

    /** The name in JSON. */
    public String id() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
