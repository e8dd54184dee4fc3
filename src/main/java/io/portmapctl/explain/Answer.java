package io.portmapctl.explain;

import io.portmapctl.trace.Trace;
import java.util.Optional;

/**
 * Whether a connection works.
 *
 * @param viewpoint who opens it
 * @param result whether it works
 * @param reason how, or why not, in a sentence
 * @param trace the way of its first packet
 * @param recipient who gets it, where a rule redirects it
 */
public record Answer(
    Viewpoint viewpoint,
    Result result,
    String reason,
    Trace trace,
    Optional<Whose.Recipient> recipient) {

  /** Whether it works, as far as table nat decides. */
  public enum Result {
    /** It does. */
    WORKS("works"),
    /** It does not. */
    FAILS("does not work"),
    /** No rule takes it. */
    NOBODY("no rule takes it"),
    /** It is not known. */
    UNKNOWN("not known");

    private final String title;

    Result(String title) {
      this.title = title;
    }

    /** For a person. */
    public String title() {
      return title;
    }

    /** The name in JSON. */
    public String id() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
