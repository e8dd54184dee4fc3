package io.portmapctl.app;

import io.portmapctl.cni.InputError;
import io.portmapctl.fault.HostFault;
import io.portmapctl.file.UnwrittenException;
import io.portmapctl.file.WholeFile;
import io.portmapctl.host.Applier;
import io.portmapctl.host.Exec;
import io.portmapctl.host.HostException;
import io.portmapctl.host.HostNotice;
import io.portmapctl.host.live.GuardScript;
import io.portmapctl.host.live.UndoScript;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.Plan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Carries a plan out: asks, locks, plans again under the lock, makes the change, and takes it back
 * where it is not confirmed.
 */
public final class Apply {

  /**
   * How a plan is carried out.
   *
   * @param rehearse whether it is tried in a throw-away network namespace first
   * @param force which conflicts do not refuse it
   * @param waitSeconds how long to wait for locks
   * @param lockFile the lock that serialises portmapctl with itself
   * @param undo where to write a script that takes the change back
   * @param confirmation how it is confirmed, where it must be
   */
  public record How(
      boolean rehearse,
      Force force,
      int waitSeconds,
      String lockFile,
      Optional<String> undo,
      Optional<Confirmation> confirmation) {

    /** Whether conflicts refuse a plan. */
    public boolean refuses(Plan plan) {
      return force.refuses(plan);
    }
  }

  /**
   * How a change is confirmed, or taken back.
   *
   * @param seconds within how many seconds
   * @param exec what starts the process that takes it back whatever becomes of this one
   */
  public record Confirmation(int seconds, Exec exec) {}

  /** Which conflicts do not refuse a plan. */
  public enum Force {
    /** Every conflict does. */
    NOTHING,
    /** Ports that others claim do not; a chain that is another's does. */
    PORTS,
    /** None does. */
    ALL;

    /** Whether conflicts refuse a plan. */
    public boolean refuses(Plan plan) {
      if (!plan.changes().isEmpty()) {
        for (Conflict conflict : plan.conflicts()) {
          if (refuses(conflict)) {
            return true;
          }
        }
      }
      return false;
    }

    /** Whether a conflict refuses a plan that changes something. */
    public boolean refuses(Conflict conflict) {
      return this == NOTHING || this == PORTS && conflict instanceof Conflict.ChainName;
    }
  }

  /** Whether a plan that is made under the lock is still the one that is meant. */
  public interface Fit {
    /** Any plan is. */
    Fit ANY = plan -> true;

    /** Whether this one is; it is not carried out where it is not. */
    boolean is(Report plan) throws HostException;
  }

  /** Who is there while a plan is carried out. */
  public interface Attendant {
    /** Whether somebody can be asked and wants to be. */
    boolean asks();

    /** Shows a plan before it is asked about. */
    void show(Report plan);

    /** Whether the plan that was shown shall be made. */
    boolean agrees();

    /** The plan is another now, since somebody else changed the rules; it is shown anew. */
    void changedMeanwhile();

    /** The kernel took the plan in a rehearsal; told after the change. */
    void rehearsed(List<Family> families);

    /** The change begins; closed when it is made. */
    Working working();

    /** What a change is, for who may confirm it elsewhere, as octets. */
    String about(Report plan);

    /**
     * Whether the change shall stay; no answer within so many seconds is a no.
     *
     * @param decided whether somebody has decided elsewhere, so that no answer is needed any more
     */
    boolean keeps(int seconds, BooleanSupplier decided);

    /** Somebody has confirmed the change elsewhere. */
    void keptElsewhere();

    /**
     * The change was not confirmed, and is taken back.
     *
     * @param stays what stays of it, since others use it by now
     */
    void takenBack(List<HostNotice> stays);

    /** It was not confirmed, and cannot be taken back. */
    void notTakenBack(List<InputError> errors);
  }

  /** Something that goes on until it is closed. */
  public interface Working extends AutoCloseable {
    @Override
    void close();
  }

  /** How it ended. */
  public enum End {
    /** It was made, or there was nothing to do. */
    DONE,
    /** Conflicts refuse it. */
    REFUSED,
    /** The answer was no. */
    DECLINED,
    /** It is not the plan any more that was meant. */
    OUTDATED
  }

  /**
   * What came of it.
   *
   * @param end how it ended
   * @param report the plan, as it was made or would have been
   * @param changed whether anything was changed
   * @param shown whether the attendant has seen that plan
   * @param notices what the change itself warned of; in the report's as well
   */
  public record Result(
      End end, Report report, boolean changed, boolean shown, List<HostNotice> notices) {}

  private static final int TELLING_MILLIS = 2_000;

  private final DryRun planning;
  private final LiveHost host;
  private final Rulesets rulesets;
  private final How how;
  private final Fit fit;

  private final KeptChanges kept = new KeptChanges();

  /** What takes the change back whatever becomes of this process; where it must be confirmed. */
  private final Optional<ChangeGuard> guard;

  /** Whether a terminal can be lost while a change waits to be confirmed. */
  private final boolean onTerminal;

  /** What stood where the script that takes the change back was written. */
  private Optional<byte[]> earlierUndo = Optional.empty();

  /** What made the change, where one was made. */
  private Optional<Applier> done = Optional.empty();

  /** What was rehearsed: it is told when the lock is free again, and nobody waits for a reader. */
  private Optional<List<Family>> rehearsed = Optional.empty();

  /** On the live rulesets. */
  public Apply(DryRun planning, LiveHost host, Rulesets rulesets, How how) {
    this(planning, host, rulesets, how, Fit.ANY);
  }

  /** The same for a certain plan. */
  public Apply(DryRun planning, LiveHost host, Rulesets rulesets, How how, Fit fit) {
    this.fit = fit;
    this.planning = planning;
    this.host = host;
    this.rulesets = rulesets;
    this.how = how;
    this.guard = how.confirmation().map(c -> new ChangeGuard(c.exec(), host.host(), c.seconds()));
    this.onTerminal = guard.isPresent() && ProcessState.hasTerminal();
  }

  /**
   * Plans, asks and changes.
   *
   * @throws Failure where it cannot be made; then the rules are as before
   */
  public Result run(PlanRequest request, Attendant attendant) throws Failure {
    if (!attendant.asks()) {
      return made(request, Optional.empty(), attendant).orElseThrow();
    }
    while (true) {
      Report shown = planning.plan(request);
      attendant.show(shown);
      if (!fits(shown)) {
        return new Result(End.OUTDATED, shown, false, true, List.of());
      }
      if (how.refuses(shown.plan())) {
        return new Result(End.REFUSED, shown, false, true, List.of());
      }
      if (!shown.hasChanges()) {
        return new Result(End.DONE, shown, false, true, List.of());
      }
      if (!attendant.agrees()) {
        return new Result(End.DECLINED, shown, false, true, List.of());
      }
      Optional<Result> result = made(request, Optional.of(shown), attendant);
      if (result.isPresent()) {
        return result.get();
      }
      attendant.changedMeanwhile();
    }
  }

  private boolean fits(Report plan) throws Failure {
    try {
      return !plan.hasChanges() || fit.is(plan);
    } catch (HostException e) {
      throw new Failure(Failure.Kind.HOST, "apply", e.fault());
    }
  }

  /** Under the lock; empty where the plan is another than the one that was shown. */
  private Optional<Result> made(PlanRequest request, Optional<Report> shown, Attendant attendant)
      throws Failure {
    Working working = attendant.working();
    try {
      return Termination.deferred(
          () ->
              Lock.holding(
                  how.lockFile(), how.waitSeconds(), () -> transaction(request, shown, attendant)));
    } finally {
      working.close();
      rehearsed.ifPresent(attendant::rehearsed);
      rehearsed = Optional.empty();
    }
  }

  private Optional<Result> transaction(
      PlanRequest request, Optional<Report> shown, Attendant attendant) throws Failure {
    try {
      Optional<Result> result = madeAndKept(request, shown, attendant);
      boolean changed = result.isPresent() && result.get().changed();
      if (changed && guard.isPresent()) {
        guard.get().made();
      } else if (!changed) {
        guard.ifPresent(ChangeGuard::dismiss);
      }
      return result;
    } catch (HostException e) {
      throw new Failure(Failure.Kind.HOST, "apply", e.fault()); // the guard takes it back
    } catch (Failure e) {
      List<InputError> errors = new ArrayList<>(e.errors());
      errors.addAll(kept.takeBack());
      guard.ifPresent(ChangeGuard::dismiss);
      giveBackUndo();
      throw errors.size() == e.errors().size() ? e : new Failure(e.kind(), errors);
    }
  }

  private Optional<Result> madeAndKept(
      PlanRequest request, Optional<Report> shown, Attendant attendant) throws Failure {
    List<Report> reports = new ArrayList<>();
    boolean[] other = {false};
    boolean[] outdated = {false};
    Applier applier =
        new Applier(
            host.backend(),
            host.kernel(),
            (plan, made) -> {
              other[0] = shown.isPresent() && !shown.get().plan().changes().equals(plan.changes());
              outdated[0] =
                  !fit.is(last(reports).with(plan, List.of()).keeping(reports.get(0).kept()));
              boolean go = !outdated[0] && !other[0] && !how.refuses(plan);
              if (go && how.rehearse()) {
                rehearsed = Optional.of(planning.rehearsed(plan));
              }
              if (go) {
                prepare(made, reports.get(0), attendant);
                kept.keep(reports.get(0).kept());
              }
              return go;
            });
    Applier.Result result;
    try {
      result =
          applier.apply(
              rulesets.families().list(),
              (tables, read) -> {
                Report report = planning.plan(request, tables, read);
                reports.add(report);
                if (reports.size() == 1 && !report.plan().hasChanges()) {
                  keepOnly(report, attendant);
                }
                return report.plan();
              });
    } catch (HostException e) {
      throw new Failure(Failure.Kind.HOST, "apply", e.fault());
    } catch (Failure e) {
      throw withWhatStands(e);
    }
    if (other[0] && !outdated[0]) {
      return Optional.empty();
    }
    Report report = reports.get(0).with(result.plan(), result.notices());
    boolean changed = result.made() && report.hasChanges();
    if (result.made()) {
      kept.forget(report.kept());
    } else {
      requireGiven(kept.takeBack());
    }
    done = changed ? Optional.of(applier) : Optional.empty();
    End end =
        outdated[0] && !result.made()
            ? End.OUTDATED
            : result.made() || !how.refuses(result.plan()) ? End.DONE : End.REFUSED;
    return Optional.of(new Result(end, report, changed, shown.isPresent(), result.notices()));
  }

  private static Report last(List<Report> reports) {
    return reports.get(reports.size() - 1);
  }

  /** The rules are as they should be, and only documents are kept or removed. */
  private void keepOnly(Report report, Attendant attendant) throws Failure {
    if (report.kept().isEmpty()) {
      return;
    }
    try {
      prepare(report.plan(), report, attendant);
      kept.keep(report.kept());
    } catch (HostException e) {
      throw new Failure(Failure.Kind.HOST, "apply", e.fault());
    }
  }

  private static void requireGiven(List<InputError> errors) throws Failure {
    if (!errors.isEmpty()) {
      throw new Failure(Failure.Kind.HOST, errors);
    }
  }

  /** What the applier could not take back when planning anew has failed. */
  private static Failure withWhatStands(Failure failure) {
    List<InputError> errors = new ArrayList<>(failure.errors());
    for (Throwable each : failure.getSuppressed()) {
      if (each instanceof HostException stands) {
        errors.add(new InputError("apply", stands.fault()));
      }
    }
    return errors.size() == failure.errors().size()
        ? failure
        : new Failure(Failure.Kind.HOST, errors);
  }

  /**
   * Asks whether a change that was made may stay, and takes it back where not; the lock is not held
   * meanwhile.
   *
   * @return empty where it stays, else what went wrong in taking it back
   */
  public Optional<List<InputError>> confirm(int seconds, Attendant attendant) {
    if (done.isEmpty()) {
      return Optional.empty();
    }
    Applier applier = done.get();
    List<InputError> failed = new ArrayList<>();
    boolean[] elsewhere = {false};
    boolean kept =
        Termination.unless(
            () -> elsewhere[0] = !isTakenBack(applier, attendant, failed),
            () -> attendant.keeps(seconds, this::isDecided) && decide(GuardScript.KEPT));
    return kept || elsewhere[0] ? Optional.empty() : Optional.of(List.copyOf(failed));
  }

  private boolean isDecided() {
    return guard.map(ChangeGuard::isDecided).orElse(false);
  }

  private boolean decide(String word) {
    return guard.map(g -> g.decide(word)).orElse(true);
  }

  /**
   * Takes it back, unless the terminal is gone, so that nobody could answer: then it waits on, to
   * be confirmed from another login, or taken back by what watches over it. Nor where somebody else
   * has confirmed it or is taking it back already.
   */
  private boolean isTakenBack(Applier applier, Attendant attendant, List<InputError> failed) {
    if (guard.isPresent() && onTerminal && ProcessState.isTerminalLost()) {
      return true;
    }
    if (decide(GuardScript.BY_PROGRAM)) {
      failed.addAll(takeBack(applier, attendant));
      if (failed.isEmpty()) {
        guard.ifPresent(ChangeGuard::takenBack);
      }
      return true;
    }
    if (!guard.orElseThrow().decision().equals(Optional.of(GuardScript.BY_GUARD))) {
      told(attendant::keptElsewhere);
      return false;
    }
    if (guard.orElseThrow().guardIsDone()) {
      told(() -> attendant.takenBack(List.of()));
    } else {
      failed.add(new InputError("apply", HostFault.Plain.GUARD_FAILED));
      told(() -> attendant.notTakenBack(failed));
    }
    return true;
  }

  /** What went wrong is said at once: where the process is ending nobody else can. */
  private List<InputError> takeBack(Applier applier, Attendant attendant) {
    try {
      List<HostNotice> stays =
          Lock.holding(how.lockFile(), how.waitSeconds(), () -> undone(applier));
      told(() -> attendant.takenBack(stays));
      return List.of();
    } catch (Failure e) {
      told(() -> attendant.notTakenBack(e.errors()));
      return e.errors();
    }
  }

  /** Says something, but does not wait for a reader who has stopped: the process may be ending. */
  private static void told(Runnable saying) {
    Thread teller = new Thread(saying);
    teller.setDaemon(true);
    teller.start();
    try {
      teller.join(TELLING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<HostNotice> undone(Applier applier) throws Failure {
    List<InputError> errors = new ArrayList<>();
    List<HostNotice> stays = List.of();
    try {
      stays = applier.undo();
    } catch (HostException e) {
      errors.add(new InputError("apply", e.fault()));
    }
    errors.addAll(kept.takeBack());
    requireGiven(errors);
    return stays;
  }

  /** What takes the change back is there before the change is. */
  private void prepare(Plan plan, Report report, Attendant attendant) throws HostException {
    if (how.undo().isEmpty() && guard.isEmpty()) {
      return;
    }
    for (Change change : plan.changes()) {
      if (Unshown.isNamed(change)) {
        throw new HostException(
            HostException.Kind.FAILED, new HostFault.Unshown(change.family(), change.chain()));
      }
    }
    String script =
        UndoScript.of(
            plan.families(), plan.sysctls(), host.backend()::program, kept.files(report.kept()));
    if (how.undo().isPresent()) {
      writeUndo(how.undo().get(), script);
    }
    if (guard.isPresent()) {
      guard.get().arm(script, attendant.about(report));
    }
  }

  private void writeUndo(String file, String script) throws HostException {
    try {
      Optional<byte[]> earlier = WholeFile.earlier(file);
      WholeFile.replace(file, script.getBytes(StandardCharsets.ISO_8859_1));
      earlierUndo = earlierUndo.isPresent() ? earlierUndo : earlier;
    } catch (UnwrittenException e) {
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.Unwritten(HostFault.Aside.UNDO, file, e.fault()));
    }
  }

  /** Nothing was made: what takes an earlier change back is still of use. */
  private void giveBackUndo() {
    if (how.undo().isPresent() && earlierUndo.isPresent()) {
      try {
        WholeFile.replace(how.undo().get(), earlierUndo.get());
      } catch (UnwrittenException e) {
        return; // why nothing was made is told; the script that is there does no harm
      }
    }
  }
}
