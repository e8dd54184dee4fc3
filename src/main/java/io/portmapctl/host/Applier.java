package io.portmapctl.host;

import io.portmapctl.fault.HostFault;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.RuleEntry;
import io.portmapctl.ruleset.Table;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Carries plans out: one transaction a family, read back and compared. What somebody else changes
 * in between is planned on anew; what fails takes the other family and the sysctls back.
 */
public final class Applier {
  private static final int ATTEMPTS = 5;

  private final Backend backend;
  private final Kernel kernel;
  private final Before before;
  private final List<Plan.Part> made = new ArrayList<>();
  private final List<Plan.Sysctl> set = new ArrayList<>();
  private final List<HostNotice> notices = new ArrayList<>();

  /** What is done with a plan just before it is carried out; it may refuse it. */
  public interface Before {

    /**
     * Whether to go on.
     *
     * @param plan the plan
     * @param all what was made so far and the plan together, to be taken back
     */
    boolean goOn(Plan plan, Plan all) throws HostException;
  }

  /** Plans on tables; pure. */
  public interface Planner<E extends Exception> {

    /**
     * The plan on these tables.
     *
     * @param notices what a reader of the tables should know
     */
    Plan plan(List<Table> tables, List<HostNotice> notices) throws E;
  }

  /**
   * What was done.
   *
   * @param plan the last plan: what was made, or what was refused
   * @param made whether it was carried out, or nothing was to do
   * @param notices what did not go as well as it might
   */
  public record Result(Plan plan, boolean made, List<HostNotice> notices) {}

  /** On a backend and its host. */
  public Applier(Backend backend, Kernel kernel, Before before) {
    this.backend = backend;
    this.kernel = kernel;
    this.before = before;
  }

  /**
   * Reads, plans, makes and compares, a few times where somebody else changes the tables meanwhile.
   *
   * @param families which families
   * @param planner plans on tables
   * @throws HostException when it could not be made; then nothing is changed, unless the message
   *     says so
   */
  public <E extends Exception> Result apply(List<Family> families, Planner<E> planner)
      throws HostException, E {
    Optional<Plan> first = Optional.empty();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<Table> tables = new ArrayList<>();
      List<HostNotice> read = new ArrayList<>();
      for (Family family : families) {
        Backend.Reading reading = backend.read(family);
        tables.add(reading.table());
        read.addAll(reading.notices());
      }
      Plan plan = planner.plan(tables, List.copyOf(read));
      if (!plan.hasChanges()) {
        return done(first.orElse(plan));
      }
      if (!goesOn(plan)) {
        takeBack();
        return new Result(plan, false, List.copyOf(notices));
      }
      first = Optional.of(first.orElse(plan));
      if (make(plan)) {
        setSysctls(plan);
        if (confirmed(plan, tables, planner)) {
          return done(first.get());
        }
      }
    }
    Optional<HostFault> stands = Optional.empty();
    boolean some = !made.isEmpty();
    try {
      takeBack();
    } catch (HostException e) {
      stands = Optional.of(e.fault());
    }
    throw new HostException(
        HostException.Kind.FAILED, new HostFault.Overtaken(ATTEMPTS, some, stands));
  }

  /**
   * Takes back what was made, where it was.
   *
   * @throws HostException when that could not be done
   */
  public void undo() throws HostException {
    takeBack();
  }

  private boolean goesOn(Plan plan) throws HostException {
    try {
      return before.goOn(plan, withMade(plan));
    } catch (HostException e) {
      takeBack();
      throw e;
    }
  }

  private Plan withMade(Plan plan) {
    List<Plan.Part> parts = new ArrayList<>(made);
    parts.addAll(plan.families());
    List<Plan.Sysctl> sysctls = new ArrayList<>(set);
    sysctls.addAll(plan.sysctls());
    return new Plan(
        List.copyOf(parts), List.copyOf(sysctls), plan.conntrack(), List.of(), List.of());
  }

  private Result done(Plan plan) {
    if (!made.isEmpty() && !plan.conntrack().isEmpty()) {
      try {
        kernel.forgetFlows(plan.conntrack());
      } catch (HostException e) {
        notices.add(new HostNotice.FlowsKept(e));
      }
    }
    return new Result(plan, true, List.copyOf(notices));
  }

  /** Whether all families were made; not, where somebody else changed one meanwhile. */
  private boolean make(Plan plan) throws HostException {
    for (Plan.Part part : plan.families()) {
      if (part.changes().isEmpty()) {
        continue;
      }
      try {
        backend.apply(part);
        made.add(part);
      } catch (HostException e) {
        boolean meanwhile =
            e.kind() == HostException.Kind.FAILED
                && !sameRules(backend.table(part.before().family()), part.before());
        if (meanwhile) {
          return false;
        }
        takeBack();
        throw e;
      }
    }
    return true;
  }

  private void setSysctls(Plan plan) throws HostException {
    for (Plan.Sysctl sysctl : plan.sysctls()) {
      if (sysctl.networkInterface().isEmpty()) {
        continue;
      }
      try {
        kernel.setRouteLocalnet(sysctl.networkInterface().get(), "1");
        set.add(sysctl);
      } catch (HostException e) {
        takeBack();
        throw e;
      }
    }
  }

  /** Whether it reads back as planned; where that cannot be told, all is taken back. */
  private <E extends Exception> boolean confirmed(Plan plan, List<Table> tables, Planner<E> planner)
      throws HostException, E {
    boolean told = false;
    try {
      boolean there = isThere(plan, tables, planner);
      told = true;
      return there;
    } finally {
      if (!told) {
        takeBack();
      }
    }
  }

  private <E extends Exception> boolean isThere(Plan plan, List<Table> tables, Planner<E> planner)
      throws HostException, E {
    List<Table> now = new ArrayList<>();
    for (int i = 0; i < tables.size(); i++) {
      boolean changed = !plan.families().get(i).changes().isEmpty();
      now.add(changed ? backend.table(tables.get(i).family()) : tables.get(i));
    }
    return onlyRespelled(planner.plan(now, List.of()).changes());
  }

  /** A match that is not modelled comes back in the kernel's spelling: no difference. */
  private static boolean onlyRespelled(List<Change> changes) {
    List<Rule> gone = new ArrayList<>();
    List<Rule> come = new ArrayList<>();
    for (Change change : changes) {
      if (change.rule().isEmpty()) {
        return false;
      }
      (change instanceof Change.DeleteRule ? gone : come).add(change.rule().get());
    }
    if (gone.size() != come.size()) {
      return false;
    }
    for (int i = 0; i < gone.size(); i++) {
      if (!gone.get(i).equalsButForUnmodelled(come.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Counters apart, which go on counting. */
  private static boolean sameRules(Table a, Table b) {
    return texts(a).equals(texts(b));
  }

  private static Map<String, List<Octets>> texts(Table table) {
    Map<String, List<Octets>> texts = new HashMap<>();
    table
        .chains()
        .forEach(
            (name, chain) -> texts.put(name, chain.rows().stream().map(RuleEntry::text).toList()));
    return texts;
  }

  /** Undoes what was made so far, the last first. */
  private void takeBack() throws HostException {
    for (int i = made.size() - 1; i >= 0; i--) {
      Plan.Part part = made.get(i);
      try {
        backend.apply(part.inverse());
      } catch (HostException e) {
        throw new HostException(
            e.kind(), new HostFault.NotTakenBack(part.before().family(), e.fault()));
      }
    }
    made.clear();
    for (Plan.Sysctl sysctl : set) {
      kernel.setRouteLocalnet(sysctl.networkInterface().orElseThrow(), sysctl.from().orElse("0"));
    }
    set.clear();
  }
}
