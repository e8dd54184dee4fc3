package io.portmapctl.view;

import io.portmapctl.explain.ChainOwners;
import io.portmapctl.explain.Problem;
import java.util.stream.Collectors;

/** What will not work, and why: a sentence each. */
final class ProblemText implements Problem.Visitor<String> {
  private ProblemText() {}

  /** The sentence. */
  static String of(Problem problem) {
    return problem.accept(new ProblemText());
  }

  @Override
  public String noAddress(Problem.NoAddress none) {
    String family = none.family().title();
    return family
        + ": "
        + Sentences.container(none.container())
        + " has no "
        + family
        + " address, so nothing is published there: not for "
        + none.localhost()
        + " either, which the name localhost may mean.";
  }

  @Override
  public String unreached(Problem.Unreached unreached) {
    String senders =
        unreached.senders().stream()
            .map(s -> ReachView.sender(s.kind()) + " (" + s.source() + ")")
            .collect(Collectors.joining(", "));
    return unreached.family().title()
        + ": "
        + PortNames.of(unreached.ports())
        + " of "
        + Sentences.container(unreached.container())
        + " from "
        + (senders.isEmpty() ? "elsewhere" : senders)
        + ": "
        + hindrance(unreached.hindrance())
        + ".";
  }

  private static String hindrance(Problem.Hindrance hindrance) {
    if (hindrance instanceof Problem.Hindrance.Verdict verdict) {
      return VerdictText.of(verdict.reason());
    }
    if (hindrance instanceof Problem.Hindrance.TakenFirst first) {
      return taker(first.taker()) + " takes it first";
    }
    return "only who is beside this host and routes "
        + ((Problem.Hindrance.Loopback) hindrance).address()
        + " here on purpose gets to it";
  }

  private static String taker(ChainOwners.Recipient taker) {
    return taker.isContainer()
        ? taker
            .owner()
            .map(Sentences::container)
            .orElse("the owner of chain " + Terminal.decoded(taker.chain()))
        : "a rule of chain " + Terminal.decoded(taker.chain());
  }

  @Override
  public String unfiltered(Problem.Unfiltered unfiltered) {
    return "Rules of chain INPUT in table filter do not see these connections: they are forwarded"
        + " to the container, so only FORWARD's rules do.";
  }
}
