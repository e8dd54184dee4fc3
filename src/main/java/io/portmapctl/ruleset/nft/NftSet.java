package io.portmapctl.ruleset.nft;

import io.portmapctl.text.Octets;
import java.util.List;
import java.util.OptionalLong;

/**
 * A named set or map.
 *
 * @param name its name
 * @param elements what is in it
 * @param dynamic whether packets change it
 * @param size how many elements it may have at most, where that is bounded
 */
public record NftSet(Octets name, List<Element> elements, boolean dynamic, OptionalLong size) {
  /** Copies the list. */
  public NftSet {
    elements = List.copyOf(elements);
  }
}
