package io.portmapctl.cli;

import io.portmapctl.app.Apply;
import io.portmapctl.app.DryRun;
import io.portmapctl.app.Failure;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.PlanRequest;
import io.portmapctl.app.Report;
import io.portmapctl.app.ReviewedPlan;
import io.portmapctl.app.Rulesets;
import io.portmapctl.cni.InputError;
import io.portmapctl.host.HostNotice;
import io.portmapctl.host.live.TcpProbe;
import io.portmapctl.host.snapshot.RecordingHost;
import io.portmapctl.net.Family;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Plan;
import io.portmapctl.saved.SavedRequest;
import io.portmapctl.view.DiffView;
import io.portmapctl.view.FaultText;
import io.portmapctl.view.NoticeText;
import io.portmapctl.view.Theme;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A plan as add, del and gc show it, and as they have it carried out. */
final class Execution implements Apply.Attendant {
  /** How long one connection may take, and the pause between two. */
  private static final long PROBE_MILLIS = 1000;

  private static final long PAUSE_MILLIS = 300;

  private final Session session;
  private final Rulesets rulesets;
  private final ApplyOptions applying;
  private final OutputOptions output;
  private final Format format;

  /** Whether nothing was asked for that is printed. */
  private final boolean silent;

  private final Outcome outcome;
  private final LiveHost host;
  private final DryRun planning;
  private final Apply.How how;
  private Supplier<SavedRequest> request = Execution::noRequest;
  private Optional<Meant> meant = Optional.empty();

  /** What is shown before the question whether a change may stay. */
  private Runnable beforeAsking = () -> {};

  /**
   * One call.
   *
   * @param asked the format that was asked for, if one was
   * @param host the live host
   * @param given what the inputs have warned of
   */
  Execution(
      Session session,
      Rulesets rulesets,
      ApplyOptions applying,
      OutputOptions output,
      Optional<Format> asked,
      LiveHost host,
      List<? extends Notice> given) {
    this.session = session;
    this.rulesets = rulesets;
    this.applying = applying;
    this.output = output;
    this.format = asked.orElse(Format.DIFF);
    this.silent = asked.isEmpty() && output.quiet();
    this.outcome = new Outcome(session, output);
    this.host = host;
    this.planning = new DryRun(host, rulesets, applying.hostInterface(), given, !applying.apply());
    this.how = applying.how(output.force());
  }

  /** A certain plan, which alone is carried out. */
  interface Meant {
    /** Tells whether it is this one. */
    Apply.Fit fit();

    /** Says that it is another, and how it differs; the exit code. */
    int outdated(Report now) throws Failure;
  }

  /** The same where a plan is saved as a file from which it is carried out later. */
  Execution saving(Format chosen, Supplier<SavedRequest> asked) {
    if (chosen == Format.PLAN) {
      request = asked;
    }
    return this;
  }

  /** The same where only a certain plan is carried out. */
  Execution meaning(Meant plan) {
    meant = Optional.of(plan);
    return this;
  }

  private static SavedRequest noRequest() {
    throw new IllegalStateException("no plan is saved here");
  }

  /** Tells which family is printed where a format prints one. */
  interface Printed {

    /**
     * The family.
     *
     * @throws Failure when it cannot be told
     */
    Family family(Plan plan) throws Failure;
  }

  /**
   * Plans, and shows or applies.
   *
   * @param inputErrors whether some inputs were left out
   */
  int run(PlanRequest wanted, Printed printed, boolean inputErrors) throws Failure {
    if (applying.apply()) {
      requireApplicable();
      return apply(wanted, inputErrors);
    }
    if (format == Format.PLAN && !rulesets.live()) {
      throw Failure.usage("-o plan is of the live ruleset: not with --ruleset or --ruleset6");
    }
    Report report = planning.plan(wanted);
    if (!applying.rehearse()) {
      show(printed, report);
    } else if (format == Format.DIFF) {
      show(printed, report); // what is refused can be read, and then why
      rehearsed(planning.rehearse(report.plan()));
    } else {
      rehearsed(planning.rehearse(report.plan()));
      show(printed, report);
    }
    return outcome.code(report, incomplete(report, inputErrors));
  }

  /** Whether some inputs were left out; those that only the tables have told about are named. */
  private boolean incomplete(Report report, boolean inputErrors) {
    outcome.errors(ExitCode.INPUT, report.leftOut(), false);
    return inputErrors || !report.leftOut().isEmpty();
  }

  private void requireApplicable() throws Failure {
    String wrong = "";
    if (!rulesets.live()) {
      wrong = "--apply changes the running kernel's rules: not with --ruleset or --ruleset6";
    } else if (format != Format.DIFF && format != Format.BRIEF && format != Format.JSON) {
      wrong = "--apply prints a diff, brief or JSON: not with another --output";
    } else if (applying.confirm().isPresent()
        && applying.probe().isEmpty()
        && !session.interactive()) {
      wrong = "--confirm asks on a terminal, and there is none; --probe asks nobody";
    } else if (output.exitCode()) {
      wrong = "--exit-code is for a dry run: not with --apply";
    }
    if (!wrong.isEmpty()) {
      throw Failure.usage(wrong);
    }
  }

  private void show(Printed printed, Report report) throws Failure {
    switch (format) {
      case DIFF, BRIEF -> {
        plan(report, false);
        sayWhatIsNext(report);
      }
      case JSON -> outcome.json(report, false);
      default -> {
        Optional<Family> family =
            format.oneFamily()
                ? Optional.of(printed.family(report.plan()))
                : Optional.<Family>empty();
        if (format == Format.SAVE) {
          for (Plan.Part part : report.plan().families()) {
            if (family.equals(Optional.of(part.after().family()))) {
              rulesets.requireLoadable(part.after());
            }
          }
        } else {
          rulesets.requireWords(report.plan());
        }
        outcome.aside(report);
        outcome.kept(report);
        if (!how.refuses(report.plan()) && format == Format.PLAN) {
          session.print(saved(report));
        } else if (!how.refuses(report.plan())) {
          outcome.lines(report, format, family);
        }
      }
    }
  }

  private String saved(Report report) {
    if (!(host.host() instanceof RecordingHost recorded)) {
      throw new IllegalStateException("nobody has remembered what the host answered");
    }
    return ReviewedPlan.saved(report, host, recorded, request.get());
  }

  /** Shows a plan to a person. */
  private void plan(Report report, boolean applied) {
    if (silent) {
      if (how.refuses(report.plan())) {
        outcome.conflicts(report);
      }
    } else if (format == Format.BRIEF) {
      outcome.aside(report);
      outcome.brief(report, applied);
    } else {
      outcome.diff(report, applied);
    }
  }

  /** For a person: the plan is not carried out, and what does that. */
  private void sayWhatIsNext(Report report) {
    Plan plan = report.plan();
    if (session.outIsTerminal() && !output.quiet() && report.hasChanges() && !how.refuses(plan)) {
      session.say(
          rulesets.live()
              ? "Nothing was changed; --apply makes it so."
              : "This is only a plan; -o save prints the table as it will be, -o commands what does"
                  + " it.");
    }
  }

  private int apply(PlanRequest wanted, boolean inputErrors) throws Failure {
    Apply.Fit fit = meant.map(Meant::fit).orElse(Apply.Fit.ANY);
    Apply apply = new Apply(planning, host, rulesets, how, fit);
    Apply.Result result = apply.run(wanted, this);
    if (meant.isPresent() && result.end() == Apply.End.OUTDATED) {
      return meant.get().outdated(result.report());
    }
    if (result.end() == Apply.End.DECLINED) {
      session.say("Nothing was changed.");
      return ExitCode.DIFFERENCES.number();
    }
    boolean asked = asks();
    if (asked && !result.changed()) {
      // somebody was asked, or would have been: the plan was shown, on the terminal
      if (format != Format.JSON && !session.outIsTerminal()) {
        plan(result.report(), false);
      }
      return outcome.code(result.report(), inputErrors);
    }
    return applying.confirm().isPresent() && result.changed()
        ? confirmed(apply, result, inputErrors)
        : told(result, inputErrors);
  }

  /** Shows what was made; the exit code. */
  private int told(Apply.Result result, boolean inputErrors) {
    if (format == Format.JSON) {
      outcome.json(result.report(), result.changed());
    } else if (!result.shown() || !session.outIsTerminal()) {
      plan(result.report(), result.changed());
    } else {
      outcome.warnings(result.notices());
      if (!output.quiet()) {
        session.say("Applied.");
      }
    }
    boolean incomplete = incomplete(result.report(), inputErrors);
    return incomplete || result.end() != Apply.End.DONE
        ? outcome.code(result.report(), incomplete)
        : ExitCode.OK.number();
  }

  /** Shows it and asks whether it may stay; whoever reads nothing has not confirmed it. */
  private int confirmed(Apply apply, Apply.Result result, boolean inputErrors) {
    int[] code = {ExitCode.OK.number()};
    beforeAsking =
        () -> {
          code[0] = told(result, inputErrors);
          if (applying.probe().isEmpty()) {
            session.say(
                "The changes are made. Open a new connection now: those that are open already prove"
                    + " nothing. From another login, portmapctl confirm keeps them.");
          }
        };
    Optional<List<InputError>> takenBack = apply.confirm(applying.confirm().orElseThrow(), this);
    if (takenBack.isEmpty()) {
      return code[0];
    }
    return (takenBack.get().isEmpty() ? ExitCode.DIFFERENCES : ExitCode.HOST).number();
  }

  @Override
  public boolean asks() {
    return session.interactive() && !applying.yes();
  }

  @Override
  public void show(Report plan) {
    boolean aside = format == Format.JSON || !session.outIsTerminal();
    outcome.question(plan, aside, silent || format == Format.BRIEF);
  }

  @Override
  public boolean agrees() {
    return session.ask("Apply these changes? [y/N] ");
  }

  @Override
  public void changedMeanwhile() {
    session.say("Somebody else changed the rules meanwhile; the plan is now:");
  }

  @Override
  public void rehearsed(List<Family> families) {
    if (!output.quiet()) {
      session.say(
          families.isEmpty()
              ? "Nothing to rehearse."
              : "Rehearsed in a throw-away network namespace: the kernel takes the plan and gives"
                  + " it back as predicted ("
                  + String.join(", ", families.stream().map(Family::title).toList())
                  + ").");
    }
  }

  @Override
  public Apply.Working working() {
    return output.quiet() ? () -> {} : Progress.told(session);
  }

  @Override
  public String about(Report plan) {
    return DiffView.brief(plan, new Theme(false), true);
  }

  @Override
  public boolean keeps(int seconds, BooleanSupplier decided) {
    if (applying.probe().isPresent()) {
      beforeAsking.run();
      return answers(applying.probe().get(), seconds, decided);
    }
    return session.confirmed(
        beforeAsking, "Type yes within " + seconds + " seconds to keep them: ", seconds, decided);
  }

  /** Whether a connection comes about in time. */
  private boolean answers(TcpProbe probe, int seconds, BooleanSupplier decided) {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (System.nanoTime() < end && !decided.getAsBoolean()) {
      long left = (end - System.nanoTime()) / 1_000_000L;
      if (probe.connects((int) Math.max(1, Math.min(left, PROBE_MILLIS)))) {
        if (!output.quiet()) {
          session.say("Confirmed: a connection to " + probe + " works.");
        }
        return true;
      }
      try {
        Thread.sleep(Math.max(0, Math.min(left, PAUSE_MILLIS)));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }

  @Override
  public void keptElsewhere() {
    session.say("");
    session.say("Confirmed elsewhere: the changes stay.");
  }

  @Override
  public void takenBack(List<HostNotice> stays) {
    session.say("");
    session.say("Not confirmed: the changes are taken back.");
    stays.forEach(notice -> session.say("warning: " + NoticeText.of(notice)));
  }

  @Override
  public void notTakenBack(List<InputError> errors) {
    session.say("");
    errors.forEach(error -> session.say("portmapctl: " + FaultText.of(error)));
  }
}
