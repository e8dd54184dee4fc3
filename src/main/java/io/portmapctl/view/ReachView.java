package io.portmapctl.view;

import io.portmapctl.explain.Answer;
import io.portmapctl.explain.Assumption;
import io.portmapctl.explain.ChainOwners;
import io.portmapctl.explain.PortReach;
import io.portmapctl.explain.Sender;
import io.portmapctl.text.Printable;
import io.portmapctl.trace.PacketPath;
import io.portmapctl.trace.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    ReachView view = new ReachView(theme);
    ports.forEach(view::port);
    AssumptionText.of(assumptions).forEach(view::line);
    return Terminal.octets(view.out.toString());
  }

  void port(PortReach reach) {
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
    answers(reach.answers());
    line("");
  }

  /** Who gets connections to a port, in a sentence without its dot. */
  static String who(PortReach reach) {
    List<ChainOwners.Recipient> all = reach.recipients();
    if (all.isEmpty()) {
      boolean open = reach.answers().stream().anyMatch(a -> a.result() == Answer.Result.UNKNOWN);
      return open ? "who gets it cannot be told" : "nobody: no rule takes it";
    }
    String names =
        all.stream().limit(MOST_NAMES).map(TraceView::claimant).collect(Collectors.joining(", or "))
            + (all.size() > MOST_NAMES ? ", or one of " + (all.size() - MOST_NAMES) + " more" : "");
    boolean one = all.size() == 1 && all.get(0).isContainer();
    return names + (one ? " gets it (chain " + all.get(0).chain() + ")" : " takes it");
  }

  /** Who sends, with what becomes of it. */
  private record Case(Sender.Kind kind, String sender, Answer.Result result, String text) {}

  /** The answers; addresses of the host that give the same share a line. */
  void answers(List<Answer> answers) {
    Map<Case, Set<String>> cases = new LinkedHashMap<>();
    for (Answer answer : answers) {
      Sender from = answer.sender();
      boolean itself = from.source().equals(from.destination());
      cases
          .computeIfAbsent(
              new Case(
                  from.kind(),
                  itself ? "" : " (" + from.source() + ")",
                  answer.result(),
                  destination(answer).map(d -> " -> " + d).orElse("")
                      + ": "
                      + VerdictText.of(answer.reason())),
              c -> new LinkedHashSet<>())
          .add(from.destination().toString());
    }
    cases.forEach(
        (one, to) -> {
          line("  from " + sender(one.kind) + one.sender + " to " + several(to));
          line("    " + painted(one.result) + Printable.escaped(one.text));
        });
  }

  /** Who sends, for the middle of a sentence. */
  static String sender(Sender.Kind kind) {
    return switch (kind) {
      case LAN -> "the LAN";
      case NETWORK -> "a network that a condition names";
      case HOST -> "this host";
      case LOCALHOST -> "localhost";
      case CONTAINER -> "the container itself";
      case SIBLING -> "another container";
    };
  }

  private static String several(Set<String> addresses) {
    List<String> all = new ArrayList<>(addresses);
    return all.size() <= 4
        ? String.join(", ", all)
        : String.join(", ", all.subList(0, 3)) + " and " + (all.size() - 3) + " more";
  }

  private String painted(Answer.Result result) {
    return switch (result) {
      case WORKS -> theme.added("works");
      case FAILS -> theme.removed("does not work");
      case NOBODY -> theme.warning("no rule takes it");
      case UNKNOWN -> theme.warning("not known");
    };
  }

  /** Where it goes at last, if that is another place than it was sent to; each that is possible. */
  private static Optional<String> destination(Answer answer) {
    Set<String> places = new LinkedHashSet<>();
    boolean stays = false;
    Set<String> passing = new LinkedHashSet<>();
    for (PacketPath path : answer.trace().paths()) {
      stays |= path.redirection().isEmpty();
      if (path.redirection().isEmpty() && !path.exits().get(0).rules().isEmpty()) {
        List<Step> rules = path.exits().get(0).rules();
        passing.add(Printable.escaped(rules.get(rules.size() - 1).chain()));
      }
      path.redirection().ifPresent(r -> places.add(PacketWords.of(path.after().destination())));
    }
    if (places.isEmpty() || places.size() == 1 && !stays) {
      return places.stream().findFirst();
    }
    List<String> texts = new ArrayList<>();
    for (Answer.Arrival arrival : answer.arrivals()) {
      texts.add(
          PacketWords.of(arrival.destination())
              + " ("
              + TraceView.claimant(arrival.recipient())
              + ")");
    }
    int more = texts.size() - MOST_NAMES;
    return Optional.of(
        String.join(" or ", texts.subList(0, Math.min(MOST_NAMES, texts.size())))
            + (more > 0 ? " or one of " + more + " more" : "")
            + (stays ? " or where it was sent to" : "")
            + (passing.isEmpty()
                ? ""
                : " (a rule of chain " + String.join(", or of chain ", passing) + ")"));
  }

  void line(String text) {
    out.append(text).append('\n');
  }

  String text() {
    return out.toString();
  }
}
