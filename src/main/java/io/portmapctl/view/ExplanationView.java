package io.portmapctl.view;

import io.portmapctl.app.Report;
import io.portmapctl.explain.ChainOwners;
import io.portmapctl.explain.Explanation;
import io.portmapctl.explain.PortReach;
import io.portmapctl.explain.Walkthrough;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A plan in plain words, for a person; the text is octets. */
public final class ExplanationView {
  private final Report report;
  private final Explanation explanation;
  private final Theme theme;
  private final StringBuilder out = new StringBuilder();

  private ExplanationView(Report report, Explanation explanation, Theme theme) {
    this.report = report;
    this.explanation = explanation;
    this.theme = theme;
  }

  /** The text. */
  public static String render(Report report, Explanation explanation, Theme theme) {
    ExplanationView view = new ExplanationView(report, explanation, theme);
    view.all();
    return Terminal.octets(view.out.toString());
  }

  private void all() {
    missing();
    for (Report.Subject subject : report.subjects()) {
      subject
          .choice()
          .ifPresent(
              c ->
                  line(
                      Sentences.who(subject.identity())
                          + ": layout "
                          + c.layout().id()
                          + ", because "
                          + LayoutText.because(c)
                          + "."));
    }
    explanation.walkthroughs().forEach(this::walkthrough);
    report.plan().sysctls().stream().findFirst().ifPresent(s -> title("What goes with the rules"));
    report
        .plan()
        .sysctls()
        .forEach(
            s -> {
              line(
                  "  Without route_localnet the kernel drops what 127.0.0.1 sends towards "
                      + s.container()
                      + ".");
              line("  " + Printable.escaped(Sentences.sysctl(s)));
            });
    reach();
    if (!explanation.problems().isEmpty()) {
      title("What will not work, or may not, and why");
      explanation.problems().forEach(p -> line("  - " + Printable.escaped(ProblemText.of(p))));
    }
    line("");
    AssumptionText.of(explanation.assumptions()).forEach(a -> line(Printable.escaped(a)));
    boolean changes = report.plan().hasChanges();
    line(
        theme.strong(
            changes
                ? "Rules marked + are new. Nothing was changed: `add` plans the same, and `add"
                    + " --apply` makes it."
                : "All of this is there already."));
  }

  /** That it is not so now comes before all that is told of how it will be. */
  private void missing() {
    long missing = 0;
    long goes = 0;
    for (Walkthrough walk : explanation.walkthroughs()) {
      for (Walkthrough.Stage stage : walk.stages()) {
        missing += stage.lines().stream().filter(Walkthrough.Line::isNew).count();
      }
      goes += walk.goes().size();
    }
    if (missing + goes > 0) {
      line(
          theme.warning("Not so now: ")
              + (missing == 0
                  ? ""
                  : Summary.plural(missing, "rule")
                      + " of those below, marked +, "
                      + (missing == 1 ? "is" : "are")
                      + " missing")
              + (missing > 0 && goes > 0 ? ", and " : "")
              + (goes == 0
                  ? ""
                  : Summary.plural(goes, "rule")
                      + ", marked -, "
                      + (goes == 1 ? "is" : "are")
                      + " there that must go")
              + ". What follows is how it will be when `add --apply` has made it so.");
      line("");
    }
  }

  private void title(String text) {
    line("");
    line(theme.strong(text));
  }

  private void walkthrough(Walkthrough walk) {
    if (walk.stages().isEmpty() && walk.goes().isEmpty()) {
      return;
    }
    title(walk.family().title() + ": the rules in the order in which a packet meets them");
    int number = 1;
    for (Walkthrough.Stage stage : walk.stages()) {
      line("");
      line(number++ + ". " + theme.place(Printable.escaped(title(stage))));
      stage.lines().forEach(l -> rule(l, l.isNew() ? theme.added("+") : " "));
    }
    if (!walk.goes().isEmpty()) {
      line("");
      line(number + ". " + theme.place("What goes: rules of an earlier configuration"));
      walk.goes().forEach(l -> rule(l, theme.removed("-")));
    }
  }

  /** What happens at a station. */
  static String title(Walkthrough.Stage stage) {
    String what =
        switch (stage.station()) {
          case COMES_IN -> "What comes in";
          case SENT -> "What this host itself sends";
          case LOOKED_UP -> "Whose port it is";
          case DIRECTED -> "Where it goes";
          case MARKED -> "How it is marked";
          case LEAVES -> "Before it leaves";
          case MASQUERADED -> "Who is masqueraded";
          case SOURCE_LOOKED_UP -> "Whose connections are masqueraded";
          case SOURCE_MASQUERADED -> "Which of them";
        };
    return what + ": chain " + stage.chain();
  }

  private void rule(Walkthrough.Line rule, String sign) {
    line("   " + Printable.escaped(PurposeText.of(rule.purpose())));
    String text = "-A " + rule.chain() + " " + rule.rule().text().latin1();
    line(" " + sign + "   " + Printable.escaped(Terminal.decoded(text)));
  }

  /**
   * What is told of ports, where it does not matter to which ports rules redirect them: that
   * differs from port to port, and is told above.
   */
  private record Reached(
      Family family,
      List<ChainOwners.Recipient> recipients,
      boolean open,
      List<ReachView.Line> lines) {

    static Reached of(PortReach reach) {
      return new Reached(
          reach.family(),
          reach.recipients(),
          ReachView.isOpen(reach),
          ReachView.lines(reach.answers()).stream().map(ReachView.Line::withoutPorts).toList());
    }
  }

  /** Ports with the same answers share them. */
  private void reach() {
    Map<Reached, List<PublishedPort>> same = new LinkedHashMap<>();
    for (PortReach reach : explanation.ports()) {
      same.computeIfAbsent(Reached.of(reach), k -> new ArrayList<>()).add(reach.port());
    }
    if (!same.isEmpty()) {
      title("Who is let through");
    }
    same.forEach(
        (reached, ports) -> {
          line("");
          line(
              "  "
                  + reached.family().title()
                  + ", "
                  + PortNames.of(ports)
                  + ": "
                  + ReachView.who(reached.recipients(), reached.open()));
          ReachView view = new ReachView(theme);
          view.answers(reached.lines());
          view.text().lines().forEach(l -> line("  " + l));
        });
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
