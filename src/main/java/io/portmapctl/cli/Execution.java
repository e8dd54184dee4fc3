package io.portmapctl.cli;

import io.portmapctl.cni.InputError;
import io.portmapctl.host.Applier;
import io.portmapctl.host.Backend;
import io.portmapctl.host.HostException;
import io.portmapctl.host.Kernel;
import io.portmapctl.host.live.Rehearsal;
import io.portmapctl.host.live.ShellScript;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Table;
import io.portmapctl.view.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the planning commands do with a plan: show it, or carry it out. */
final class Execution {
  private final Session session;
  private final RulesetOptions rulesets;
  private final ApplyOptions applying;
  private final OutputOptions output;
  private final Format format;
  private final Outcome outcome;
  private final Backend backend;
  private final Kernel kernel;
  private final Rehearsal rehearsal;
  private final List<String> warnings;

  /** What made the change, where one was made. */
  private Optional<Applier> done = Optional.empty();

  /**
   * One call.
   *
   * @param warnings what the inputs have warned of; what the host says is added
   */
  Execution(
      Session session,
      RulesetOptions rulesets,
      ApplyOptions applying,
      OutputOptions output,
      Format format,
      List<String> warnings)
      throws Failure {
    this.session = session;
    this.rulesets = rulesets;
    this.applying = applying;
    this.output = output;
    this.format = format;
    this.warnings = new ArrayList<>(warnings);
    this.outcome = new Outcome(session, output);
    LiveHost host = LiveHost.of(session, rulesets, applying.waitSeconds(), false, this.warnings);
    this.backend = host.backend();
    this.kernel = host.kernel();
    this.rehearsal = host.rehearsal();
  }

  /**
   * Plans, and shows or applies.
   *
   * @param inputErrors whether some inputs were left out
   */
  int run(Planning planning, boolean inputErrors) throws Failure {
    if (!applying.apply()) {
      Report report = plan(planning, rulesets.read(backend, warnings));
      if (!applying.rehearse()) {
        show(planning, report);
      } else if (format == Format.DIFF) {
        show(planning, report); // what is refused can be read, and then why
        rehearse(report.plan());
      } else {
        rehearse(report.plan());
        show(planning, report);
      }
      return outcome.code(report.plan(), incomplete(report, inputErrors));
    }
    requireApplicable();
    return apply(planning, inputErrors);
  }

  /** Whether some inputs were left out; those that only the tables have told about are named. */
  private boolean incomplete(Report report, boolean inputErrors) {
    outcome.errors(ExitCode.INPUT, report.leftOut(), false);
    return inputErrors || !report.leftOut().isEmpty();
  }

  private void rehearse(Plan plan) throws Failure {
    try {
      rehearsed(plan);
    } catch (HostException e) {
      throw new Failure(ExitCode.HOST, "rehearsal", e.text());
    }
  }

  private void rehearsed(Plan plan) throws HostException {
    List<String> families = new ArrayList<>();
    for (Plan.Part part : plan.families()) {
      if (!part.changes().isEmpty()) {
        rehearsal.of(part);
        families.add(part.before().family().title());
      }
    }
    if (!output.quiet()) {
      session.say(
          families.isEmpty()
              ? "Nothing to rehearse."
              : "Rehearsed in a throw-away network namespace: the kernel takes the plan and gives it"
                  + " back as predicted ("
                  + String.join(", ", families)
                  + ").");
    }
  }

  private void requireApplicable() throws Failure {
    String wrong = "";
    if (!rulesets.live()) {
      wrong = "--apply changes the running kernel's rules: not with --ruleset or --ruleset6";
    } else if (format != Format.DIFF && format != Format.JSON) {
      wrong = "--apply prints a diff or JSON: not with another --output";
    } else if (applying.confirm().isPresent() && !session.interactive()) {
      wrong = "--confirm asks on a terminal, and there is none";
    } else if (output.exitCode()) {
      wrong = "--exit-code is for a dry run: not with --apply";
    }
    if (!wrong.isEmpty()) {
      throw new Failure(ExitCode.USAGE, "command line", wrong);
    }
  }

  private Report plan(Planning planning, List<Table> tables) throws Failure {
    Report report = planning.on(tables, warnings);
    rulesets.requireShown(report.plan());
    for (Plan.Part part : report.plan().families()) {
      Family family = part.before().family();
      if (rulesets.live(family) && !part.changes().isEmpty() && !backend.has(family)) {
        throw new Failure(
            ExitCode.HOST,
            "live ruleset",
            "this kernel has no "
                + family.title()
                + " (disabled?), and the plan needs it; --family "
                + (family == Family.IPV6 ? "ipv4" : "ipv6")
                + " leaves it out");
      }
    }
    List<Plan.Sysctl> resolved = new ArrayList<>();
    List<String> more =
        new ArrayList<>(LiveHost.listeners(kernel, rulesets, report.plan().captured()));
    try {
      for (Plan.Sysctl sysctl : report.plan().sysctls()) {
        resolve(sysctl, more).ifPresent(resolved::add);
      }
    } catch (HostException e) {
      throw new Failure(ExitCode.HOST, "live host", e.text());
    }
    return report.with(report.plan().with(resolved, more), more);
  }

  /** Which interface, and its present value; off the live ruleset nothing of the host is asked. */
  private Optional<Plan.Sysctl> resolve(Plan.Sysctl sysctl, List<String> more)
      throws HostException {
    if (!rulesets.live(Family.IPV4)) {
      return Optional.of(
              new Plan.Sysctl(sysctl.container(), applying.hostInterface(), Optional.empty(), true))
          .filter(s -> sysctl.withRules());
    }
    return LiveHost.localnet(
        kernel,
        sysctl.container(),
        applying.hostInterface(),
        sysctl.withRules(),
        sysctl.withRules() ? more : new ArrayList<>());
  }

  private void show(Planning planning, Report report) throws Failure {
    switch (format) {
      case DIFF -> {
        outcome.diff(report, false);
        sayWhatIsNext(report.plan());
      }
      case JSON -> outcome.json(report, false);
      default -> {
        Optional<Family> family =
            format.oneFamily()
                ? Optional.of(planning.printed(report.plan()))
                : Optional.<Family>empty();
        outcome.aside(report);
        if (!outcome.refused(report.plan())) {
          outcome.lines(report, format, family);
        }
      }
    }
  }

  /** For a person: the plan is not carried out, and what does that. */
  private void sayWhatIsNext(Plan plan) {
    if (session.outIsTerminal() && !output.quiet() && plan.hasChanges() && !outcome.refused(plan)) {
      session.say(
          rulesets.live()
              ? "Nothing was changed; --apply makes it so."
              : "This is only a plan; -o save prints the table as it will be, -o commands what does"
                  + " it.");
    }
  }

  private int apply(Planning planning, boolean inputErrors) throws Failure {
    if (!session.interactive() || applying.yes()) {
      return confirmed(
          Progress.told(
              session,
              output.quiet(),
              () -> locked(() -> transaction(planning, Optional.empty(), inputErrors))));
    }
    while (true) {
      Report shown = plan(planning, rulesets.read(backend, warnings));
      outcome.question(shown, format == Format.JSON || !session.outIsTerminal());
      if (!shown.plan().hasChanges() || outcome.refused(shown.plan())) {
        if (format != Format.JSON && !session.outIsTerminal()) {
          outcome.diff(shown, false);
        }
        return outcome.code(shown.plan(), inputErrors);
      }
      if (!session.ask("Apply these changes? [y/N] ")) {
        session.say("Nothing was changed.");
        return ExitCode.DIFFERENCES.number();
      }
      int code =
          Progress.told(
              session,
              output.quiet(),
              () -> locked(() -> transaction(planning, Optional.of(shown), inputErrors)));
      if (code != CHANGED_MEANWHILE) {
        return confirmed(code);
      }
      session.say("Somebody else changed the rules meanwhile; the plan is now:");
    }
  }

  /** Not an exit code: the plan is another than the one that was shown. */
  private static final int CHANGED_MEANWHILE = -1;

  private int locked(Lock.Action action) throws Failure {
    return Termination.deferred(
        () -> Lock.holding(applying.lockFile(), applying.waitSeconds(), action));
  }

  /** Asks whether the change may stay, where that was wanted; the lock is not held meanwhile. */
  private int confirmed(int code) throws Failure {
    if (applying.confirm().isEmpty() || code != ExitCode.OK.number() || done.isEmpty()) {
      return code;
    }
    Applier applier = done.get();
    int seconds = applying.confirm().get();
    session.say(
        "The changes are made. Open a new connection now: those that are open already prove"
            + " nothing.");
    List<InputError> failed = new ArrayList<>();
    boolean kept =
        Termination.unless(
            () -> failed.addAll(takeBack(applier)),
            () ->
                session.confirmed(
                    "Type yes within " + seconds + " seconds to keep them: ", seconds));
    if (kept) {
      return code;
    }
    return (failed.isEmpty() ? ExitCode.DIFFERENCES : ExitCode.HOST).number();
  }

  private static int undone(Applier applier) throws Failure {
    try {
      applier.undo();
      return ExitCode.OK.number();
    } catch (HostException e) {
      throw new Failure(ExitCode.HOST, "apply", e.text());
    }
  }

  /** What went wrong is said at once: where the process is ending nobody else can. */
  private List<InputError> takeBack(Applier applier) {
    session.say("");
    try {
      Lock.holding(applying.lockFile(), applying.waitSeconds(), () -> undone(applier));
      session.say("Not confirmed: the changes are taken back.");
      return List.of();
    } catch (Failure e) {
      e.errors().forEach(error -> session.say("portmapctl: " + error));
      return e.errors();
    }
  }

  /** Under the lock: reads, plans, makes; not another plan than the one that was shown. */
  private int transaction(Planning planning, Optional<Report> shown, boolean inputErrors)
      throws Failure {
    List<Report> reports = new ArrayList<>();
    boolean[] other = {false};
    Applier applier =
        new Applier(
            backend,
            kernel,
            (plan, made) -> {
              other[0] = shown.isPresent() && !shown.get().plan().changes().equals(plan.changes());
              boolean go = !other[0] && !outcome.refused(plan);
              if (go && applying.rehearse()) {
                rehearsed(plan);
              }
              if (go) {
                writeUndo(made);
              }
              return go;
            });
    Applier.Result result;
    try {
      result =
          applier.apply(
              rulesets.families().list(),
              tables -> {
                Report report = plan(planning, tables);
                reports.add(report);
                return report.plan();
              });
    } catch (HostException e) {
      throw new Failure(ExitCode.HOST, "apply", e.text());
    }
    if (other[0]) {
      return CHANGED_MEANWHILE;
    }
    Report first = reports.get(0);
    Report report = first.with(result.plan(), result.warnings());
    boolean applied = result.made() && result.plan().hasChanges();
    done = applied ? Optional.of(applier) : Optional.empty();
    if (format == Format.JSON) {
      outcome.json(report, applied);
    } else if (shown.isEmpty() || !session.outIsTerminal()) {
      outcome.diff(report, applied);
    } else {
      result.warnings().forEach(w -> session.say("warning: " + w));
      session.say("Applied.");
    }
    boolean incomplete = incomplete(report, inputErrors);
    return result.made() && !incomplete
        ? ExitCode.OK.number()
        : outcome.code(result.plan(), incomplete);
  }

  private void writeUndo(Plan plan) throws HostException {
    if (applying.undo().isEmpty()) {
      return;
    }
    try {
      String script =
          ShellScript.undo(
              plan.families().stream().filter(p -> !p.changes().isEmpty()).toList(),
              plan.sysctls());
      Files.write(Path.of(applying.undo().get()), script.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException | InvalidPathException e) {
      throw new HostException(
          HostException.Kind.FAILED,
          "--undo: " + applying.undo().get() + " cannot be written: " + e.getMessage());
    }
  }
}
