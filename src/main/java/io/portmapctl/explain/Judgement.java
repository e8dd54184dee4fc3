package io.portmapctl.explain;

import io.portmapctl.net.Attempt;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Ending;
import io.portmapctl.path.PacketPath;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.Reason;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is known of a sender when one has looked: what was seen at the end of the way ends the
 * verdict, and a real connection beats what was foretold.
 *
 * @param place what was seen where the way ends; empty where that is not one place
 * @param reached whether a connection from somewhere came about there
 * @param failed how one from this host, or from a neighbour, fared that was to work and did not
 */
public record Judgement(Optional<SeenPlace> place, boolean reached, Optional<Attempt> failed) {

  /** Matches of iptables, and expressions of nft, that count packets or read what they hold. */
  private static final Pattern VARYING =
      Pattern.compile(
          "-m (limit|hashlimit|connlimit|connbytes|quota|recent|rateest|statistic|string) ");

  private static final Pattern NFT_VARYING =
      Pattern.compile("(^| )(limit|quota|ct count|numgen|last used) ");

  /** Where connections of an answer end, if that is one place. */
  public static Optional<Endpoint> end(Answer answer) {
    List<Endpoint> ends =
        answer.trace().paths().stream().map(p -> p.after().destination()).distinct().toList();
    return ends.size() == 1
        ? Optional.of(ends.get(0)).filter(e -> e.ip().isPresent() && e.port().isPresent())
        : Optional.empty();
  }

  /** Who sends there, as the place at the end sees it, if that is one. */
  public static Optional<IpAddress> sender(Answer answer) {
    List<Optional<IpAddress>> senders =
        answer.trace().paths().stream().map(p -> p.after().source().ip()).distinct().toList();
    return senders.size() == 1 ? senders.get(0) : Optional.empty();
  }

  /**
   * An answer with what was seen.
   *
   * @param attempt what became of a connection
   */
  public Answer of(Answer foretold, Attempt attempt) {
    if (place.filter(p -> p.where() == SeenPlace.Where.HOST).isPresent()) {
      return onHost(foretold, place.get());
    }
    Optional<DecidedBy.ByContainer> stopped =
        place
            .filter(p -> attempt.succeeded() || foretold.result() == Answer.Result.WORKS)
            .filter(p -> reaches(foretold))
            .flatMap(SeenPlace::stopped);
    if (stopped.isPresent()) {
      return ended(
          foretold, ending(stopped.get())); // the kernel takes connections, and nobody has them
    }
    if (attempt.succeeded()) {
      return foretold.result() == Answer.Result.WORKS
              || foretold.result() == Answer.Result.NOBODY
              || varies(foretold.reason())
          ? foretold
          : tried(foretold, Answer.Result.WORKS, attempt);
    }
    boolean works = foretold.result() == Answer.Result.WORKS;
    if (works || isLast(foretold)) {
      Optional<IpAddress> sender = sender(foretold);
      Optional<DecidedBy.ByContainer> fault =
          place.flatMap(p -> reached ? p.unanswered(sender) : p.fault(sender));
      if (fault.isEmpty() && foretold.sender().kind() == Sender.Kind.CONTAINER) {
        fault = place.flatMap(p -> p.unanswered(Optional.of(foretold.sender().destination())));
      }
      if (fault.isPresent()) {
        return ended(foretold, ending(fault.get()));
      }
      Optional<Ending> perhaps = place.filter(p -> works).flatMap(p -> suspect(p, sender, attempt));
      if (perhaps.isPresent()) {
        return ended(foretold, perhaps.get());
      }
    }
    if (works && !attempt.failed() && failed.isPresent()) {
      return tried(foretold, Answer.Result.UNKNOWN, new Cause.Tried(failed.get(), true));
    }
    boolean open = foretold.result() == Answer.Result.UNKNOWN;
    if (!attempt.failed() || !open && foretold.result() != Answer.Result.WORKS) {
      return foretold;
    }
    // a slow answer is no refusal
    return attempt == Attempt.TIMED_OUT
        ? open ? foretold : tried(foretold, Answer.Result.UNKNOWN, attempt)
        : tried(foretold, Answer.Result.FAILS, attempt);
  }

  /** Whether what is foretold is that rules send it to where was looked. */
  private static boolean reaches(Answer foretold) {
    return foretold.result() != Answer.Result.NOBODY && foretold.result() != Answer.Result.FAILS;
  }

  /** Whether the next connection may fare otherwise, though all else is as it was. */
  private static boolean varies(VerdictReason reason) {
    return reason instanceof VerdictReason.Depends depends
        && depends.questions().stream().anyMatch(Judgement::varies);
  }

  private static boolean varies(VerdictReason.Question question) {
    if (question instanceof VerdictReason.Question.Takes takes) {
      return NFT_VARYING.matcher(takes.rule().text().latin1()).find();
    }
    return question instanceof VerdictReason.Question.Matches matches
        && matches.reasons().stream()
            .anyMatch(
                r ->
                    r instanceof Reason.Undecided one
                        && VARYING.matcher(one.match().latin1()).find());
  }

  /** Whether it was not known how the last step to the container would end. */
  private static boolean isLast(Answer foretold) {
    Ending ending = foretold.ending();
    return foretold.result() == Answer.Result.UNKNOWN
        && ending.kind() == Ending.Kind.UNDECIDED
        && (ending.why() == Ending.Why.LINK || ending.why() == Ending.Why.NEIGHBOUR);
  }

  /** What may be why a connection fails, or would. */
  private static Optional<Ending> suspect(
      SeenPlace place, Optional<IpAddress> sender, Attempt attempt) {
    Optional<DecidedBy.ByContainer> stray = place.stray(sender);
    if (stray.isPresent()) {
      return Optional.of(
          ending(
              attempt.failed() ? Ending.Kind.NO_ANSWER : Ending.Kind.UNDECIDED,
              Ending.Why.OTHER_WAY,
              stray.get(),
              true));
    }
    Optional<DecidedBy.ByContainer> withoutArp = place.withoutArp();
    if (withoutArp.isPresent()) {
      return Optional.of(
          attempt.failed()
              ? ending(Ending.Kind.DROPPED, Ending.Why.LINK, withoutArp.get(), false)
              : ending(withoutArp.get()));
    }
    Optional<DecidedBy.ByContainer> full = place.queueFull();
    if (full.isPresent()) {
      return full.map(Judgement::ending);
    }
    boolean refused = attempt.failed() && attempt != Attempt.TIMED_OUT;
    return place
        .ownRules()
        .filter(by -> !refused || attempt == Attempt.REFUSED)
        .map(
            by ->
                ending(
                    refused ? Ending.Kind.REJECTED : Ending.Kind.UNDECIDED,
                    Ending.Why.OWN_RULES,
                    by,
                    false));
  }

  private static Ending ending(DecidedBy.ByContainer by) {
    return switch (by.fault()) {
      case NOBODY_THERE, WITHOUT_ADDRESS ->
          ending(Ending.Kind.DROPPED, Ending.Why.NEIGHBOUR, by, false);
      case LINK_DOWN, NO_CARRIER -> ending(Ending.Kind.DROPPED, Ending.Why.LINK, by, false);
      case NOBODY_LISTENS, LOOPBACK_ONLY, IPV6_ONLY, OTHER_ADDRESS_ONLY ->
          ending(Ending.Kind.REJECTED, Ending.Why.NOBODY_LISTENS, by, false);
      case OTHER_DEVICE_ONLY -> ending(Ending.Kind.REJECTED, Ending.Why.NOBODY_LISTENS, by, false);
      case STOPPED -> ending(Ending.Kind.NO_ANSWER, Ending.Why.NOBODY_LISTENS, by, false);
      case QUEUE_FULL -> ending(Ending.Kind.UNDECIDED, Ending.Why.NOBODY_LISTENS, by, false);
      case ADDRESS_UNUSED -> ending(Ending.Kind.DROPPED, Ending.Why.NEIGHBOUR, by, false);
      case OTHER_PORT -> ending(Ending.Kind.DROPPED, Ending.Why.LINK, by, false);
      case NO_ARP -> ending(Ending.Kind.UNDECIDED, Ending.Why.LINK, by, false);
      case NO_ROUTE -> ending(Ending.Kind.NO_ANSWER, Ending.Why.NO_ROUTE, by, true);
      case NOT_PLUGGED -> ending(Ending.Kind.DROPPED, Ending.Why.LINK, by, false);
      case OTHER_HARDWARE -> ending(Ending.Kind.DROPPED, Ending.Why.NEIGHBOUR, by, false);
      case OTHER_ROUTER, ON_LINK -> ending(Ending.Kind.NO_ANSWER, Ending.Why.OTHER_WAY, by, true);
      case OWN_RULES -> ending(Ending.Kind.UNDECIDED, Ending.Why.OWN_RULES, by, false);
    };
  }

  private static Ending ending(Ending.Kind kind, Ending.Why why, DecidedBy by, boolean back) {
    return new Ending(kind, why, by, back, Optional.empty());
  }

  /** Where this host itself gets it, a socket of it decides. */
  private static Answer onHost(Answer foretold, SeenPlace place) {
    boolean here = foretold.ending().kind() == Ending.Kind.DELIVERED;
    if (!here || place.sockets().isEmpty()) {
      return foretold;
    }
    boolean certain =
        place.sockets().get().stream().allMatch(s -> s.takes(place.address()).isPresent());
    if (place.listener().isEmpty() && !certain) {
      return foretold;
    }
    DecidedBy by = new DecidedBy.BySocket(place.listener().map(l -> l.process().orElse("")));
    Ending ending =
        place.listener().isPresent()
            ? ending(Ending.Kind.DELIVERED, Ending.Why.HERE, by, false)
            : ending(Ending.Kind.REJECTED, Ending.Why.NOBODY_LISTENS, by, false);
    if (foretold.result() == Answer.Result.NOBODY) {
      return new Answer(
          foretold.sender(),
          foretold.result(),
          ending,
          foretold.reason(),
          foretold.trace(),
          foretold.arrivals());
    }
    return ended(foretold, ending);
  }

  private static Answer ended(Answer foretold, Ending ending) {
    PacketPath path = foretold.trace().paths().get(0);
    return with(
        foretold,
        ending
            .works()
            .map(w -> w ? Answer.Result.WORKS : Answer.Result.FAILS)
            .orElse(Answer.Result.UNKNOWN),
        ending,
        Cause.Ended.of(foretold.trace(), path, ending));
  }

  private static Answer tried(Answer foretold, Answer.Result result, Attempt attempt) {
    return tried(foretold, result, new Cause.Tried(attempt, false));
  }

  private static Answer tried(Answer foretold, Answer.Result result, Cause.Tried cause) {
    Attempt attempt = cause.attempt();
    Ending.Kind kind =
        switch (result) {
          case WORKS -> Ending.Kind.DELIVERED;
          case FAILS -> attempt == Attempt.REFUSED ? Ending.Kind.REJECTED : Ending.Kind.DROPPED;
          case NOBODY, UNKNOWN -> Ending.Kind.UNDECIDED;
        };
    Ending ending = ending(kind, Ending.Why.UNKNOWN_END, DecidedBy.Nothing.NOTHING, false);
    return with(foretold, result, ending, cause);
  }

  private static Answer with(Answer foretold, Answer.Result result, Ending ending, Cause cause) {
    return new Answer(
        foretold.sender(),
        result,
        ending,
        new VerdictReason.OnEveryPath(List.of(new VerdictReason.OnPath(cause)), Optional.empty()),
        foretold.trace(),
        foretold.arrivals());
  }
}
