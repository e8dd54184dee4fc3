package io.portmapctl.explain;

import io.portmapctl.net.Attempt;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Ending;
import io.portmapctl.path.PacketPath;
import io.portmapctl.trace.Endpoint;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a sender when one has looked: what was seen at the end of the way ends the
 * verdict, and a real connection beats what was foretold.
 *
 * @param place what was seen where the way ends; empty where that is not one place
 * @param reached whether a connection from somewhere came about there
 */
public record Judgement(Optional<SeenPlace> place, boolean reached) {

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
    if (attempt.succeeded()) {
      return foretold.result() == Answer.Result.WORKS || foretold.result() == Answer.Result.NOBODY
          ? foretold
          : tried(foretold, Answer.Result.WORKS, attempt);
    }
    if (foretold.result() == Answer.Result.WORKS) {
      Optional<IpAddress> sender = sender(foretold);
      Optional<DecidedBy.ByContainer> fault =
          place.flatMap(p -> reached ? p.unanswered(sender) : p.fault(sender));
      if (fault.isEmpty() && foretold.sender().kind() == Sender.Kind.CONTAINER) {
        fault = place.flatMap(p -> p.unanswered(Optional.of(foretold.sender().destination())));
      }
      if (fault.isPresent()) {
        return ended(foretold, ending(fault.get()));
      }
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

  private static Ending ending(DecidedBy.ByContainer by) {
    return switch (by.fault()) {
      case NOBODY_THERE, WITHOUT_ADDRESS ->
          ending(Ending.Kind.DROPPED, Ending.Why.NEIGHBOUR, by, false);
      case LINK_DOWN, NO_CARRIER -> ending(Ending.Kind.DROPPED, Ending.Why.LINK, by, false);
      case NOBODY_LISTENS, LOOPBACK_ONLY, IPV6_ONLY, OTHER_ADDRESS_ONLY ->
          ending(Ending.Kind.REJECTED, Ending.Why.NOBODY_LISTENS, by, false);
      case NO_ROUTE -> ending(Ending.Kind.NO_ANSWER, Ending.Why.NO_ROUTE, by, true);
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
        ending.works().orElse(false) ? Answer.Result.WORKS : Answer.Result.FAILS,
        ending,
        Cause.Ended.of(foretold.trace(), path, ending));
  }

  private static Answer tried(Answer foretold, Answer.Result result, Attempt attempt) {
    Ending.Kind kind =
        switch (result) {
          case WORKS -> Ending.Kind.DELIVERED;
          case FAILS -> attempt == Attempt.REFUSED ? Ending.Kind.REJECTED : Ending.Kind.DROPPED;
          case NOBODY, UNKNOWN -> Ending.Kind.UNDECIDED;
        };
    Ending ending = ending(kind, Ending.Why.UNKNOWN_END, DecidedBy.Nothing.NOTHING, false);
    return with(foretold, result, ending, new Cause.Tried(attempt));
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
