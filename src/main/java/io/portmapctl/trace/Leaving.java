package io.portmapctl.trace;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Target;
import java.util.List;
import java.util.Optional;

/**
 * A part of a set of packets that leaves the chains of a hook.
 *
 * @param kind how it leaves
 * @param packets the packets, as they come to the rule that ends their path
 * @param rules those that took them, the jumps first; without any it is the chain's policy
 * @param target what rewrites them, where something does
 * @param open why it is not known what becomes of them, where it is not
 */
public record Leaving(
    Kind kind,
    PacketSet packets,
    List<RulePlace> rules,
    Optional<Target> target,
    Optional<OpenReason> open) {

  /** How packets leave. */
  public enum Kind {
    /** They go on as they are. */
    ACCEPTED,
    /** They go on rewritten. */
    REWRITTEN,
    /** They do not go on. */
    DROPPED,
    /** They do not go on, and their sender is told. */
    REJECTED,
    /** What becomes of them is not known. */
    OPEN
  }

  /** Copies the list. */
  public Leaving {
    rules = List.copyOf(rules);
  }

  /** Whether they were not followed to an end, which may be any. */
  public boolean givenUp() {
    return open.filter(OpenReason.Limit.class::isInstance).isPresent();
  }

  /** The rule that ended their path, where one did. */
  public Optional<RulePlace> last() {
    return rules.isEmpty() ? Optional.empty() : Optional.of(rules.get(rules.size() - 1));
  }
}
