package io.portmapctl.view;

import io.portmapctl.explain.Answer;
import io.portmapctl.explain.ChainOwners;
import io.portmapctl.explain.PacketReport;
import io.portmapctl.path.ChainSite;
import io.portmapctl.path.Disposition;
import io.portmapctl.path.Ending;
import io.portmapctl.path.HookExit;
import io.portmapctl.path.HookTraversal;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.Part;
import io.portmapctl.path.RuleEngine;
import io.portmapctl.path.RuleSite;
import io.portmapctl.path.Step;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Printable;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A packet's path, for a person; the text is octets. */
public final class TraceView {
  /** As many rules that do not match, one after another, get a line each. */
  private static final int FEW = 3;

  private final PacketReport report;
  private final Theme theme;
  private final boolean all;
  private final StringBuilder out = new StringBuilder();

  private TraceView(PacketReport report, Theme theme, boolean all) {
    this.report = report;
    this.theme = theme;
    this.all = all;
  }

  /**
   * The text.
   *
   * @param all whether every rule that does not match is shown too
   */
  public static String render(PacketReport report, Theme theme, boolean all) {
    TraceView view = new TraceView(report, theme, all);
    view.trace();
    return Terminal.octets(view.out.toString());
  }

  private void trace() {
    Packet packet = report.trace().packet();
    List<PacketPath> paths = report.trace().paths();
    // a packet may end before it meets any chain
    Optional<HookTraversal> first = paths.get(0).traversals().stream().findFirst();
    line(
        0,
        theme.strong(PacketWords.of(packet))
            + start()
            + (report.trace().isEstablished() ? ", of a connection that was answered" : ""));
    line(0, "");
    first.ifPresent(this::traversal);
    List<HookTraversal> told = new ArrayList<>(first.stream().toList());
    for (int i = 0; i < paths.size(); i++) {
      PacketPath path = paths.get(i);
      if (paths.size() > 1) {
        line(0, "");
        line(0, theme.strong("Way " + (i + 1) + " of " + paths.size() + ": " + kind(path)));
        line(0, "  " + decisions(path));
      }
      for (HookTraversal traversal : path.traversals()) {
        if (!told.contains(traversal)) {
          told.add(traversal);
          traversal(traversal);
        } else if (traversal.hook() != first.orElseThrow().hook()) {
          line(0, theme.place(title(traversal.site())) + ", as told above");
        }
      }
      Ending ending = path.ending();
      boolean met = ending.back() && !path.back().isEmpty();
      if (met && ending.kind() != Ending.Kind.DELIVERED) {
        line(0, "");
        line(0, theme.strong("Its answer comes back through:"));
        path.back().forEach(s -> traversal(s.traversal()));
      }
      end(path, report.ends().get(i));
    }
    others();
    line(0, "");
    AssumptionText.of(report.assumptions()).forEach(a -> line(0, Printable.escaped(a)));
  }

  private String start() {
    List<String> facts = new ArrayList<>();
    Packet packet = report.trace().packet();
    boolean sent = report.trace().isSent();
    facts.add(sent ? "this host sends it" : "it comes from outside");
    if (!sent) {
      packet.in().name().ifPresent(n -> facts.add("through " + Printable.escaped(n)));
    }
    facts.add("mark " + packet.mark());
    return ": " + String.join(", ", facts);
  }

  private void traversal(HookTraversal traversal) {
    List<Step> steps = traversal.steps();
    line(0, theme.place(title(traversal.site())) + leaving(traversal));
    if (steps.isEmpty()) {
      line(1, "no rules: " + policy(traversal));
      return;
    }
    String chain = traversal.site().chain();
    int depth = 0;
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (!step.chain().equals(chain)) {
        chain = step.chain();
        String back = step.depth() < depth ? "back in " : "";
        line(step.depth(), back + theme.place(Printable.escaped(chain)));
        depth = step.depth();
      }
      if (step.result() != Ternary.NO || all) {
        step(step);
        continue;
      }
      int last = i;
      while (last + 1 < steps.size()
          && steps.get(last + 1).result() == Ternary.NO
          && steps.get(last + 1).chain().equals(chain)) {
        last++;
      }
      misses(steps.subList(i, last + 1));
      i = last;
    }
    boolean end = traversal.exits().stream().anyMatch(e -> e.rules().isEmpty());
    if (end) {
      line(1, "no more rules: " + policy(traversal));
    }
  }

  /** A base chain: the hook, and whose chain there it is where it is none of table nat. */
  static String title(ChainSite site) {
    String hook = site.hook().name();
    if (site.engine() == RuleEngine.NFTABLES) {
      return hook
          + ", chain "
          + Printable.escaped(Terminal.decoded(site.chain()))
          + " of table "
          + site.family()
          + " "
          + Printable.escaped(Terminal.decoded(site.table()))
          + ", written by nft";
    }
    String legacy = site.engine() == RuleEngine.LEGACY ? " of iptables-legacy" : "";
    boolean nat = site.translates() && legacy.isEmpty();
    return nat ? hook : hook + ", table " + site.table() + legacy;
  }

  private static String leaving(HookTraversal traversal) {
    boolean leaves = traversal.hook() == Hook.POSTROUTING;
    return leaves
        ? traversal
            .packet()
            .out()
            .name()
            .map(n -> ", leaving through " + Printable.escaped(n))
            .orElse("")
        : "";
  }

  private static String policy(HookTraversal traversal) {
    boolean drops =
        traversal.exits().stream()
            .anyMatch(e -> e.rules().isEmpty() && e.kind() == Part.Kind.DROPPED);
    return drops ? "the chain's policy drops it" : "it goes on as it is";
  }

  private void misses(List<Step> steps) {
    if (steps.size() <= FEW) {
      for (Step step : steps) {
        line(step.depth() + 1, "rule " + step.index() + " does not match" + why(step));
      }
      return;
    }
    Step first = steps.get(0);
    Step last = steps.get(steps.size() - 1);
    line(
        first.depth() + 1,
        "rules " + first.index() + " to " + last.index() + " do not match (-v tells why)");
  }

  /** Why, behind a colon; nothing where that is not kept, as of nft's rules. */
  private String why(Step step) {
    String why = ReasonText.of(report.trace().why(step));
    return why.isEmpty() ? "" : ": " + Printable.escaped(Terminal.decoded(why));
  }

  private void step(Step step) {
    int depth = step.depth() + 1;
    String sentence = sentence(step);
    if (!sentence.isEmpty()) {
      line(depth, sentence);
    }
    String text = Printable.escaped(TraceJson.text(step.site()));
    String mark =
        switch (step.result()) {
          case YES -> theme.added("matches");
          case NO -> "does not match";
          case UNKNOWN -> theme.warning("may match");
        };
    line(depth, step.index() + "  " + text);
    String where = step.certain() ? "" : ", if the packet comes here";
    line(depth, "   " + mark + where + why(step) + effect(step));
    if (step.again()) {
      line(depth, "   (as it went through that chain above)");
    }
  }

  private String sentence(Step step) {
    return step.rule()
        .map(r -> Printable.escaped(PurposeText.of(report.purposes().of(step.chain(), r))))
        .orElse("");
  }

  private static String effect(Step step) {
    boolean marks =
        step.rule().filter(r -> r.target() instanceof Target.SetMark).isPresent()
            && step.result() != Ternary.NO;
    return marks ? "; the mark changes" : "";
  }

  private static String kind(PacketPath path) {
    String end = PacketWords.of(path.after().destination());
    return switch (path.disposition()) {
      case DROPPED -> "dropped";
      case REJECTED -> "rejected";
      case NOT_ROUTED -> "going nowhere";
      case OPEN -> "not known";
      case DELIVERED -> "this host takes " + end + " itself";
      case FORWARDED -> "forwarded to " + end;
      case SENT -> "sent to " + end;
    };
  }

  /** Which rules decide that it goes this way. */
  private static String decisions(PacketPath path) {
    List<String> decisions = new ArrayList<>();
    for (int i = 0; i < path.exits().size(); i++) {
      HookExit exit = path.exits().get(i);
      String hook = path.traversals().get(i).hook().name();
      if (exit.rules().isEmpty()) {
        decisions.add("no rule of " + hook + " ends its way");
      } else {
        RuleSite last = exit.last().orElseThrow();
        decisions.add(
            "rule "
                + last.number()
                + " of "
                + Printable.escaped(Terminal.decoded(last.chain()))
                + " takes it");
      }
    }
    return String.join("; ", decisions);
  }

  private void end(PacketPath path, PacketReport.End end) {
    String after = PacketWords.of(path.after()) + ", mark " + path.after().mark() + ".";
    String reason = VerdictText.of(end.reason());
    line(0, "");
    String verdict =
        switch (path.disposition()) {
          case DROPPED -> "It is dropped.";
          case REJECTED -> "It is rejected.";
          case NOT_ROUTED -> "It goes nowhere.";
          case OPEN -> "What becomes of it is not known: " + reason + ".";
          case DELIVERED -> "This host itself gets it: " + after;
          case FORWARDED -> "It is forwarded: " + after;
          case SENT -> "It is sent: " + after;
        };
    line(0, theme.strong(Printable.escaped(verdict)));
    if (end.recipient().isPresent()) {
      line(0, theme.owner(recipient(end.recipient().get())));
    } else if (path.disposition() == Disposition.DELIVERED
        || path.disposition() == Disposition.FORWARDED) {
      line(0, "Nobody takes it: no rule redirects it.");
    }
    end.reply().ifPresent(r -> line(0, Printable.escaped(reply(r))));
    if (end.result() == Answer.Result.NOBODY && VerdictText.namesARule(end.reason())) {
      line(0, Printable.escaped(upper(reason)) + ".");
    }
    boolean refused = end.result() != Answer.Result.WORKS && end.result() != Answer.Result.NOBODY;
    if (path.disposition() != Disposition.OPEN && (end.recipient().isPresent() || refused)) {
      String answer =
          switch (end.result()) {
            case WORKS -> "It works: ";
            case UNKNOWN -> theme.warning("Whether it works is not known: ");
            case FAILS, NOBODY -> theme.warning("It does not work: ");
          };
      line(0, answer + Printable.escaped(reason) + ".");
    }
  }

  /** How the answer comes back: connection tracking turns the translations round. */
  static String reply(PacketReport.Reply reply) {
    String sent = ends(reply.got());
    return reply.translated()
        ? "The answer, "
            + sent
            + ", becomes "
            + ends(reply.sent())
            + " again where it passes this host."
        : "The answer goes back as " + sent + ".";
  }

  /** The ends of what goes back. */
  private static String ends(Packet packet) {
    return PacketWords.of(packet.destination()) + " -> " + PacketWords.of(packet.source());
  }

  private static String upper(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  static String recipient(ChainOwners.Recipient recipient) {
    if (!recipient.isContainer()) {
      return "A rule of chain "
          + Printable.escaped(Terminal.decoded(recipient.chain()))
          + ", none of CNI's, takes it.";
    }
    return recipient
        .owner()
        .map(
            o ->
                "It belongs to "
                    + Sentences.who(o)
                    + " (chain "
                    + Terminal.decoded(recipient.chain())
                    + ").")
        .orElse(
            "It belongs to the owner of chain "
                + Terminal.decoded(recipient.chain())
                + ", whose name no rule tells.");
  }

  private void others() {
    for (ChainOwners.Recipient other : report.others()) {
      line(0, theme.warning("Also claimed") + " by " + claimant(other) + ", which comes too late.");
    }
  }

  /** Who claims a port, for the middle of a sentence. */
  static String claimant(ChainOwners.Recipient recipient) {
    String chain = "chain " + Printable.escaped(Terminal.decoded(recipient.chain()));
    return recipient.isContainer()
        ? recipient.owner().map(Sentences::who).orElse("the owner of " + chain)
        : "a rule of "
            + chain
            + recipient.label().map(l -> " " + Printable.quoted(l.decoded())).orElse("");
  }

  private void line(int depth, String text) {
    out.append(text.isEmpty() ? "" : "  ".repeat(depth)).append(text).append('\n');
  }
}
