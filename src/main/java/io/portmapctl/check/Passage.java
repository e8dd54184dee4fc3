package io.portmapctl.check;

import io.portmapctl.net.Family;
import io.portmapctl.packet.Difference;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.trace.Leaving;
import io.portmapctl.trace.RulePlace;
import java.util.List;

/**
 * What becomes of the packets of one kind that a mapping is for.
 *
 * @param kind which packets
 * @param meant those that the mapping is for
 * @param arrived those of them that come to where they should
 * @param lost how the others end
 * @param diverting the rules on the way that lead packets elsewhere without ending their way
 */
record Passage(
    Kind kind,
    PacketSet meant,
    List<Leaving> arrived,
    List<Leaving> lost,
    List<RulePlace> diverting) {

  /** Which packets of a mapping. */
  enum Kind {
    /** What another machine sends. */
    LAN,
    /** What a container sends. */
    CONTAINERS,
    /** What this host sends to itself. */
    HOST,
    /** What must be masqueraded so that the answer comes back: of the container's own subnet. */
    HAIRPIN,
    /** What must be masqueraded so that the answer comes back: localhost's. */
    LOCALHOST,
    /** What must not be masqueraded, so that the container sees who sends it. */
    HIDDEN;

    /** Whether it is asked what becomes of their source, once they are on their way. */
    boolean isAboutSources() {
      return this == HAIRPIN || this == LOCALHOST || this == HIDDEN;
    }

    /** Whether losing all of them is as bad as losing everything. */
    boolean countsAlone() {
      return this != CONTAINERS && this != HIDDEN;
    }
  }

  /** How much of it is lost. */
  enum Extent {
    /** Nothing. */
    NONE,
    /** That cannot be told. */
    OPEN,
    /** Some, for certain. */
    SOME,
    /** All. */
    ALL
  }

  /** What is told of packets beside marks and what nobody knows. */
  PacketSet heads(PacketSet packets) {
    PacketSet heads = packets.withoutQuestions().withoutMarks();
    return kind.isAboutSources() ? heads.without(Field.OUTPUT_INTERFACE) : heads;
  }

  /** The same of all parts. */
  PacketSet heads(List<Leaving> parts) {
    PacketSet all = meant.space().none();
    for (Leaving part : parts) {
      all = all.or(heads(part.packets()));
    }
    return all;
  }

  /** Those that never come to where they should, whatever their marks and whatever is not known. */
  PacketSet surelyLost() {
    return heads(meant).minus(heads(arrived));
  }

  /** What tells those from the others that it is for. */
  List<Difference> differences(Family family) {
    return Difference.between(surelyLost(), heads(meant), family);
  }

  /** Whether some of these are among those. */
  boolean isSurelyLost(PacketSet packets) {
    return surelyLost().meets(heads(packets));
  }

  Extent extent() {
    if (meant.isEmpty() || lost.isEmpty()) {
      return Extent.NONE;
    }
    if (arrived.isEmpty()) {
      return Extent.ALL;
    }
    return surelyLost().isEmpty() ? Extent.OPEN : Extent.SOME;
  }
}
