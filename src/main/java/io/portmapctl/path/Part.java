package io.portmapctl.path;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.OpenReason;
import java.util.List;
import java.util.Optional;

/**
 * Packets that leave a base chain in the same way.
 *
 * @param kind how they leave
 * @param packets as they go on, with the marks and the state that rules gave them, but before they
 *     are translated
 * @param rules those that took them, the jumps first, the deciding one last; empty where the
 *     chain's policy decides
 * @param translation what translates their addresses, where something does
 * @param open why it is not known what becomes of them, where it is not
 */
public record Part(
    Kind kind,
    PacketSet packets,
    List<RuleSite> rules,
    Optional<Target> translation,
    Optional<OpenReason> open) {

  /** How packets leave. */
  public enum Kind {
    /** They go on to the next base chain. */
    ACCEPTED,
    /** They go on, and their connection is translated. */
    TRANSLATED,
    /** They end here. */
    DROPPED,
    /** They end here, and their sender is told. */
    REJECTED,
    /** It is not known: a target that is not modelled, a queue to a program, too many rules. */
    OPEN
  }

  /** Copies the list. */
  public Part {
    rules = List.copyOf(rules);
  }

  /** Without a translation, and for certain. */
  public Part(Kind kind, PacketSet packets, List<RuleSite> rules) {
    this(kind, packets, rules, Optional.empty(), Optional.empty());
  }

  /** The rule that decides; empty where the chain's policy does. */
  public Optional<RuleSite> last() {
    return rules.isEmpty() ? Optional.empty() : Optional.of(rules.get(rules.size() - 1));
  }
}
