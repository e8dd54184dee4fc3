package io.portmapctl.path;

import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.OnePacket;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Reason;
import io.portmapctl.trace.RulePlace;
import io.portmapctl.trace.Ternary;
import java.util.List;
import java.util.Optional;

/**
 * Follows a packet, and the answer to it, through everything that the kernel does with them: the
 * base chains of every hook by priority, connection tracking, and what is decided between the
 * hooks.
 */
public final class Tracer {
  /** Sets are kept up to as many nodes. */
  private static final int MOST_NODES = 20_000;

  private final Ground ground;
  private final BaseChains chains;
  private final OnePacket one;

  /**
   * Through one table, where every rule is tried.
   *
   * @param host what is known of the host
   */
  public Tracer(Table table, HostAddresses host) {
    this(Rules.of(table), Ground.of(host), true);
  }

  /**
   * Through all rules.
   *
   * @param ground what the kernel decides beside them
   * @param everyRule whether every rule is tried, those too that are about other ports
   */
  public Tracer(Rules rules, Ground ground, boolean everyRule) {
    this.ground = ground;
    this.chains = new BaseChains(rules, ground.host(), everyRule);
    this.one = new OnePacket(chains.space());
  }

  private Tracer(Tracer other, Ground ground) {
    this.ground = ground;
    this.chains = other.chains;
    this.one = other.one;
  }

  /** The same where the kernel decides otherwise; of the same host. */
  public Tracer on(Ground other) {
    return new Tracer(this, other);
  }

  /** Whether it has followed so many packets that another takes less memory. */
  public boolean isWorn() {
    return chains.space().size() > MOST_NODES;
  }

  /** Whether somebody else may claim what rules redirect; where every rule is tried, it may be. */
  boolean hasMore(List<RulePlace> redirection, Packet packet) {
    return chains.everyRule()
        || packet.destination().port().isEmpty()
        || chains.first().hasMore(redirection, packet.destination().port().getAsInt());
  }

  /** What was known of the host. */
  HostAddresses host() {
    return ground.host();
  }

  Ground ground() {
    return ground;
  }

  BaseChains chains() {
    return chains;
  }

  OnePacket one() {
    return one;
  }

  /** Why a rule took a packet, or did not, or may have; empty where that is not kept. */
  List<Reason> why(Step step) {
    if (step.rule().isEmpty() || step.here().isEmpty()) {
      return List.of();
    }
    return chains.why(step);
  }

  /** Whether a packet starts on this host. */
  public static boolean startsHere(Packet packet, HostAddresses host) {
    return host.isLocal(packet.source().address()) == Ternary.YES;
  }

  /**
   * Follows a packet.
   *
   * @param start the packet; its interfaces are those that it comes in through, which is none where
   *     this host sends it, and at last leaves through
   */
  public Trace follow(Packet start) {
    return follow(start, List.of());
  }

  /**
   * Follows a packet.
   *
   * @param start the packet
   * @param notThrough interfaces that it does not come in through, where it is not told through
   *     which it does
   */
  public Trace follow(Packet start, List<String> notThrough) {
    return follow(start, notThrough, ExcludedRules.NOTHING);
  }

  /**
   * Follows a packet.
   *
   * @param established whether its connection was answered already: then it is translated as the
   *     first packet was, and the rules see that it is of a known connection
   */
  public Trace follow(Packet start, boolean established) {
    Trace first = follow(start);
    if (!established) {
      return first;
    }
    List<PacketPath> openings =
        first.paths().stream().filter(p -> p.disposition().goesOn()).toList();
    List<PacketPath> paths =
        (openings.isEmpty() ? first.paths() : openings)
            .stream()
                .map(p -> new Walk(this, start, ExcludedRules.NOTHING, Optional.of(p)))
                .flatMap(walk -> walk.paths(List.of()).stream())
                .distinct()
                .toList();
    return new Trace(start, true, List.of(), this, paths);
  }

  Trace follow(Packet start, List<String> notThrough, ExcludedRules leftOut) {
    Walk walk = new Walk(this, start, leftOut, Optional.empty());
    return new Trace(start, false, notThrough, this, walk.paths(notThrough));
  }
}
