package io.portmapctl.render;

import io.portmapctl.explain.Answer;
import io.portmapctl.explain.PacketReport;
import io.portmapctl.explain.Whose;
import io.portmapctl.model.Hook;
import io.portmapctl.model.Target;
import io.portmapctl.netconf.Shown;
import io.portmapctl.trace.Device;
import io.portmapctl.trace.Exit;
import io.portmapctl.trace.Fate;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Pass;
import io.portmapctl.trace.Step;
import io.portmapctl.trace.Truth;
import io.portmapctl.trace.Way;
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
    List<Way> ways = report.trace().ways();
    Pass first = ways.get(0).passes().get(0);
    line(0, theme.strong(packet.toString()) + start(first));
    line(0, "");
    pass(first);
    List<Pass> told = new ArrayList<>(List.of(first));
    for (int i = 0; i < ways.size(); i++) {
      Way way = ways.get(i);
      if (ways.size() > 1) {
        line(0, "");
        line(0, theme.strong("Way " + (i + 1) + " of " + ways.size() + ": " + kind(way)));
        line(0, "  " + decisions(way));
      }
      for (Pass pass : way.passes()) {
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
    report.assumptions().forEach(a -> line(0, Shown.escaped(a)));
  }

  private static String start(Pass pass) {
    List<String> facts = new ArrayList<>();
    facts.add(pass.hook() == Hook.OUTPUT ? "this host sends it" : "it comes from outside");
    Device in = pass.packet().in();
    if (pass.hook() == Hook.PREROUTING) {
      in.name().ifPresent(n -> facts.add("through " + Shown.escaped(n)));
    }
    facts.add("mark " + pass.packet().mark());
    return ": " + String.join(", ", facts);
  }

  private void pass(Pass pass) {
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
        line(step.depth(), back + theme.place(Shown.escaped(chain)));
        depth = step.depth();
      }
      if (step.result() != Truth.NO || all) {
        step(step);
        continue;
      }
      int last = i;
      while (last + 1 < steps.size()
          && steps.get(last + 1).result() == Truth.NO
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

  private static String leaving(Pass pass) {
    boolean leaves = pass.hook() == Hook.POSTROUTING;
    return leaves
        ? pass.packet().out().name().map(n -> ", leaving through " + Shown.escaped(n)).orElse("")
        : "";
  }

  private static String policy(Pass pass) {
    boolean drops =
        pass.exits().stream().anyMatch(e -> e.way().isEmpty() && e.kind() == Exit.Kind.DROPPED);
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
    return Shown.escaped(Terminal.decoded(report.trace().why(step)));
  }

  private void step(Step step) {
    int depth = step.depth() + 1;
    line(depth, sentence(step));
    String text = Shown.escaped(step.rule().text().decoded());
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
    return Shown.escaped(report.purpose().of(step.chain(), step.rule()));
  }

  private static String effect(Step step) {
    Target target = step.rule().target();
    boolean marks = target instanceof Target.SetMark && step.result() != Truth.NO;
    return marks ? "; the mark changes" : "";
  }

  private static String kind(Way way) {
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
  private static String decisions(Way way) {
    List<String> decisions = new ArrayList<>();
    for (int i = 0; i < way.exits().size(); i++) {
      Exit exit = way.exits().get(i);
      String hook = way.passes().get(i).hook().name();
      if (exit.way().isEmpty()) {
        decisions.add("no rule of " + hook + " ends its way");
      } else {
        Step last = exit.way().get(exit.way().size() - 1);
        decisions.add("rule " + last.index() + " of " + Shown.escaped(last.chain()) + " takes it");
      }
    }
    return String.join("; ", decisions);
  }

  private void end(Way way, PacketReport.End end) {
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
    line(0, theme.strong(Shown.escaped(verdict)));
    if (end.recipient().isPresent()) {
      line(0, theme.owner(recipient(end.recipient().get())));
    } else if (way.fate() == Fate.DELIVERED || way.fate() == Fate.FORWARDED) {
      line(0, "Nobody takes it: no rule redirects it.");
    }
    if (!end.reply().isEmpty()) {
      line(0, Shown.escaped(end.reply()));
    }
    if (end.result() == Answer.Result.NOBODY && end.reason().contains("; ")) {
      line(0, Shown.escaped(upper(end.reason())) + ".");
    }
    boolean says = !end.reason().isEmpty() && way.fate() != Fate.OPEN;
    if (says && end.recipient().isPresent()) {
      String answer =
          switch (end.result()) {
            case WORKS -> "It works: ";
            case UNKNOWN -> theme.warning("Whether it works is not known: ");
            case FAILS, NOBODY -> theme.warning("It does not work: ");
          };
      line(0, answer + Shown.escaped(end.reason()) + ".");
    }
  }

  private static String upper(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  static String recipient(Whose.Recipient recipient) {
    if (!recipient.isContainer()) {
      return "A rule of chain " + Shown.escaped(recipient.chain()) + ", none of CNI's, takes it.";
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
    for (Whose.Recipient other : report.others()) {
      line(0, theme.warning("Also claimed") + " by " + claimant(other) + ", which comes too late.");
    }
  }

  /** Who claims a port, for the middle of a sentence. */
  static String claimant(Whose.Recipient recipient) {
    String chain = "chain " + Shown.escaped(recipient.chain());
    return recipient.isContainer()
        ? recipient.owner().map(Sentences::who).orElse("the owner of " + chain)
        : "a rule of "
            + chain
            + recipient.label().map(l -> " " + Shown.quoted(l.decoded())).orElse("");
  }

  private void line(int depth, String text) {
    out.append(text.isEmpty() ? "" : "  ".repeat(depth)).append(text).append('\n');
  }
}
