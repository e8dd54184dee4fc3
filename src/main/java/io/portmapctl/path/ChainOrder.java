package io.portmapctl.path;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.trace.Packet;
import java.util.List;
import java.util.Optional;

/**
 * In which order the kernel calls chains of one hook that have the same priority: the one first
 * that was registered last, which within a table alone is shown.
 */
final class ChainOrder {
  private final ChainPassage passage;

  ChainOrder(ChainPassage passage) {
    this.passage = passage;
  }

  /** Whether it matters to a packet which of two chains is called first, and is not told. */
  boolean isOpen(Station one, Station other, At at) {
    ChainSite site = one.site();
    if (site.priority() != other.site().priority()
        || site.translates() != other.site().translates()
        || site.isOfTableOf(other.site())) {
      return false;
    }
    if (!site.translates()) {
      return isOfNote(one, other, at.packets());
    }
    return at.translatable(site.hook())
        && ends(one, at)
        && ends(other, at)
        && !effects(one, at).equals(effects(other, at));
  }

  /**
   * Whether two chains that translate nothing end the same packets, or one sees what the other
   * changed.
   */
  private static boolean isOfNote(Station one, Station other, PacketSet packets) {
    List<Part> first = one.through(packets, Station.Observer.NOBODY);
    List<Part> second = other.through(packets, Station.Observer.NOBODY);
    for (Part part : first) {
      for (Part same : second) {
        if (isEnd(part) && isEnd(same) && part.packets().meets(same.packets())) {
          return true;
        }
      }
    }
    boolean changes = changes(first, packets) || changes(second, packets);
    return changes && !left(first, other).equals(left(second, one));
  }

  private static boolean isEnd(Part part) {
    return part.kind() != Part.Kind.ACCEPTED;
  }

  private static boolean changes(List<Part> parts, PacketSet packets) {
    return parts.stream().anyMatch(p -> !isEnd(p) && !packets.contains(p.packets()));
  }

  /** What is left of what one chain has let through behind another. */
  private static Optional<PacketSet> left(List<Part> parts, Station behind) {
    return parts.stream()
        .filter(p -> !isEnd(p))
        .flatMap(p -> behind.through(p.packets(), Station.Observer.NOBODY).stream())
        .filter(p -> !isEnd(p))
        .map(Part::packets)
        .reduce(PacketSet::or);
  }

  /** Whether a chain does anything with a packet. */
  private static boolean ends(Station station, At at) {
    return station.through(at.packets(), Station.Observer.NOBODY).stream()
        .anyMatch(ChainOrder::isEnd);
  }

  private List<Packet> effects(Station station, At at) {
    return passage.through(station, at).exits().stream().map(HookExit::packet).toList();
  }
}
