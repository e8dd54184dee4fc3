package io.portmapctl.path;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.PacketPath.Stage;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Target;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.Ternary;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/**
 * How a connection ends whose packet has arrived: whether the answer comes back to the sender, and
 * as the one that it waits for.
 */
final class Arrival {
  /** Addresses of one link alone. */
  private static final Cidr ONE_LINK = Cidr.parse("169.254.0.0/16").orElseThrow();

  /** The statement of nft that has connection tracking pass over a packet. */
  private static final Pattern NOTRACK = Pattern.compile("(^| )notrack( |$)");

  private final Ground ground;
  private final Packet start;

  Arrival(Ground ground, Packet start) {
    this.ground = ground;
    this.start = start;
  }

  /** How a connection ends whose answer does not come to this host. */
  Optional<Ending> withoutWay(At at) {
    if (at.away().isPresent() && isToContainer(at)) {
      return Optional.of(
          Ending.there(Ending.Kind.UNDECIDED, Ending.Why.ELSEWHERE, at.away().orElseThrow()));
    }
    Optional<IpAddress> sender = start.source().ip();
    Optional<IpAddress> end = at.packet().destination().ip();
    if (!at.redirected()
        && (sender.isEmpty() || end.isEmpty() || isBeside(sender.get(), end.get()))) {
      return Optional.of(Ending.delivered(Ending.Why.SOURCE_STAYS));
    }
    if (sender.isEmpty() || end.isEmpty()) {
      return Optional.of(
          Ending.there(Ending.Kind.UNDECIDED, Ending.Why.UNKNOWN_END, DecidedBy.Nothing.NOTHING));
    }
    IpAddress from = sender.get();
    boolean localhost = HostAddresses.isLoopback(from);
    if (localhost && from.family() == Family.IPV6) {
      return Optional.of(lost(Ending.Why.LOCALHOST_IPV6, DecidedBy.Nothing.NOTHING));
    }
    if (at.masqueraded()) {
      return strangers(at, end.get());
    }
    if (localhost) {
      return Optional.of(lost(Ending.Why.LOCALHOST, accepted(at)));
    }
    if (from.equals(end.get())) {
      return Optional.of(lost(Ending.Why.ITSELF, accepted(at)));
    }
    return at.redirected()
            && isBeside(from, end.get())
            && ground.isBridge(from.family(), at.packet().out())
        ? straight(from.family(), at.packet().out())
        : Optional.empty();
  }

  /**
   * How a way ends that this host begins: where a container's bridge is gone, no setting of the
   * interface that now leads to it would help.
   */
  Ending sentAway(At at, Ending ending) {
    return ending.why() == Ending.Why.LOCALNET && at.away().isPresent() && isToContainer(at)
        ? Ending.there(ending.kind(), Ending.Why.ELSEWHERE, at.away().get())
        : ending;
  }

  /**
   * Where a rule gives it a source that is none of this host's, but of the container's network: the
   * answer goes to who has that, if anybody does.
   */
  private Optional<Ending> strangers(At at, IpAddress container) {
    Optional<IpAddress> source = at.packet().source().ip();
    boolean beside =
        source.isPresent()
            && ground.host().isLocal(source.get()) == Ternary.NO
            && isBeside(source.get(), container)
            && ground.isBridge(container.family(), at.packet().out());
    if (!beside) {
      return Optional.empty();
    }
    DecidedBy by =
        at.stages().stream()
            .filter(s -> s.exit().kind() == Part.Kind.TRANSLATED)
            .filter(s -> s.traversal().hook().rewritesSource())
            .flatMap(s -> s.exit().last().stream())
            .findFirst()
            .<DecidedBy>map(DecidedBy.ByRule::new)
            .orElse(DecidedBy.Nothing.NOTHING);
    return Optional.of(
        source.get().equals(container)
            ? lost(Ending.Why.OTHER_SOURCE, by)
            : Ending.there(Ending.Kind.UNDECIDED, Ending.Why.OTHER_SOURCE, by));
  }

  /** Whether the rule that redirected it is one for a container of this host. */
  private boolean isToContainer(At at) {
    return at.stages().stream()
        .filter(s -> s.exit().kind() == Part.Kind.TRANSLATED)
        .filter(s -> !s.traversal().hook().rewritesSource())
        .flatMap(s -> s.exit().last().stream())
        .anyMatch(ground.toContainers());
  }

  /** Whether a sender is of the subnet of a container, whose answers go straight to it then. */
  private boolean isBeside(IpAddress from, IpAddress container) {
    return ground.host().isLocal(from) != Ternary.YES
        && ground.subnets().apply(container).map(s -> s.contains(Cidr.host(from))).orElse(false);
  }

  /** What one container sends to another does not leave their bridge, unless it is shown. */
  private Optional<Ending> straight(Family family, PacketInterface device) {
    Ternary bridged = ground.bridged(family, device);
    String key = "net/bridge/bridge-nf-call-" + (family == Family.IPV4 ? "iptables" : "ip6tables");
    return switch (bridged) {
      case YES -> Optional.of(Ending.delivered(Ending.Why.TURNED_BACK));
      case NO ->
          Optional.of(
              Ending.there(
                  Ending.Kind.NO_ANSWER,
                  Ending.Why.STRANGER,
                  new DecidedBy.BySetting(key, Optional.of("0"))));
      case UNKNOWN ->
          Optional.of(
              Ending.there(
                  Ending.Kind.UNDECIDED,
                  Ending.Why.STRANGER,
                  new DecidedBy.BySetting(key, Optional.empty())));
    };
  }

  /** The route by which an answer leaves through another interface than its question came by. */
  private Optional<DecidedBy> otherWay(At end) {
    boolean known = start.in().known() && start.in().name().isPresent() && end.leaves().known();
    boolean other =
        known && !Tracer.startsHere(start, ground.host()) && !end.leaves().equals(start.in());
    // a sender that has a route of its own is behind the interface of that
    return other
        ? end.turn()
            .route()
            .filter(
                r ->
                    !(r instanceof DecidedBy.ByRoute by && by.text().startsWith(by.to() + " dev ")))
        : Optional.empty();
  }

  /** The answer has come back. */
  Ending answered(At at, At end, Disposition disposition) {
    boolean turned = end.tracking() == At.Tracking.REPLIES || !at.redirected() && !at.masqueraded();
    if (!turned) {
      return lost(Ending.Why.NOT_TRANSLATED_BACK, DecidedBy.Nothing.NOTHING).onTheWayBack();
    }
    Ternary asked = isAsAsked(at, end);
    if (asked != Ternary.YES) {
      Ending.Kind kind = asked == Ternary.NO ? Ending.Kind.NO_ANSWER : Ending.Kind.UNDECIDED;
      DecidedBy by = rule(end, (stage, target) -> stage.exit().kind() == Part.Kind.TRANSLATED);
      return Ending.there(kind, Ending.Why.ANSWER_TRANSLATED, by).onTheWayBack();
    }
    if (disposition == Disposition.DELIVERED) {
      return Ending.there(Ending.Kind.DELIVERED, Ending.Why.HERE, untracked(at));
    }
    if (end.away().isPresent()
        && start.source().ip().map(Cidr::host).filter(ONE_LINK::contains).isPresent()) {
      // no router takes it further (RFC 3927)
      return Ending.there(Ending.Kind.UNDECIDED, Ending.Why.ELSEWHERE, end.away().get())
          .onTheWayBack();
    }
    Optional<DecidedBy> other = otherWay(end);
    if (other.isPresent()) {
      return Ending.there(Ending.Kind.UNDECIDED, Ending.Why.OTHER_WAY, other.get()).onTheWayBack();
    }
    if (!at.masqueraded()) {
      return Ending.delivered(Ending.Why.SOURCE_STAYS);
    }
    IpAddress from = start.source().ip().orElseThrow();
    IpAddress container = at.packet().destination().ip().orElseThrow();
    if (HostAddresses.isLoopback(from)) {
      boolean known = ground.settings().localnet().apply(container) != Localnet.UNKNOWN;
      return known
          ? Ending.delivered(Ending.Why.MASQUERADED_LOCALHOST)
          : Ending.there(
              Ending.Kind.UNDECIDED,
              Ending.Why.MASQUERADED_LOCALHOST,
              new DecidedBy.BySetting(Ground.localnet(at.packet().out()), Optional.empty()));
    }
    boolean routed =
        ground
            .subnets()
            .apply(container)
            .map(s -> s.prefix() == s.address().family().bits())
            .orElse(false);
    return Ending.delivered(
        container.equals(from) && !routed
            ? Ending.Why.MASQUERADED_HAIRPIN
            : Ending.Why.MASQUERADED);
  }

  /** Whether an answer that is translated by itself is between the ends that the packet had. */
  private Ternary isAsAsked(At at, At end) {
    if (end.tracking() != At.Tracking.OPENS) {
      return Ternary.YES;
    }
    Ternary source =
        end.masqueraded() ? isSame(end.packet().source(), at.packet().destination()) : Ternary.YES;
    Ternary destination =
        end.redirected() ? isSame(end.packet().destination(), at.packet().source()) : Ternary.YES;
    return source.and(destination);
  }

  private Ternary isSame(Endpoint one, Endpoint other) {
    Ternary mine = ground.host().isLocal(one.address());
    Ternary others = ground.host().isLocal(other.address());
    if (mine != Ternary.UNKNOWN && mine.not() == others) {
      return Ternary.NO;
    }
    boolean addresses = one.ip().isPresent() && other.ip().isPresent();
    boolean ports = one.port().isPresent() && other.port().isPresent();
    if (addresses && !one.ip().equals(other.ip()) || ports && !one.port().equals(other.port())) {
      return Ternary.NO;
    }
    return addresses && ports ? Ternary.YES : Ternary.UNKNOWN;
  }

  /** The rule that let a packet pass before one could masquerade it. */
  private static DecidedBy accepted(At at) {
    return rule(
        at,
        (stage, target) ->
            stage.traversal().site().translates()
                && stage.traversal().hook().rewritesSource()
                && target instanceof Target.Accept);
  }

  /** The rule that has connection tracking pass over a packet. */
  static DecidedBy untracked(At at) {
    if (at.tracking() != At.Tracking.UNTRACKED) {
      return DecidedBy.Nothing.NOTHING;
    }
    return at.stages().stream()
        .flatMap(s -> s.traversal().steps().stream())
        .filter(s -> s.result() != Ternary.NO && isNotrack(s.site()))
        .findFirst()
        .<DecidedBy>map(s -> new DecidedBy.ByRule(s.site()))
        .orElse(DecidedBy.Nothing.NOTHING);
  }

  private static boolean isNotrack(RuleSite site) {
    return site.rule()
        .map(r -> r.target() instanceof Target.Ct ct && ct.untracked())
        .orElseGet(() -> NOTRACK.matcher(site.text().latin1()).find());
  }

  private static DecidedBy rule(At at, BiPredicate<Stage, Target> wanted) {
    for (Stage stage : at.stages()) {
      Optional<RuleSite> last = stage.exit().last();
      Optional<Target> target = last.flatMap(RuleSite::rule).map(Rule::target);
      if (target.isPresent() && wanted.test(stage, target.get())) {
        return new DecidedBy.ByRule(last.orElseThrow());
      }
    }
    return DecidedBy.Nothing.NOTHING;
  }

  private static Ending lost(Ending.Why why, DecidedBy by) {
    return Ending.there(Ending.Kind.NO_ANSWER, why, by);
  }
}
