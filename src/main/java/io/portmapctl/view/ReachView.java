package io.portmapctl.view;

import io.portmapctl.explain.Answer;
import io.portmapctl.explain.Assumption;
import io.portmapctl.explain.ChainOwners;
import io.portmapctl.explain.PortReach;
import io.portmapctl.explain.SeenPort;
import io.portmapctl.explain.Sender;
import io.portmapctl.explain.VerdictReason;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.PacketPath;
import io.portmapctl.text.Printable;
import io.portmapctl.trace.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Who gets connections to a port, for a person; the text is octets. */
public final class ReachView {
  private static final int MOST_NAMES = 3;

  private final Theme theme;
  private final StringBuilder out = new StringBuilder();

  ReachView(Theme theme) {
    this.theme = theme;
  }

  /** The text. */
  public static String render(List<PortReach> ports, List<Assumption> assumptions, Theme theme) {
    return render(ports, assumptions, List.of(), theme);
  }

  /**
   * The text, with what was seen.
   *
   * @param seen of each port; none where nobody looked
   */
  public static String render(
      List<PortReach> ports, List<Assumption> assumptions, List<SeenPort> seen, Theme theme) {
    ReachView view = new ReachView(theme);
    for (int i = 0; i < ports.size(); i++) {
      view.port(ports.get(i), seen.isEmpty() ? List.of() : SeenText.lines(seen.get(i), theme));
    }
    AssumptionText.of(assumptions).forEach(view::line);
    return Terminal.octets(view.out.toString());
  }

  private void port(PortReach reach, List<String> seen) {
    line(
        theme.strong(reach.family().title() + ", " + reach.port())
            + ": "
            + theme.owner(who(reach))
            + ".");
    reach
        .others()
        .forEach(
            o ->
                line(
                    "  "
                        + theme.warning("also claimed")
                        + " by "
                        + TraceView.claimant(o)
                        + ", which comes too late"));
    reach.stranded().forEach(s -> line("  " + stranded(s)));
    answers(lines(reach.answers()));
    seen.forEach(this::line);
    line("");
  }

  private static String stranded(PortReach.Stranded stranded) {
    return stranded.container().map(Sentences::container).orElse("chain " + stranded.chain())
        + " has an entry for it, but no rule of "
        + String.join(" or ", stranded.builtIns())
        + " leads to "
        + stranded.entries();
  }

  /** Who gets connections to a port, in a sentence without its dot. */
  private static String who(PortReach reach) {
    return who(reach.recipients(), isOpen(reach));
  }

  /** Whether it may be somebody who is not known, where nobody is known to get them. */
  static boolean isOpen(PortReach reach) {
    return reach.recipients().isEmpty()
        && reach.answers().stream().anyMatch(a -> a.result() == Answer.Result.UNKNOWN);
  }

  /** The same, of those who get them; else of whether it is open who does. */
  static String who(List<ChainOwners.Recipient> all, boolean open) {
    if (all.isEmpty()) {
      return open ? "who gets it cannot be told" : "nobody: no rule takes it";
    }
    String names =
        all.stream().limit(MOST_NAMES).map(TraceView::claimant).collect(Collectors.joining(", or "))
            + (all.size() > MOST_NAMES ? ", or one of " + (all.size() - MOST_NAMES) + " more" : "");
    boolean one = all.size() == 1 && all.get(0).isContainer();
    return names
        + (one ? " gets it (chain " + Terminal.decoded(all.get(0).chain()) + ")" : " takes it");
  }

  /**
   * What becomes of what somebody sends.
   *
   * @param kind who sends
   * @param source the sender's address; empty where it sends to its own
   * @param result whether it works
   * @param end where it goes at last
   * @param reason how, or why not
   */
  private record Case(
      Sender.Kind kind,
      Optional<IpAddress> source,
      Answer.Result result,
      End end,
      VerdictReason reason) {}

  /**
   * A case, and the addresses of the host where it is so.
   *
   * @param one the case
   * @param to the addresses that are sent to
   */
  record Line(Case one, List<IpAddress> to) {
    /** The same where it does not matter to which ports a rule redirects. */
    Line withoutPorts() {
      return new Line(
          new Case(one.kind, one.source, one.result, one.end.withoutPorts(), one.reason), to);
    }
  }

  /**
   * Where it goes at last, if that is another place than it was sent to.
   *
   * @param only the one place, where there is one
   * @param several else each that is possible, with who has it there
   * @param stays whether it may go where it was sent to, too
   * @param passing the chains, octets, with a rule that takes it and leaves it as it is
   */
  private record End(
      Optional<Endpoint> only, List<Answer.Arrival> several, boolean stays, Set<String> passing) {

    static End of(Answer answer) {
      Set<Endpoint> places = new LinkedHashSet<>();
      boolean stays = false;
      Set<String> passing = new LinkedHashSet<>();
      for (PacketPath path : answer.trace().paths()) {
        stays |= path.redirection().isEmpty();
        if (path.redirection().isEmpty()) {
          path.stages().stream()
              .filter(s -> s.traversal().site().translates())
              .findFirst()
              .flatMap(s -> s.exit().last())
              .ifPresent(r -> passing.add(r.chain()));
        }
        path.redirection().ifPresent(r -> places.add(path.after().destination()));
      }
      return places.isEmpty() || places.size() == 1 && !stays
          ? new End(places.stream().findFirst(), List.of(), false, Set.of())
          : new End(Optional.empty(), answer.arrivals(), stays, passing);
    }

    End withoutPorts() {
      return new End(
          only.map(End::withoutPort),
          several.stream()
              .map(a -> new Answer.Arrival(withoutPort(a.destination()), a.recipient()))
              .toList(),
          stays,
          passing);
    }

    private static Endpoint withoutPort(Endpoint end) {
      return end.ip().isPresent() ? new Endpoint(end.address(), OptionalInt.empty()) : end;
    }

    /** The text, which follows the result. */
    String text() {
      if (several.isEmpty()) {
        return only.map(e -> " -> " + PacketWords.of(e)).orElse("");
      }
      List<String> texts = new ArrayList<>();
      for (Answer.Arrival arrival : several) {
        texts.add(
            PacketWords.of(arrival.destination())
                + " ("
                + TraceView.claimant(arrival.recipient())
                + ")");
      }
      int more = texts.size() - MOST_NAMES;
      String chains =
          passing.stream().map(Printable::escaped).collect(Collectors.joining(", or of chain "));
      return " -> "
          + String.join(" or ", texts.subList(0, Math.min(MOST_NAMES, texts.size())))
          + (more > 0 ? " or one of " + more + " more" : "")
          + (stays ? " or where it was sent to" : "")
          + (passing.isEmpty() ? "" : " (a rule of chain " + chains + ")");
    }
  }

  /** The answers; addresses of the host that give the same share a line. */
  static List<Line> lines(List<Answer> answers) {
    Map<Case, Set<IpAddress>> cases = new LinkedHashMap<>();
    for (Answer answer : answers) {
      Sender from = answer.sender();
      boolean itself = from.source().equals(from.destination());
      cases
          .computeIfAbsent(
              new Case(
                  from.kind(),
                  itself ? Optional.empty() : Optional.of(from.source()),
                  answer.result(),
                  End.of(answer),
                  answer.reason()),
              c -> new LinkedHashSet<>())
          .add(from.destination());
    }
    List<Line> lines = new ArrayList<>();
    cases.forEach((one, to) -> lines.add(new Line(one, List.copyOf(to))));
    return lines;
  }

  /** Says them. */
  void answers(List<Line> lines) {
    for (Line each : lines) {
      Case one = each.one();
      String source = one.source.map(s -> " (" + s + ")").orElse("");
      line("  from " + sender(one.kind) + source + " to " + several(each.to()));
      String text = one.end.text() + ": " + VerdictText.of(one.reason);
      line("    " + painted(one.result) + Printable.escaped(text));
    }
  }

  /** Who sends, for the middle of a sentence. */
  static String sender(Sender.Kind kind) {
    return switch (kind) {
      case LAN -> "the LAN";
      case NETWORK -> "other senders";
      case HOST -> "this host";
      case LOCALHOST -> "localhost";
      case CONTAINER -> "the container itself";
      case SIBLING -> "another container";
    };
  }

  /** Addresses, of many the first. */
  static String several(List<IpAddress> addresses) {
    List<String> all = addresses.stream().map(IpAddress::toString).toList();
    return all.size() <= 4
        ? String.join(", ", all)
        : String.join(", ", all.subList(0, 3)) + " and " + (all.size() - 3) + " more";
  }

  private String painted(Answer.Result result) {
    String text = result(result);
    return switch (result) {
      case WORKS -> theme.added(text);
      case FAILS -> theme.removed(text);
      case NOBODY, UNKNOWN -> theme.warning(text);
    };
  }

  /** Whether it works, in a word or two. */
  static String result(Answer.Result result) {
    return switch (result) {
      case WORKS -> "works";
      case FAILS -> "does not work";
      case NOBODY -> "no rule takes it";
      case UNKNOWN -> "not known";
    };
  }

  void line(String text) {
    out.append(text).append('\n');
  }

  String text() {
    return out.toString();
  }
}
