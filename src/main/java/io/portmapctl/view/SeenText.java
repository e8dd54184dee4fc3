package io.portmapctl.view;

import io.portmapctl.explain.Answer;
import io.portmapctl.explain.SeenPlace;
import io.portmapctl.explain.SeenPort;
import io.portmapctl.net.Attempt;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.ListeningSocket;
import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was seen of a port, in lines that stand below what was foretold. */
final class SeenText {
  private SeenText() {}

  /** What became of a connection that was tried, behind its noun. */
  static String of(Attempt attempt) {
    return switch (attempt) {
      case CONNECTED -> "came about";
      case ANSWERED -> "was answered";
      case REFUSED -> "was refused";
      case TIMED_OUT -> "did not come about in two seconds";
      case UNREACHABLE -> "found no way";
      case NOT_PERMITTED -> "was not let out";
      default -> "failed";
    };
  }

  /** The lines; none where there is nothing to say. */
  static List<String> lines(SeenPort seen, Theme theme) {
    List<String> lines = new ArrayList<>();
    Map<String, Map<String, Set<IpAddress>>> attempts = new LinkedHashMap<>();
    for (SeenPort.Sight sight : seen.answers()) {
      attempts
          .computeIfAbsent(
              ReachView.sender(sight.foretold().sender().kind()), s -> new LinkedHashMap<>())
          .computeIfAbsent(told(sight, theme), t -> new LinkedHashSet<>())
          .add(sight.foretold().sender().destination());
    }
    attempts.forEach(
        (sender, told) ->
            told.forEach(
                (text, to) ->
                    lines.add(
                        "  seen from "
                            + sender
                            + " to "
                            + ReachView.several(List.copyOf(to))
                            + ": "
                            + text)));
    // whoever runs a program names it
    seen.places().forEach(p -> lines.add("  seen " + Printable.escaped(place(p))));
    for (ListeningSocket socket : seen.idle()) {
      lines.add(
          "  seen on this host: "
              + Printable.escaped(process(socket))
              + " listens at "
              + socket.text()
              + ", and gets nothing that a rule sends elsewhere");
    }
    return lines;
  }

  /** What became of it, beside what was foretold. */
  private static String told(SeenPort.Sight sight, Theme theme) {
    Answer.Result foretold = sight.foretold().result();
    String untried = untried(sight.attempt());
    if (!untried.isEmpty()) {
      boolean ended = foretold != sight.judged().result();
      return untried + (ended ? "; rules, routes and settings alone would have it work" : "");
    }
    String text = "a connection " + of(sight.attempt());
    return switch (foretold) {
      case WORKS, FAILS ->
          sight.differs()
              ? theme.warning(
                  text
                      + ", though rules, routes and settings alone would have it "
                      + (foretold == Answer.Result.WORKS ? "work" : "fail"))
              : text + ", as foretold";
      case UNKNOWN -> text + ", which could not be foretold";
      case NOBODY -> text;
    };
  }

  /** Why nothing was learned of a connection; empty where something was. */
  private static String untried(Attempt attempt) {
    return switch (attempt) {
      case SILENT -> "no answer to a datagram, which tells nothing";
      case OTHER_MACHINE -> "not tried: only another machine sends from there";
      case NO_NAMESPACE -> "not tried: no network namespace of it was found";
      case NO_PROGRAM -> "not tried: nsenter, ip, bash and timeout are needed for it";
      case NOT_ENTERED -> "not tried: its network namespace may not be entered";
      case PROTOCOL -> "not tried: sctp is not";
      case TOO_MANY -> "not tried: there are too many";
      default -> "";
    };
  }

  private static String place(SeenPlace place) {
    String there =
        place.where() == SeenPlace.Where.HOST
            ? "on this host, at " + place.address()
            : "at " + place.address();
    return there
        + place.namespace().map(n -> " (network namespace " + Terminal.decoded(n) + ")").orElse("")
        + ": "
        + switch (place.where()) {
          case HOST -> listeners(place);
          case CONTAINER -> inside(place);
          case NOBODY, NOWHERE ->
              "no network namespace behind this host's interfaces has it"
                  + (place.where() == SeenPlace.Where.NOBODY ? ", and nobody answers for it" : "")
                  + others(place, "those beside it have ");
          case NOT_FOUND -> "its network namespace was not found";
          case NOT_ENTERED -> "its network namespace may not be entered";
          case NO_PROGRAM -> "not looked at: nsenter, ip and cat are needed for it";
        };
  }

  private static String others(SeenPlace place, String before) {
    return place.others().isEmpty() ? "" : "; " + before + ReachView.several(place.others());
  }

  private static String inside(SeenPlace place) {
    List<String> parts = new ArrayList<>();
    if (place.link().isEmpty()) {
      parts.add("no interface has it" + others(place, "they have "));
    } else {
      SeenPlace.Interface link = place.link().get();
      String state =
          !link.up() ? " and is down" : !link.carrier() ? " and has no link" : " and is up";
      parts.add("interface " + Terminal.decoded(link.name()) + " has it" + state);
    }
    parts.add(listeners(place));
    List<String> ways = new ArrayList<>();
    List<String> none = new ArrayList<>();
    place.ways().forEach((to, found) -> (found ? ways : none).add(to.toString()));
    ways.sort(null);
    none.sort(null);
    if (!ways.isEmpty()) {
      parts.add("a route to " + String.join(", ", ways));
    }
    if (!none.isEmpty()) {
      parts.add("no route to " + String.join(", ", none));
    }
    place.wiring().drops().ifPresent(d -> parts.add("rules of its own drop (" + decoded(d) + ")"));
    return String.join("; ", parts);
  }

  private static String decoded(String octets) {
    return Terminal.decoded(octets);
  }

  private static String listeners(SeenPlace place) {
    String port = place.protocol() + " port " + place.port();
    if (place.sockets().isEmpty()) {
      return "what listens on " + port + " cannot be read";
    }
    List<ListeningSocket> sockets = place.sockets().get();
    if (sockets.isEmpty()) {
      return "nothing listens on " + port;
    }
    List<String> texts = new ArrayList<>();
    for (ListeningSocket socket : sockets) {
      boolean alone = socket.both().filter(b -> !b).isPresent();
      texts.add(
          process(socket)
              + " listens at "
              + socket.text()
              + (alone ? " for IPv6 alone" : socket.loopback() ? " alone" : "")
              + socket.device().map(d -> " of interface " + decoded(d) + " alone").orElse("")
              + switch (socket.state()) {
                case WAITING -> "";
                case STOPPED -> ", and is stopped";
                case FULL -> ", and takes no connections";
              });
    }
    return String.join(", ", texts);
  }

  private static String process(ListeningSocket socket) {
    return socket.process().map(Terminal::decoded).orElse("a program");
  }
}
