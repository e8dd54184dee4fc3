package io.portmapctl.path;

import io.portmapctl.packet.PacketSet;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Ternary;
import java.util.Optional;

/**
 * A rule that a packet was tried on.
 *
 * @param hook the hook
 * @param site the rule, where it stands
 * @param packet the packet, as it came to the rule
 * @param here the same as a set; empty where it is not kept
 * @param result whether the rule takes it
 * @param certain whether the packet comes to this rule at all, for certain
 * @param depth how many jumps lead to the chain
 * @param again whether the rule leads to a chain that the same packet has gone through already, of
 *     which the rules are not told again
 */
public record Step(
    Hook hook,
    RuleSite site,
    Packet packet,
    Optional<PacketSet> here,
    Ternary result,
    boolean certain,
    int depth,
    boolean again) {

  /** The chain that it stands in. */
  public String chain() {
    return site.chain();
  }

  /** Its place in the chain, from 1. */
  public int index() {
    return site.number();
  }

  /** The rule, where it is one of iptables. */
  public Optional<Rule> rule() {
    return site.rule();
  }

  /** The same without its set. */
  Step plain() {
    return new Step(hook, site, packet, Optional.empty(), result, certain, depth, again);
  }

  /** The same, where the chain that it leads to is not told again. */
  Step toldBefore() {
    return new Step(hook, site, packet, here, result, certain, depth, true);
  }
}
