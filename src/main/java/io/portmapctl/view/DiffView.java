package io.portmapctl.view;

import io.portmapctl.app.Report;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.SequenceDiff;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A plan as a unified diff of the ruleset text before and after, which {@code patch} applies to
 * what {@code -o save} prints; then, outside the diff, what goes with it.
 */
public final class DiffView {
  private static final int CONTEXT = 3;
  private static final String CHAINS = "chains";
  private static final String OF = " of ";

  /** How much is said beside the diff. */
  public enum Detail {
    /** Nothing. */
    DIFF_ONLY,
    /** What a reader should know. */
    NOTES,
    /** Each attachment by itself. */
    ALL
  }

  private final Report report;
  private final Theme theme;
  private final boolean terminal;
  private final Detail detail;
  private final StringBuilder out = new StringBuilder();

  /** For the chains of the attachments that the plan is about, whose they are. */
  private final Map<String, String> owners = new HashMap<>();

  private DiffView(Report report, Theme theme, boolean terminal, Detail detail) {
    this.report = report;
    this.terminal = terminal;
    this.detail = detail;
    this.theme = theme;
    for (Report.Subject subject : report.subjects()) {
      String owner = OF + Sentences.brief(subject.identity());
      ContainerChains.of(subject.identity()).names().forEach(c -> owners.put(c, owner));
    }
    for (Conflict conflict : report.plan().conflicts()) {
      if (conflict instanceof Conflict.ChainName name) {
        owners.remove(name.chain());
      }
    }
  }

  /**
   * The text, as octets.
   *
   * @param theme the colours
   * @param terminal whether it goes to a terminal, which must see no control characters
   * @param detail how much is said beside the diff
   * @param applied whether the plan was carried out
   */
  public static String render(
      Report report, Theme theme, boolean terminal, Detail detail, boolean applied) {
    DiffView view = new DiffView(report, theme, terminal, detail);
    if (detail != Detail.DIFF_ONLY && !report.plan().changes().isEmpty()) {
      view.out.append(meaning(report, theme)).append('\n');
    }
    for (Plan.Part part : report.plan().families()) {
      if (!part.changes().isEmpty()) {
        view.part(part);
      }
    }
    if (detail != Detail.DIFF_ONLY) {
      view.notes(applied);
    }
    return view.out.toString();
  }

  /** What a plan means, a line a mapping, as octets; none where no rule changes. */
  public static String meaning(Report report, Theme theme) {
    return Terminal.octets(MappingChangesView.render(report, theme));
  }

  /**
   * What a plan means, and how much it changes, as octets.
   *
   * @param applied whether the plan was carried out
   */
  public static String brief(Report report, Theme theme, boolean applied) {
    StringBuilder kept = new StringBuilder();
    report
        .kept()
        .forEach(k -> kept.append(Printable.escaped(Sentences.kept(k, applied))).append('\n'));
    return meaning(report, theme) + Terminal.octets(kept + count(report, theme, applied) + "\n");
  }

  private static String count(Report report, Theme theme, boolean applied) {
    Plan plan = report.plan();
    boolean rules = plan.hasChanges() || report.kept().isEmpty();
    String none = rules ? "No changes." : "No changes of rules.";
    return theme.strong(plan.hasChanges() ? Summary.of(plan).sentence(applied) : none);
  }

  private void part(Plan.Part part) {
    Table before = part.before();
    Table after = part.after();
    String name = before.family().id() + " nat";
    line(theme.strong("--- " + name + " (before)"));
    line(theme.strong("+++ " + name + " (after)"));
    List<Line> lines = new ArrayList<>();
    lines.add(new Line(CHAINS, SequenceDiff.Kind.KEEP, "*nat"));
    List<SequenceDiff.Step<String>> chains = chains(before, after);
    for (SequenceDiff.Step<String> step : chains) {
      Table in = step.kind() == SequenceDiff.Kind.INSERT ? after : before;
      String policy = in.chain(step.element()).map(Chain::policy).orElse("-");
      lines.add(new Line(CHAINS, step.kind(), ":" + step.element() + " " + policy));
    }
    for (SequenceDiff.Step<String> step : chains) {
      String chain = step.element();
      String title =
          switch (step.kind()) {
            case KEEP -> chain;
            case DELETE -> chain + " (removed)";
            case INSERT -> chain + " (new)";
          };
      String owner = Terminal.octets(owners.getOrDefault(chain, ""));
      lines(title + owner, lines, rules(before, chain), rules(after, chain));
    }
    lines("", lines, List.of("COMMIT"), List.of("COMMIT"));
    hunks(lines);
  }

  /** One line of the diff and the chain that it belongs to. */
  private record Line(String title, SequenceDiff.Kind kind, String text) {}

  private static void lines(
      String title, List<Line> lines, List<String> before, List<String> after) {
    SequenceDiff.<String>between(before, after)
        .forEach(s -> lines.add(new Line(title, s.kind(), s.element())));
  }

  /**
   * How many lines beside a hunk are of its chain, at most so many, before one that is another
   * container's.
   */
  private int context(List<Line> lines, String title) {
    int size = 0;
    while (size < Math.min(CONTEXT, lines.size())
        && lines.get(size).title().equals(title)
        && !isOfAnother(lines.get(size).text())) {
      size++;
    }
    return size;
  }

  /** Whether a rule leads to the chain of a container that the plan is not about. */
  private boolean isOfAnother(String line) {
    int target = Math.max(line.lastIndexOf(" -j "), line.lastIndexOf(" -g "));
    String chain = target < 0 ? "" : line.substring(target + " -j ".length());
    return Layouts.isBridgePlugins(chain)
        || Layouts.isContainerChain(chain) && !owners.containsKey(chain);
  }

  /** Both tables' chains in one order: names are unique, and what stays keeps its order. */
  private static List<SequenceDiff.Step<String>> chains(Table before, Table after) {
    List<SequenceDiff.Step<String>> steps = new ArrayList<>();
    Iterator<String> old = before.chains().keySet().iterator();
    for (String name : after.chains().keySet()) {
      if (before.chain(name).isEmpty()) {
        steps.add(new SequenceDiff.Step<>(SequenceDiff.Kind.INSERT, name));
        continue;
      }
      String next = old.next();
      while (!next.equals(name)) {
        steps.add(new SequenceDiff.Step<>(SequenceDiff.Kind.DELETE, next));
        next = old.next();
      }
      steps.add(new SequenceDiff.Step<>(SequenceDiff.Kind.KEEP, name));
    }
    old.forEachRemaining(n -> steps.add(new SequenceDiff.Step<>(SequenceDiff.Kind.DELETE, n)));
    return steps;
  }

  private static List<String> rules(Table table, String chain) {
    List<String> lines = new ArrayList<>();
    for (RuleEntry row : table.rows(chain)) {
      String text = ("-A " + chain + " " + row.text().latin1()).stripTrailing();
      lines.addAll(Arrays.asList(text.split("\n", -1)));
    }
    return lines;
  }

  /**
   * A hunk holds changes of one chain. It has as much context before as after: patch takes a hunk
   * that has less on one side for one at the end or the beginning of the file.
   */
  private void hunks(List<Line> lines) {
    int[] at = {1, 1};
    int done = 0;
    int change = nextChange(lines, 0);
    while (change < lines.size()) {
      int last = change;
      int next = nextChange(lines, last + 1);
      while (next < lines.size()
          && next - last <= 2 * CONTEXT + 1
          && lines.get(next).title().equals(lines.get(change).title())) {
        last = next;
        next = nextChange(lines, last + 1);
      }
      String title = lines.get(change).title();
      List<Line> before = new ArrayList<>(lines.subList(Math.max(done, change - CONTEXT), change));
      Collections.reverse(before);
      int context =
          title.equals(CHAINS)
              ? 0
              : Math.min(context(before, title), context(lines.subList(last + 1, next), title));
      int start = change - context;
      int end = last + 1 + context;
      advance(at, lines.subList(done, start));
      hunk(lines.get(change).title(), at, lines.subList(start, end));
      advance(at, lines.subList(start, end));
      done = end;
      change = next;
    }
  }

  private static int nextChange(List<Line> lines, int from) {
    int at = from;
    while (at < lines.size() && lines.get(at).kind() == SequenceDiff.Kind.KEEP) {
      at++;
    }
    return at;
  }

  private static void advance(int[] at, List<Line> lines) {
    for (Line line : lines) {
      at[0] += line.kind() == SequenceDiff.Kind.INSERT ? 0 : 1;
      at[1] += line.kind() == SequenceDiff.Kind.DELETE ? 0 : 1;
    }
  }

  private void hunk(String title, int[] at, List<Line> lines) {
    int[] size = {0, 0};
    advance(size, lines);
    String shown = terminal ? Terminal.safe(title) : title;
    int of = shown.indexOf(OF); // no chain's name has a blank in it
    String place = of < 0 ? shown : shown.substring(0, of);
    line(
        theme.place("@@ -" + range(at[0], size[0]) + " +" + range(at[1], size[1]) + " @@ " + place)
            + (of < 0 ? "" : theme.owner(shown.substring(of))));
    for (int i = 0; i < lines.size(); i++) {
      String text = shown(lines.get(i));
      String other = theme.enabled() ? counterpart(lines, i) : "";
      line(
          switch (lines.get(i).kind()) {
            case KEEP -> " " + text;
            case DELETE -> theme.removed("-" + theme.changed(text, other));
            case INSERT -> theme.added("+" + theme.changed(text, other));
          });
    }
  }

  private String shown(Line line) {
    return terminal ? Terminal.safe(line.text()) : line.text();
  }

  /** The line that goes for one that comes, or the reverse; empty where none does. */
  private String counterpart(List<Line> lines, int at) {
    SequenceDiff.Kind kind = lines.get(at).kind();
    if (kind == SequenceDiff.Kind.KEEP) {
      return "";
    }
    int first = at;
    while (first > 0 && lines.get(first - 1).kind() != SequenceDiff.Kind.KEEP) {
      first--;
    }
    List<Line> others = new ArrayList<>();
    int nth = 0;
    for (int i = first; i < lines.size(); i++) {
      SequenceDiff.Kind each = lines.get(i).kind();
      if (each == SequenceDiff.Kind.KEEP) {
        break;
      }
      if (each != kind) {
        others.add(lines.get(i));
      } else if (i < at) {
        nth++;
      }
    }
    return nth < others.size() ? shown(others.get(nth)) : "";
  }

  private static String range(int start, int count) {
    return (count == 0 ? start - 1 : start) + "," + count;
  }

  private void notes(boolean applied) {
    Plan plan = report.plan();
    for (Plan.Sysctl sysctl : plan.sysctls()) {
      note(Printable.escaped(Sentences.sysctl(sysctl)) + ";");
      note("        it opens 127/8 on that interface to its neighbours (CVE-2020-8558)");
    }
    for (Plan.Stale stale : plan.conntrack()) {
      note(
          "conntrack: stale "
              + stale.family().title()
              + " entries of udp port "
              + stale.hostPort()
              + stale.hostIp().map(ip -> " on " + ip).orElse("")
              + " are to be deleted");
    }
    boolean adds = report.command().equals("add") || report.command().equals("restore");
    if (!adds && plan.hasChanges()) {
      note("Connections already open go on until they close.");
    }
    layouts();
    report.notices().forEach(n -> note(theme.warning("warning: ") + NoticeText.shown(n)));
    for (Conflict conflict : plan.conflicts()) {
      note(theme.warning("conflict: ") + Sentences.conflict(conflict));
    }
    report.kept().forEach(k -> note(Printable.escaped(Sentences.kept(k, applied))));
    note(count(report, theme, applied));
  }

  /**
   * Which layout and why; attachments with the same answer share a line, unless all is asked for.
   */
  private void layouts() {
    Map<String, List<Report.Subject>> same = new LinkedHashMap<>();
    for (Report.Subject subject : report.subjects()) {
      if (subject.choice().isPresent()) {
        LayoutChoice choice = subject.choice().get();
        // a text as the key: the hash of a record costs a bootstrap at start-up
        String key = choice.layout().id() + " " + choice.reason().name();
        String each = detail == Detail.ALL ? " " + Sentences.who(subject.identity()) : "";
        same.computeIfAbsent(key + each, k -> new ArrayList<>()).add(subject);
      }
    }
    for (List<Report.Subject> subjects : same.values()) {
      Report.Subject first = subjects.get(0);
      LayoutChoice choice = first.choice().orElseThrow();
      String whose =
          subjects.size() == 1 ? Sentences.who(first.identity()) : subjects.size() + " attachments";
      note("layout " + choice.layout().id() + " for " + whose + ": " + LayoutText.of(choice));
    }
  }

  private void note(String text) {
    line(Terminal.octets(text));
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
