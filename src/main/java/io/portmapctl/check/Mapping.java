package io.portmapctl.check;

import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.text.Octets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One published port as it is found in a ruleset.
 *
 * @param family the family
 * @param protocol tcp, udp or sctp; empty where neither entry nor rule names one
 * @param hostIp the published address, empty for any
 * @param hostPort the published port, where one is named
 * @param containerIp the container's address, where a rule translates to it
 * @param containerPort the container's port, where a rule translates to it
 * @param owner whose it is, where that can be told
 * @param layout the layout of its chains, where they tell
 * @param chain the container's chain
 * @param snat whether a rule masquerades localhost or hairpin traffic to it
 * @param state how it is
 * @param reason why it is not {@code ok}
 * @param wins of a port that several claim, whether this one takes the packets
 * @param takenBy the rule that takes its packets, where it is shadowed or loses them to another
 *     claim
 * @param connections how many connections it took, where the ruleset has counters
 * @param conditions what its packets must be beside, in iptables-save's words, one text for each
 *     way to it; none where any packet to the port is taken
 */
public record Mapping(
    Family family,
    String protocol,
    Optional<IpAddress> hostIp,
    OptionalInt hostPort,
    Optional<IpAddress> containerIp,
    OptionalInt containerPort,
    Optional<Identity> owner,
    Optional<Layout> layout,
    String chain,
    boolean snat,
    State state,
    MappingReason reason,
    boolean wins,
    Optional<Taker> takenBy,
    OptionalLong connections,
    List<Octets> conditions) {

  /** Copies the list. */
  public Mapping {
    conditions = List.copyOf(conditions);
  }

  /**
   * A rule that takes a mapping's packets first.
   *
   * @param engine whose table it is in
   * @param table that table's name
   * @param chain its chain
   * @param index its place in it, from 1
   * @param rule the rule, as it is spelled there
   * @param program whose it is, where the chains' names tell
   * @param container whose it is, where it is a container's
   */
  public record Taker(
      RuleEngine engine,
      String table,
      String chain,
      int index,
      Octets rule,
      Optional<Program> program,
      Optional<Identity> container) {}

  /** Whether a rule translates for it packets to that port that are not narrowed by conditions. */
  public boolean takes(PublishedPort port) {
    return state != State.INCOMPLETE
        && containerIp.isPresent()
        && family == port.family()
        && protocol.equals(port.protocol())
        && hostPort.equals(OptionalInt.of(port.port()))
        && (hostIp.isEmpty() || port.hostIp().isEmpty() || hostIp.equals(port.hostIp()));
  }

  /** The same in another state. */
  Mapping in(State other, MappingReason why) {
    return with(other, why, wins, takenBy);
  }

  /** The same, where a rule takes its packets. */
  Mapping takenBy(Taker taker) {
    return with(State.SHADOWED, MappingReason.TAKEN, false, Optional.of(taker));
  }

  /** The same, where another nat table of the kernel takes its packets, or may. */
  Mapping takenBy(OtherNat.Translation elsewhere) {
    return with(
        State.SHADOWED,
        elsewhere.first() ? MappingReason.TAKEN_ELSEWHERE : MappingReason.CLAIMED_ELSEWHERE,
        false,
        Optional.of(elsewhere.taker()));
  }

  /** The same, where an earlier rule of its own chain takes its packets. */
  Mapping after(Taker earlier) {
    return state == State.OK
        ? with(State.SHADOWED, MappingReason.GIVEN_TWICE, false, Optional.of(earlier))
        : this;
  }

  /** Whether it takes all packets that another is for, if both are asked, and this one first. */
  boolean covers(Mapping other) {
    return protocol.equals(other.protocol)
        && hostPort.equals(other.hostPort)
        && (hostIp.isEmpty() || hostIp.equals(other.hostIp))
        && (conditions.isEmpty() || conditions.equals(other.conditions));
  }

  /** The same, where another's claim takes the packets. */
  Mapping losingTo(Optional<Taker> claim) {
    return with(state, reason, false, takenBy.or(() -> claim));
  }

  private Mapping with(
      State otherState, MappingReason otherReason, boolean otherWins, Optional<Taker> otherTaker) {
    return new Mapping(
        family,
        protocol,
        hostIp,
        hostPort,
        containerIp,
        containerPort,
        owner,
        layout,
        chain,
        snat,
        otherState,
        otherReason,
        otherWins,
        otherTaker,
        connections,
        conditions);
  }
}
