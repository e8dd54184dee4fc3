package io.portmapctl.view;

import io.portmapctl.explain.Answer;
import io.portmapctl.explain.ChainOwners;
import io.portmapctl.explain.PacketReport;
import io.portmapctl.ruleset.Hook;
import io.portmapctl.ruleset.Target;
import io.portmapctl.text.Printable;
import io.portmapctl.trace.Disposition;
import io.portmapctl.trace.HookExit;
import io.portmapctl.trace.HookTraversal;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.PacketPath;
import io.portmapctl.trace.Step;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A packet's way, for a person; the text is octets. */
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
    List<PacketPath> ways = report.trace().ways();
    HookTraversal first = ways.get(0).passes().get(0);
    line(0, theme.strong(packet.toString()) + start(first));
    line(0, "");
    pass(first);
    List<HookTraversal> told = new ArrayList<>(List.of(first));
    for (int i = 0; i < ways.size(); i++) {
      PacketPath way = ways.get(i);
      if (ways.size() > 1) {
        line(0, "");
        line(0, theme.strong("Way " + (i + 1) + " of " + ways.size() + ": " + kind(way)));
        line(0, "  " + decisions(way));
      }
      for (HookTraversal pass : way.passes()) {
        if (!told.contains(pass)) {
          told.add(pass);
          pass(pass);
        } else if (pass.hook() != first.hook()) {
          line(0, theme.place(pass.hook().name()) + ", as told above");
        }
      }
      end(way, report.ends().get(i));
    }
    others();
    line(0, "");
    report.assumptions().forEach(a -> line(0, Printable.escaped(a)));
  }

  private static String start(HookTraversal pass) {
    List<String> facts = new ArrayList<>();
    facts.add(pass.hook() == Hook.OUTPUT ? "this host sends it" : "it comes from outside");
    PacketInterface in = pass.packet().in();
    if (pass.hook() == Hook.PREROUTING) {
      in.name().ifPresent(n -> facts.add("through " + Printable.escaped(n)));
    }
    facts.add("mark " + pass.packet().mark());
    return ": " + String.join(", ", facts);
  }

  private void pass(HookTraversal pass) {
    List<Step> steps = pass.steps();
    line(0, theme.place(pass.hook().name()) + leaving(pass));
    if (steps.isEmpty()) {
      line(1, "no rules: " + policy(pass));
      return;
    }
    String chain = pass.hook().name();
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
    boolean end = pass.exits().stream().anyMatch(e -> e.way().isEmpty());
    if (end) {
      line(1, "no more rules: " + policy(pass));
    }
  }

  private static String leaving(HookTraversal pass) {
    boolean leaves = pass.hook() == Hook.POSTROUTING;
    return leaves
        ? pass.packet()
            .out()
            .name()
            .map(n -> ", leaving through " + Printable.escaped(n))
            .orElse("")
        : "";
  }

  private static String policy(HookTraversal pass) {
    boolean drops =
        pass.exits().stream().anyMatch(e -> e.way().isEmpty() && e.kind() == HookExit.Kind.DROPPED);
    return drops ? "the chain's policy drops it" : "it goes on as it is";
  }

  private void misses(List<Step> steps) {
    if (steps.size() <= FEW) {
      for (Step step : steps) {
        line(step.depth() + 1, "rule " + step.index() + " does not match: " + why(step));
      }
      return;
    }
    Step first = steps.get(0);
    Step last = steps.get(steps.size() - 1);
    line(
        first.depth() + 1,
        "rules " + first.index() + " to " + last.index() + " do not match (-v tells why)");
  }

  private String why(Step step) {
    return Printable.escaped(Terminal.decoded(report.trace().why(step)));
  }

  private void step(Step step) {
    int depth = step.depth() + 1;
    line(depth, sentence(step));
    String text = Printable.escaped(step.rule().text().decoded());
    String mark =
        switch (step.result()) {
          case YES -> theme.added("matches");
          case NO -> "does not match";
          case UNKNOWN -> theme.warning("may match");
        };
    line(depth, step.index() + "  " + text);
    String where = step.certain() ? "" : ", if the packet comes here";
    line(depth, "   " + mark + where + ": " + why(step) + effect(step));
    if (step.again()) {
      line(depth, "   (as it went through that chain above)");
    }
  }

  private String sentence(Step step) {
    return Printable.escaped(report.purpose().of(step.chain(), step.rule()));
  }

  private static String effect(Step step) {
    Target target = step.rule().target();
    boolean marks = target instanceof Target.SetMark && step.result() != Ternary.NO;
    return marks ? "; the mark changes" : "";
  }

  private static String kind(PacketPath way) {
    Packet after = way.after();
    return switch (way.fate()) {
      case DROPPED -> "dropped";
      case OPEN -> "not known";
      case DELIVERED -> "this host takes " + after.destination() + " itself";
      case FORWARDED -> "forwarded to " + after.destination();
      case SENT -> "sent to " + after.destination();
    };
  }

  /** Which rules decide that it goes this way. */
  private static String decisions(PacketPath way) {
    List<String> decisions = new ArrayList<>();
    for (int i = 0; i < way.exits().size(); i++) {
      HookExit exit = way.exits().get(i);
      String hook = way.passes().get(i).hook().name();
      if (exit.way().isEmpty()) {
        decisions.add("no rule of " + hook + " ends its way");
      } else {
        Step last = exit.way().get(exit.way().size() - 1);
        decisions.add(
            "rule " + last.index() + " of " + Printable.escaped(last.chain()) + " takes it");
      }
    }
    return String.join("; ", decisions);
  }

  private void end(PacketPath way, PacketReport.End end) {
    Packet after = way.after();
    line(0, "");
    String verdict =
        switch (way.fate()) {
          case DROPPED -> "It is dropped.";
          case OPEN -> "What becomes of it is not known: " + end.reason() + ".";
          case DELIVERED -> "This host itself gets it: " + after + ", mark " + after.mark() + ".";
          case FORWARDED -> "It is forwarded: " + after + ", mark " + after.mark() + ".";
          case SENT -> "It is sent: " + after + ", mark " + after.mark() + ".";
        };
    line(0, theme.strong(Printable.escaped(verdict)));
    if (end.recipient().isPresent()) {
      line(0, theme.owner(recipient(end.recipient().get())));
    } else if (way.fate() == Disposition.DELIVERED || way.fate() == Disposition.FORWARDED) {
      line(0, "Nobody takes it: no rule redirects it.");
    }
    if (!end.reply().isEmpty()) {
      line(0, Printable.escaped(end.reply()));
    }
    if (end.result() == Answer.Result.NOBODY && end.reason().contains("; ")) {
      line(0, Printable.escaped(upper(end.reason())) + ".");
    }
    boolean says = !end.reason().isEmpty() && way.fate() != Disposition.OPEN;
    if (says && end.recipient().isPresent()) {
      String answer =
          switch (end.result()) {
            case WORKS -> "It works: ";
            case UNKNOWN -> theme.warning("Whether it works is not known: ");
            case FAILS, NOBODY -> theme.warning("It does not work: ");
          };
      line(0, answer + Printable.escaped(end.reason()) + ".");
    }
  }

  private static String upper(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  static String recipient(ChainOwners.Recipient recipient) {
    if (!recipient.isContainer()) {
      return "A rule of chain "
          + Printable.escaped(recipient.chain())
          + ", none of CNI's, takes it.";
    }
    return recipient
        .owner()
        .map(o -> "It belongs to " + Sentences.who(o) + " (chain " + recipient.chain() + ").")
        .orElse(
            "It belongs to the owner of chain "
                + recipient.chain()
                + ", whose name no rule tells.");
  }

  private void others() {
    for (ChainOwners.Recipient other : report.others()) {
      line(0, theme.warning("Also claimed") + " by " + claimant(other) + ", which comes too late.");
    }
  }

  /** Who claims a port, for the middle of a sentence. */
  static String claimant(ChainOwners.Recipient recipient) {
    String chain = "chain " + Printable.escaped(recipient.chain());
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
