package io.portmapctl.ruleset.nft;

import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A chain.
 *
 * @param name its name
 * @param handle its number in its table: of two chains the later has the higher
 * @param base where the kernel calls it; empty for a chain that only rules call
 * @param rules its rules, in order
 */
public record NftChain(Octets name, OptionalLong handle, Optional<Base> base, List<NftRule> rules) {
  /** Copies the list. */
  public NftChain {
    rules = List.copyOf(rules);
  }

  /**
   * Where the kernel calls a chain.
   *
   * @param type {@code filter}, {@code nat} or {@code route}
   * @param hook {@code prerouting} and the like
   * @param priority the lowest of a hook is first
   * @param drops whether its policy is drop
   */
  public record Base(String type, String hook, int priority, boolean drops) {}
}
