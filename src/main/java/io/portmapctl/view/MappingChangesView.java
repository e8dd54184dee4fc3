package io.portmapctl.view;

import io.portmapctl.app.AppNotice;
import io.portmapctl.app.Report;
import io.portmapctl.cni.Identity;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.ContainerChange;
import io.portmapctl.plan.PlanNotice;
import io.portmapctl.plan.PortChange;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a plan means: under a line for each container a line for each mapping that comes, goes or
 * leads elsewhere, and what is to be said of it. Runs of ports with equal offset are one line.
 */
final class MappingChangesView {
  private final Report report;
  private final Theme theme;
  private final StringBuilder out = new StringBuilder();

  /** The notices about a port, by its key. */
  private final Map<String, List<Notice>> warnings = new HashMap<>();

  /** The line that is being made: a run of ports. */
  private Optional<Run> run = Optional.empty();

  private MappingChangesView(Report report, Theme theme) {
    this.report = report;
    this.theme = theme;
    for (Notice notice : report.notices()) {
      port(notice)
          .ifPresent(p -> warnings.computeIfAbsent(p.key(), k -> new ArrayList<>()).add(notice));
    }
  }

  /** The lines, as text; none where no rule changes. */
  static String render(Report report, Theme theme) {
    MappingChangesView view = new MappingChangesView(report, theme);
    List<Identity> subjects = new ArrayList<>();
    report.subjects().forEach(s -> subjects.add(s.identity()));
    List<ContainerChange> changes = ContainerChange.of(report.plan(), subjects);
    changes.forEach(view::container);
    if (changes.isEmpty() && !report.plan().changes().isEmpty()) {
      view.line("Only rules that all containers share change.");
    }
    return view.out.toString();
  }

  private void container(ContainerChange change) {
    String whose = Sentences.owner(change.owner(), change.chain());
    if (change.ports().isEmpty()) {
      line(theme.owner(whose) + ": no published port changes, its other rules do");
    } else {
      line(theme.owner(whose) + ":");
    }
    String digits = ContainerChains.digits(change.chain());
    for (Conflict conflict : report.plan().conflicts()) {
      if (conflict instanceof Conflict.ChainName name
          && ContainerChains.digits(name.chain()).equals(digits)) {
        line("    " + theme.warning("conflict: ") + Sentences.conflict(conflict));
      }
    }
    for (PortChange port : change.ports()) {
      add(new Run(port, port, said(port, digits)));
    }
    end();
  }

  /**
   * Ports that change alike, each the one after the one before.
   *
   * @param said what is to be said of them, below
   */
  private record Run(PortChange first, PortChange last, List<String> said) {

    boolean goesOn(Run next) {
      return said.isEmpty()
          && next.said.isEmpty()
          && first.before().isEmpty() == next.first.before().isEmpty()
          && first.after().isEmpty() == next.first.after().isEmpty()
          && (first.before().isEmpty() || first.after().isEmpty())
          && last.port().port() + 1 == next.first.port().port()
          && place(first.port(), "").equals(place(next.first.port(), ""))
          && goesOn(destination(last), destination(next.first));
    }

    private static boolean goesOn(PortChange.Destination one, PortChange.Destination next) {
      OptionalInt from = one.target().port();
      OptionalInt to = next.target().port();
      return from.isPresent()
          && to.equals(OptionalInt.of(from.getAsInt() + 1))
          && address(one.target()).equals(address(next.target()))
          && condition(one).equals(condition(next));
    }
  }

  private void add(Run next) {
    if (run.isPresent() && run.get().goesOn(next)) {
      run = Optional.of(new Run(run.get().first(), next.last(), List.of()));
      return;
    }
    end();
    run = Optional.of(next);
  }

  /** Prints the run, if one has begun. */
  private void end() {
    if (run.isPresent()) {
      line(line(run.get()));
      run.get().said().forEach(s -> line("    " + s));
      run = Optional.empty();
    }
  }

  private String line(Run run) {
    PortChange first = run.first();
    PortChange.Destination destination = destination(first);
    String text =
        place(first.port(), ports(first.port().port(), run.last().port().port()))
            + " -> "
            + to(destination.target(), destination(run.last()).target())
            + condition(destination);
    if (first.before().isEmpty()) {
      return theme.added("+ " + text);
    }
    if (first.after().isEmpty()) {
      return theme.removed("- " + text);
    }
    return theme.warning("~ " + text + was(first.before().get(), first.after().get()));
  }

  private static PortChange.Destination destination(PortChange change) {
    return change.after().or(change::before).orElseThrow();
  }

  private static String place(PublishedPort port, String ports) {
    String any = port.family() == Family.IPV4 ? "*" : "[::]";
    return port.protocol()
        + " "
        + port.hostIp().map(IpAddress::bracketed).orElse(any)
        + ":"
        + ports;
  }

  private static String ports(int first, int last) {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }

  private static String address(Target.Dnat target) {
    return target.address().map(IpAddress::bracketed).orElse("");
  }

  private static String to(Target.Dnat first, Target.Dnat last) {
    if (first.address().isEmpty() || first.port().isEmpty()) {
      return first.to().place();
    }
    return address(first) + ":" + ports(first.port().getAsInt(), last.port().orElse(0));
  }

  private static String condition(PortChange.Destination destination) {
    return destination.conditions().isEmpty()
        ? ""
        : ", only if " + MappingText.conditions(destination.conditions());
  }

  /** What of a destination was otherwise. */
  private static String was(PortChange.Destination before, PortChange.Destination after) {
    String from = to(before.target(), before.target());
    String to = to(after.target(), after.target());
    String text = "";
    if (!from.equals(to)) {
      String address = address(before.target());
      boolean port = !address.isEmpty() && address.equals(address(after.target()));
      text = port ? from.substring(address.length()) : from;
    }
    if (!condition(before).equals(condition(after))) {
      String old = before.conditions().isEmpty() ? "for all" : condition(before).substring(2);
      text += (text.isEmpty() ? "" : ", ") + old;
    }
    return " (was " + text + ")";
  }

  /** What is to be said of a mapping that comes or changes. */
  private List<String> said(PortChange change, String digits) {
    List<String> said = new ArrayList<>();
    if (change.after().isEmpty()) {
      return said;
    }
    PublishedPort port = change.port();
    for (Conflict conflict : report.plan().conflicts()) {
      if (conflict instanceof Conflict.Port claimed
          && claimed.family() == port.family()
          && claimed.hostPort() == port.port()
          && claimed.protocol().equals(port.protocol())
          && ContainerChains.of(claimed.owner()).digits().equals(digits)) {
        said.add(
            theme.warning("conflict: ")
                + Sentences.owner(claimed.other(), claimed.otherChain())
                + " has it"
                + claimed.hostIp().map(ip -> " on " + ip).orElse("")
                + ", and "
                + (claimed.otherWins() ? "takes" : "loses")
                + (claimed.whole() ? " the packets" : " some of the packets"));
      }
    }
    for (Notice notice : warnings.getOrDefault(port.key(), List.of())) {
      said.add(theme.warning("warning: ") + NoticeText.shown(notice));
    }
    return said;
  }

  /** The port that a notice is about. */
  private static Optional<PublishedPort> port(Notice notice) {
    if (notice instanceof PlanNotice.ForeignTranslation foreign) {
      return Optional.of(foreign.port());
    }
    if (notice instanceof AppNotice.Listener listener) {
      return Optional.of(listener.port());
    }
    return notice instanceof AppNotice.NotOfHost strange
        ? Optional.of(strange.port())
        : Optional.empty();
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
