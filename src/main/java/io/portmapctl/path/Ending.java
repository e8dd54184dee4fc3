package io.portmapctl.path;

import io.portmapctl.trace.OpenReason;
import java.util.Optional;

/**
 * How the way of a connection's packet ends, its answer's way back included.
 *
 * @param kind how
 * @param why why so
 * @param by what decides
 * @param back whether that is on the answer's way back
 * @param open why it is not known, where a rule or a limit leaves it open
 */
public record Ending(Kind kind, Why why, DecidedBy by, boolean back, Optional<OpenReason> open) {

  /** How a way ends. */
  public enum Kind {
    /** It arrives, and so does its answer. */
    DELIVERED("delivered"),
    /** It, or its answer, is dropped. */
    DROPPED("dropped"),
    /** It is dropped, and its sender is told. */
    REJECTED("rejected"),
    /** The kernel takes it nowhere. */
    NOT_ROUTED("not-routed"),
    /** It arrives, and its answer does not, or comes from a stranger. */
    NO_ANSWER("no-answer"),
    /** It is not known. */
    UNDECIDED("undecided");

    private final String id;

    Kind(String id) {
      this.id = id;
    }

    /** The name in JSON. */
    public String id() {
      return id;
    }
  }

  /** Why it ends so. */
  public enum Why {
    /** This host itself gets it. */
    HERE,
    /** Its source stays as it is, and the answer comes back. */
    SOURCE_STAYS,
    /** Its source becomes this host's, so the answer comes back. */
    MASQUERADED,
    /** The same where a container sends to itself, through its port of the bridge. */
    MASQUERADED_HAIRPIN,
    /** The same of what localhost sends. */
    MASQUERADED_LOCALHOST,
    /** The answer of a container beside the sender is turned back where it crosses the bridge. */
    TURNED_BACK,
    /** A rule or a policy ends it. */
    RULES,
    /** The host does not forward. */
    NOT_FORWARDING,
    /** There is no route. */
    NO_ROUTE,
    /** A route or a policy rule ends it. */
    ROUTE,
    /** Its source is not where it comes from. */
    REVERSE_PATH,
    /** A loopback address would leave the host or comes in from outside. */
    LOCALNET,
    /** Nobody has such an address, or nobody may send from it. */
    MARTIAN,
    /** An interface is not there, or is down. */
    LINK,
    /** Its port of the bridge lets nothing out that came in by it. */
    NO_HAIRPIN,
    /** Its port of the bridge and the one that it came in by are both isolated. */
    ISOLATED,
    /** A policy of IPsec's drops it, or wants it encrypted. */
    IPSEC,
    /** Its neighbour does not answer. */
    NEIGHBOUR,
    /** A rule leaves it too few hops to be forwarded. */
    HOP_LIMIT,
    /** The answer leaves by another interface than the question came by. */
    OTHER_WAY,
    /** A rule gives it a source of the container's network that is none of this host's. */
    OTHER_SOURCE,
    /** Rules of the container's own. */
    OWN_RULES,
    /** Nobody listens. */
    NOBODY_LISTENS,
    /** The answer goes straight to a sender who waits for this host's. */
    STRANGER,
    /** The container gets a packet from itself. */
    ITSELF,
    /** The container answers its own loopback address. */
    LOCALHOST,
    /** IPv6 lets nothing of its loopback address out. */
    LOCALHOST_IPV6,
    /** The answer is not translated back. */
    NOT_TRANSLATED_BACK,
    /** The answer to what was not tracked is translated as what opens a connection. */
    ANSWER_TRANSLATED,
    /** It leaves this host, on which the container is. */
    ELSEWHERE,
    /** Where it goes is not known. */
    UNKNOWN_END
  }

  /** On the way there. */
  static Ending there(Kind kind, Why why, DecidedBy by) {
    return new Ending(kind, why, by, false, Optional.empty());
  }

  /** Where nothing is in the way, and the answer comes back. */
  static Ending delivered(Why why) {
    return there(Kind.DELIVERED, why, DecidedBy.Nothing.NOTHING);
  }

  /** The same on the answer's way back: nobody gets an answer. */
  Ending onTheWayBack() {
    boolean known = kind != Kind.UNDECIDED && kind != Kind.DELIVERED;
    return new Ending(known ? Kind.NO_ANSWER : kind, why, by, true, open);
  }

  /** Whether the connection works; empty where it is not known. */
  public Optional<Boolean> works() {
    return kind == Kind.UNDECIDED ? Optional.empty() : Optional.of(kind == Kind.DELIVERED);
  }
}
