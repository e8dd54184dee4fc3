package io.portmapctl.app;

import io.portmapctl.cni.InputError;
import io.portmapctl.fault.HostFault;
import io.portmapctl.file.UnwrittenException;
import io.portmapctl.file.WholeFile;
import io.portmapctl.host.Applier;
import io.portmapctl.host.HostException;
import io.portmapctl.host.HostNotice;
import io.portmapctl.host.live.UndoScript;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Conflict;
import io.portmapctl.plan.Plan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
   */
  public record How(
      boolean rehearse, Force force, int waitSeconds, String lockFile, Optional<String> undo) {

    /** Whether conflicts refuse a plan. */
    public boolean refuses(Plan plan) {
      return force.refuses(plan);
    }
  }

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

    /** Whether the change shall stay; no answer within so many seconds is a no. */
    boolean keeps(int seconds);

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
          () -> Lock.holding(how.lockFile(), how.waitSeconds(), () -> transaction(request, shown)));
    } finally {
      working.close();
      rehearsed.ifPresent(attendant::rehearsed);
      rehearsed = Optional.empty();
    }
  }

  private Optional<Result> transaction(PlanRequest request, Optional<Report> shown) throws Failure {
    try {
      return madeAndKept(request, shown);
    } catch (Failure e) {
      List<InputError> errors = new ArrayList<>(e.errors());
      errors.addAll(kept.takeBack());
      throw errors.size() == e.errors().size() ? e : new Failure(e.kind(), errors);
    }
  }

  private Optional<Result> madeAndKept(PlanRequest request, Optional<Report> shown) throws Failure {
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
                writeUndo(made, reports.get(0).kept());
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
                  keepOnly(report);
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
  private void keepOnly(Report report) throws Failure {
    if (report.kept().isEmpty()) {
      return;
    }
    try {
      writeUndo(report.plan(), report.kept());
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
    boolean kept =
        Termination.unless(
            () -> failed.addAll(takeBack(applier, attendant)), () -> attendant.keeps(seconds));
    return kept ? Optional.empty() : Optional.of(List.copyOf(failed));
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

  private void writeUndo(Plan plan, List<KeptDocument> documents) throws HostException {
    if (how.undo().isEmpty()) {
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
            plan.families(), plan.sysctls(), host.backend()::program, kept.files(documents));
    try {
      WholeFile.replace(how.undo().get(), script.getBytes(StandardCharsets.ISO_8859_1));
    } catch (UnwrittenException e) {
      throw new HostException(
          HostException.Kind.FAILED,
          new HostFault.Unwritten(HostFault.Aside.UNDO, how.undo().get(), e.fault()));
    }
  }
}
