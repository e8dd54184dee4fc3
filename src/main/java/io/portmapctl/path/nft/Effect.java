package io.portmapctl.path.nft;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.path.Part;
import io.portmapctl.ruleset.Target;
import io.portmapctl.ruleset.nft.Verdict;
import io.portmapctl.trace.OpenReason;
import java.util.Optional;

/**
 * What a rule does with packets that come to its end, or end in it.
 *
 * @param packets the packets, as the rule leaves them
 * @param verdict where they go on; {@code CONTINUE} behind the rule
 * @param leaves how they leave the base chain, where they do
 * @param translation what translates them then
 * @param open why it is not known what becomes of them
 */
record Effect(
    PacketSet packets,
    Verdict verdict,
    Optional<Part.Kind> leaves,
    Optional<Target> translation,
    Optional<OpenReason> open) {
  private static final Verdict CONTINUE = new Verdict(Verdict.Kind.CONTINUE, "");

  static Effect of(PacketSet packets, Verdict verdict) {
    Optional<Part.Kind> leaves =
        switch (verdict.kind()) {
          case ACCEPT -> Optional.of(Part.Kind.ACCEPTED);
          case DROP -> Optional.of(Part.Kind.DROPPED);
          default -> Optional.empty();
        };
    return new Effect(packets, verdict, leaves, Optional.empty(), Optional.empty());
  }

  /** They go on behind the rule. */
  static Effect goesOn(PacketSet packets) {
    return of(packets, CONTINUE);
  }

  static Effect rejected(PacketSet packets) {
    return new Effect(
        packets, CONTINUE, Optional.of(Part.Kind.REJECTED), Optional.empty(), Optional.empty());
  }

  static Effect translated(PacketSet packets, Target target) {
    return new Effect(
        packets,
        CONTINUE,
        Optional.of(Part.Kind.TRANSLATED),
        Optional.of(target),
        Optional.empty());
  }

  static Effect unknown(PacketSet packets, String words) {
    return new Effect(
        packets,
        CONTINUE,
        Optional.of(Part.Kind.OPEN),
        Optional.empty(),
        Optional.of(new OpenReason.UnknownTarget(words)));
  }
}
