package io.portmapctl.view;

import io.portmapctl.explain.Cause;
import io.portmapctl.explain.VerdictReason;
import io.portmapctl.net.Family;
import io.portmapctl.path.RuleSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Why a connection works, or does not: for the middle of a sentence; octets. */
final class VerdictText implements Cause.Visitor<String> {
  /** Of more reasons some are told. */
  private static final int MOST_REASONS = 3;

  private VerdictText() {}

  /** How, or why not. */
  static String of(VerdictReason reason) {
    if (reason instanceof VerdictReason.OnEveryPath every) {
      return paths(every.reasons())
          + every
              .hiding()
              .map(
                  r ->
                      " (rule "
                          + r.index()
                          + " of "
                          + Terminal.decoded(r.chain())
                          + " hides who sends it)")
              .orElse("");
    }
    return "it depends on what cannot be told here: "
        + String.join("; ", questions(((VerdictReason.Depends) reason).questions()));
  }

  /** Whether a rule for the port is told, though it does not take the packet. */
  static boolean namesARule(VerdictReason reason) {
    return reason instanceof VerdictReason.OnEveryPath every
        && every.reasons().stream()
            .anyMatch(r -> r.cause() instanceof Cause.NoRule n && n.nearest().isPresent());
  }

  private static String paths(List<VerdictReason.OnPath> reasons) {
    if (reasons.size() > MOST_REASONS) {
      return reasons.get(0).cause().accept(new VerdictText())
          + "; or likewise in one of "
          + (reasons.size() - 1)
          + " other ways";
    }
    StringBuilder out = new StringBuilder();
    for (VerdictReason.OnPath reason : reasons) {
      out.append(out.isEmpty() ? "" : "; or ").append(reason.cause().accept(new VerdictText()));
    }
    return out.toString();
  }

  private static List<String> questions(List<VerdictReason.Question> questions) {
    List<String> texts = new ArrayList<>();
    boolean all = questions.size() <= MOST_REASONS;
    for (VerdictReason.Question question :
        all ? questions : questions.subList(0, MOST_REASONS - 1)) {
      texts.add(question(question));
    }
    if (!all) {
      texts.add((questions.size() - texts.size()) + " more questions");
    }
    return texts;
  }

  private static String question(VerdictReason.Question question) {
    if (question instanceof VerdictReason.Question.Open open) {
      return ReasonText.of(open.reason());
    }
    if (question instanceof VerdictReason.Question.Takes takes) {
      RuleSite rule = takes.rule();
      return "whether rule "
          + rule.number()
          + " of "
          + Terminal.decoded(rule.chain())
          + " takes it ("
          + Terminal.decoded(rule.text().latin1())
          + ")";
    }
    if (question instanceof VerdictReason.Question.Matches matches) {
      return ReasonText.of(matches.reasons());
    }
    return "whether "
        + ((VerdictReason.Question.IsLocal) question).address()
        + " is an address of this host";
  }

  @Override
  public String plain(Cause.Plain plain) {
    return switch (plain) {
      case UNKNOWN_END -> "where it goes is not known";
      case LOCALHOST_IPV6 ->
          "IPv6 has no route_localnet: nothing of ::1 gets to a container and back";
      case SOURCE_STAYS -> "its source stays as it is";
      case MASQUERADED -> "its source becomes this host's, so the answer comes back";
      case MASQUERADED_HAIRPIN ->
          "its source becomes this host's, so the answer comes back, if its port of the bridge lets"
              + " packets turn back (hairpin)";
      case UNMASQUERADED_HAIRPIN ->
          "no rule masquerades it: the container would get a packet from itself";
    };
  }

  @Override
  public String ended(Cause.Ended ended) {
    return EndingText.of(ended.ending()) + CureText.of(ended).map(c -> ": " + c).orElse("");
  }

  @Override
  public String tried(Cause.Tried tried) {
    return tried.attempt().succeeded()
        ? "a connection came about, though it was not foretold"
        : (tried.others() ? "another connection to the same end " : "a connection ")
            + SeenText.of(tried.attempt())
            + ", and nothing that was seen tells why";
  }

  @Override
  public String open(Cause.Open open) {
    return ReasonText.of(open.reason());
  }

  @Override
  public String noRule(Cause.NoRule none) {
    return none.nearest().map(r -> nearest(r) + "; ").orElse("")
        + none.untracked().map(by -> EndingText.ofUntracked(by) + "; ").orElse("")
        + none.passedOn()
            .map(a -> PacketWords.of(a) + " is no address of this host, so it is passed on there")
            .orElse("it stays on this host, for a program that listens there");
  }

  private static String nearest(Cause.NearestRule nearest) {
    Optional<String> network =
        nearest.network().map(n -> ", which is for " + PurposeText.network(n) + " alone");
    String reasons = nearest.reasons().isEmpty() ? "" : ", but " + ReasonText.of(nearest.reasons());
    return nearest.owner().map(o -> Sentences.container(o) + " has").orElse("there is")
        + " a rule for it (rule "
        + nearest.rule().index()
        + " of "
        + Terminal.decoded(nearest.rule().chain())
        + ")"
        + network.orElse(reasons);
  }

  @Override
  public String delivered(Cause.Delivered delivered) {
    return "this host itself gets it, at "
        + PacketWords.of(delivered.end())
        + ", if a program listens there";
  }

  @Override
  public String localhostUnmasqueraded(Cause.LocalhostUnmasqueraded localhost) {
    return "no rule masquerades it: the container would answer its own " + localhost.from();
  }

  @Override
  public String localhostMasqueraded(Cause.LocalhostMasqueraded localhost) {
    String setting = "route_localnet of the interface towards " + localhost.container();
    return switch (localhost.setting()) {
      case SET -> "its source becomes this host's, and " + setting + " is 1";
      case PLANNED -> "its source becomes this host's, and the plan sets " + setting;
      case UNKNOWN -> "its source becomes this host's; it works if " + setting + " is 1";
      case NOT_SET -> setting + " is 0: the kernel drops it on its way out";
    };
  }

  @Override
  public String straightAnswer(Cause.StraightAnswer straight) {
    String setting =
        straight.family() == Family.IPV4 ? "bridge-nf-call-iptables" : "bridge-nf-call-ip6tables";
    return "no rule masquerades it, and the answer goes straight to the other container"
        + switch (straight.bridged()) {
          case YES -> ", on whose way " + setting + " turns it back";
          case NO -> ", which waits for this host's";
          case UNKNOWN -> ": it works only where " + setting + " is 1";
        };
  }
}
