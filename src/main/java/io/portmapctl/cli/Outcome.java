package io.portmapctl.cli;

import io.portmapctl.app.Apply;
import io.portmapctl.app.Failure;
import io.portmapctl.app.Notes;
import io.portmapctl.app.Report;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.InputError;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.host.live.RestoreScript;
import io.portmapctl.host.live.ShellScript;
import io.portmapctl.net.Family;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.text.Printable;
import io.portmapctl.view.DiffView;
import io.portmapctl.view.FaultText;
import io.portmapctl.view.NoticeText;
import io.portmapctl.view.PlanJson;
import io.portmapctl.view.Prose;
import io.portmapctl.view.Sentences;
import io.portmapctl.view.Terminal;
import io.portmapctl.view.Theme;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The end that add and del share: a plan shown, its exit code. */
record Outcome(Session session, OutputOptions options) implements Notes {
  /** As many lines a small terminal shows. */
  private static final int SCREEN = 24;

  /** So many entries of folders are named where nobody asked for all. */
  private static final int NAMED = 3;

  /** Shows errors as the format wants them; their exit code. */
  int failed(Failure failure, boolean json) {
    ExitCode code = ExitCode.of(failure.kind());
    errors(code, failure.errors(), json);
    return code.number();
  }

  void errors(ExitCode code, List<InputError> errors, boolean json) {
    errors(session, code, errors, json);
  }

  /** Shows errors as the format wants them. */
  static void errors(Session session, ExitCode code, List<InputError> errors, boolean json) {
    if (json) {
      session.print(PlanJson.error(code.number(), errors));
      return;
    }
    List<InputError> shown = FaultText.first(errors);
    shown.forEach(e -> session.say("portmapctl: " + FaultText.of(e)));
    if (shown.size() < errors.size()) {
      session.say("portmapctl: " + FaultText.more(errors.size() - shown.size()));
    }
  }

  @Override
  public void leftOut(Failure.Kind kind, List<InputError> errors) {
    errors(ExitCode.of(kind), errors, false);
  }

  /** Shows a plan as a diff. */
  void diff(Report report, boolean applied) {
    Theme theme = new Theme(options.color(session));
    boolean terminal = session.outIsTerminal();
    String text = DiffView.render(report, theme, terminal, options.detail(), applied);
    session.print(OutputOptions.wrapped(session, text));
  }

  /** Shows what a plan means. */
  void brief(Report report, boolean applied) {
    session.print(DiffView.brief(report, new Theme(options.color(session)), applied));
  }

  /**
   * Shows a plan as a diff before a question.
   *
   * @param aside whether standard output is for something else
   * @param brief whether what it means is enough
   */
  void question(Report report, boolean aside, boolean brief) {
    Theme theme = new Theme(options.color(session));
    if (brief) {
      aside(report);
    }
    String text =
        brief
            ? DiffView.brief(report, theme, false)
            : DiffView.render(report, theme, true, DiffView.Detail.NOTES, false);
    if (!brief && text.lines().count() > SCREEN) {
      text += "\n" + DiffView.meaning(report, theme); // what stood above may be out of sight
    }
    if (!aside) {
      session.print(text);
      return;
    }
    session.err().writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    session.err().flush();
  }

  /** Shows a plan as JSON. */
  void json(Report report, boolean applied) {
    session.print(PlanJson.plan(report, applied));
  }

  /**
   * Prints a plan in a format of lines.
   *
   * @param family the one family of the formats that print one
   */
  void lines(Report report, Format format, Optional<Family> family) {
    StringBuilder out = new StringBuilder();
    if (format == Format.COMMANDS) {
      out.append(ShellScript.commands(report.plan()));
    }
    for (Plan.Part part : report.plan().families()) {
      if (family.isPresent() && part.after().family() == family.get()) {
        out.append(
            format == Format.SAVE
                ? SaveFormat.print(part.after(), false)
                : RestoreScript.of(part.before(), part.changes()));
      }
    }
    String text = out.toString();
    session.print(session.outIsTerminal() ? Terminal.safe(text) : text);
  }

  /** Warnings and conflicts of formats that have no place for them. */
  void aside(Report report) {
    warnings(report.notices());
    conflicts(report);
  }

  /** What is kept, where the format has no place for it. */
  void kept(Report report) {
    if (!options.quiet()) {
      report.kept().forEach(k -> note(Sentences.kept(k, false)));
    }
  }

  /** Warnings that have no place on standard output. */
  void warnings(List<? extends Notice> warnings) {
    if (!options.quiet()) {
      warnings.forEach(w -> note("warning: " + NoticeText.of(w)));
    }
  }

  /** Conflicts that have no place on standard output. */
  void conflicts(Report report) {
    for (Conflict conflict : report.plan().conflicts()) {
      note("conflict: " + Sentences.conflict(conflict));
    }
  }

  /** A sentence of any length, on standard error. */
  private void note(String text) {
    if (session.interactive()) {
      Prose.line(Printable.escaped(text), OutputOptions.width(session))
          .lines()
          .forEach(session::say);
    } else {
      session.say(text);
    }
  }

  @Override
  public void dead(List<Attachment> dead) {
    if (!options.quiet()) {
      for (Attachment attachment : dead) {
        session.say(
            "dead: "
                + Sentences.who(attachment.identity())
                + ": its network namespace "
                + attachment.netns().orElse("")
                + " is no container's any more; passed over (--include-dead takes it)");
      }
    }
  }

  @Override
  public void skipped(List<InputError> skipped) {
    if (skipped.isEmpty() || options.quiet()) {
      return;
    }
    if (options.verbose()) {
      skipped.forEach(s -> session.say("passed over: " + FaultText.of(s)));
      return;
    }
    // what tells of a container whose mappings are not looked at is no other kind of thing
    List<InputError> telling =
        skipped.stream().filter(s -> DocumentFault.tells(s.fault())).toList();
    telling.stream().limit(NAMED).forEach(s -> session.say("passed over: " + FaultText.of(s)));
    int others = skipped.size() - Math.min(NAMED, telling.size());
    if (others > 0) {
      session.say(
          others
              + (others == 1 ? " folder entry" : " folder entries")
              + (telling.size() > NAMED ? " more" : " of other kinds")
              + " passed over (--verbose names them)");
    }
  }

  /** The exit code of a plan that was shown. */
  int code(Report report, boolean inputErrors) {
    Plan plan = report.plan();
    ExitCode code = ExitCode.OK;
    if (inputErrors) {
      code = ExitCode.INPUT;
    } else if (!options.force() && Apply.Force.NOTHING.refuses(plan)) {
      code = ExitCode.CONFLICT;
      session.say("portmapctl: refused because of conflicts; --force goes on despite them");
    } else if (options.exitCode() && report.hasChanges()) {
      code = ExitCode.DIFFERENCES;
    }
    return code.number();
  }
}
