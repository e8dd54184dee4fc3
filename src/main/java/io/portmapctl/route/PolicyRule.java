package io.portmapctl.route;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.PortRange;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A policy rule: which table answers for which packets (ip-rule(8)).
 *
 * @param family its family
 * @param priority its place among the others
 * @param inverted whether it is for the packets that do not match
 * @param from the sources; all of the family where it does not say
 * @param to the destinations
 * @param in the interface that packets come in through; {@code lo} for what this host sends
 * @param out the interface that a socket is bound to
 * @param absent whether one of the two is not there, so that no packet matches
 * @param mark the packet's mark under the mask
 * @param mask the bits of it that count; 0 where none does
 * @param protocol the protocol's number
 * @param sourcePorts the source ports
 * @param destinationPorts the destination ports
 * @param users the users whose sockets send, first and last
 * @param unmodelled its other conditions, which are not modelled, in their own words
 * @param vrf whether it is for the interfaces of a VRF, whose table it takes
 * @param action what it does
 * @param table the table that it asks; empty where it asks none
 * @param target the priority of the rule that it goes to
 * @param suppressPrefix routes with such a prefix length or a shorter one do not count
 * @param suppressGroup routes through an interface of that group do not count
 * @param text the rule as {@code ip rule} prints it, with its priority
 */
public record PolicyRule(
    Family family,
    long priority,
    boolean inverted,
    Cidr from,
    Cidr to,
    Optional<String> in,
    Optional<String> out,
    boolean absent,
    long mark,
    long mask,
    OptionalInt protocol,
    Optional<PortRange> sourcePorts,
    Optional<PortRange> destinationPorts,
    Optional<Users> users,
    List<String> unmodelled,
    boolean vrf,
    Action action,
    String table,
    OptionalLong target,
    OptionalInt suppressPrefix,
    Optional<String> suppressGroup,
    String text) {

  /** What a rule does with the packets that match. */
  public enum Action {
    /** A table is asked. */
    LOOKUP,
    /** Another rule is next. */
    GOTO,
    /** Nothing. */
    NOP,
    /** They are dropped. */
    BLACKHOLE,
    /** They are dropped, and the sender is told that the network cannot be reached. */
    UNREACHABLE,
    /** They are dropped, and the sender is told that this is forbidden. */
    PROHIBIT,
    /** It is not known. */
    UNKNOWN
  }

  /**
   * A run of users.
   *
   * @param first the lowest number
   * @param last the highest
   */
  public record Users(long first, long last) {}

  /** Copies the list. */
  public PolicyRule {
    unmodelled = List.copyOf(unmodelled);
  }

  /** The rules that a kernel begins with. */
  public static List<PolicyRule> standard(Family family) {
    PolicyRule local = lookup(family, 0, "local");
    PolicyRule main = lookup(family, 32766, "main");
    return family == Family.IPV4
        ? List.of(local, main, lookup(family, 32767, "default"))
        : List.of(local, main);
  }

  private static PolicyRule lookup(Family family, long priority, String table) {
    return new PolicyRule(
        family,
        priority,
        false,
        Cidr.any(family),
        Cidr.any(family),
        Optional.empty(),
        Optional.empty(),
        false,
        0,
        0,
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        false,
        Action.LOOKUP,
        table,
        OptionalLong.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        String.join(" ", priority + ":\tfrom", "all", "lookup", table));
  }

  /** Whether it tells packets apart by their ports or their protocol. */
  boolean dissects() {
    return protocol.isPresent() || sourcePorts.isPresent() || destinationPorts.isPresent();
  }
}
