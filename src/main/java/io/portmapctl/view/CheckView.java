package io.portmapctl.view;

import io.portmapctl.app.CheckReport;
import io.portmapctl.check.Audit;
import io.portmapctl.check.Finding;
import io.portmapctl.plan.Conflict;
import io.portmapctl.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What check found, for a person: a diff, then sentences, last the command that mends it. */
public final class CheckView {
  private CheckView() {}

  /**
   * The text, as octets.
   *
   * @param theme the colours
   * @param terminal whether it goes to a terminal
   */
  public static String render(CheckReport check, Theme theme, boolean terminal) {
    StringBuilder out =
        new StringBuilder(
            DiffView.render(check.report(), theme, terminal, DiffView.Detail.DIFF_ONLY, false));
    List<String> notes = new ArrayList<>();
    for (Finding finding : check.audit().findings()) {
      boolean told =
          !finding.ok()
              || finding.status() == Finding.Status.PARTLY_SHADOWED
              || finding.status() == Finding.Status.OPEN;
      if (told) {
        notes.add(theme.warning(status(finding) + ": ") + sentence(finding));
        finding.shadows().stream()
            .filter(s -> s.extent() != Finding.Extent.OPEN) // a warning says it
            .forEach(s -> notes.add("  " + Sentences.shadow(s)));
        finding.sysctls().forEach(s -> notes.add("  " + Sentences.wrongSysctl(s)));
      }
    }
    for (Conflict conflict : check.audit().plan().conflicts()) {
      if (conflict instanceof Conflict.ChainName) {
        notes.add(theme.warning("conflict: ") + Sentences.conflict(conflict));
      }
    }
    check
        .audit()
        .notices()
        .forEach(n -> notes.add(theme.warning("warning: ") + NoticeText.shown(n)));
    notes.add(theme.strong(summary(check)));
    check.advice().forEach(a -> notes.add(NoticeText.shown(a)));
    if (!check.mend().isEmpty()) {
      notes.add("What mends it:");
      check.mend().forEach(c -> notes.add("  " + Printable.escaped(c)));
    }
    notes.forEach(n -> out.append(Terminal.octets(n)).append('\n'));
    return out.toString();
  }

  private static String status(Finding finding) {
    return finding.status().id().replace('-', ' ');
  }

  private static String sentence(Finding finding) {
    List<String> parts = new ArrayList<>();
    long rules = finding.missing().stream().filter(p -> p.rule().isPresent()).count();
    long extra = finding.unexpected().stream().filter(p -> p.rule().isPresent()).count();
    if (rules > 0) {
      parts.add(Summary.plural(rules, "rule") + " missing");
    }
    if (rules == 0 && !finding.missing().isEmpty()) {
      parts.add(Summary.plural(finding.missing().size(), "chain") + " missing");
    }
    if (extra > 0) {
      parts.add(Summary.plural(extra, "rule") + " too many");
    }
    return Sentences.who(finding.attachment().identity())
        + (parts.isEmpty() ? "" : ": " + String.join(", ", parts));
  }

  /** How many attachments are not as they should be, by status; empty where all are. */
  private static Optional<String> counted(Audit audit) {
    List<String> parts = new ArrayList<>();
    count(parts, audit.count(Finding.Status.MISSING), "missing");
    count(parts, audit.count(Finding.Status.DRIFT), "drifted");
    count(parts, audit.count(Finding.Status.SHADOWED), "shadowed");
    count(parts, audit.count(Finding.Status.PARTLY_SHADOWED), "partly shadowed");
    count(parts, audit.count(Finding.Status.OPEN), "open");
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
  }

  private static void count(List<String> parts, long count, String word) {
    if (count > 0) {
      parts.add(count + " " + word);
    }
  }

  private static String summary(CheckReport check) {
    List<Finding> findings = check.audit().findings();
    long dead = findings.stream().filter(f -> f.status() == Finding.Status.DEAD).count();
    if (findings.isEmpty()) {
      return "There is nothing to check: nothing is kept, and no container is recorded.";
    }
    long living = findings.size() - dead;
    String passed = dead == 0 ? "" : " (" + dead + " dead passed over)";
    return counted(check.audit())
        .map(c -> Summary.plural(living, "attachment") + " checked: " + c + passed + ".")
        .orElseGet(
            () ->
                living == 1
                    ? "The attachment is exactly there" + passed + "."
                    : "All " + living + " attachments are exactly there" + passed + ".");
  }
}
