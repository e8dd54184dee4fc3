package io.portmapctl.host;

import io.portmapctl.fault.HostFault;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Reversal;
import io.portmapctl.ruleset.Rule;
import io.portmapctl.ruleset.Table;
import io.portmapctl.text.Octets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Carries plans out: one transaction a family, read back and compared. What somebody else changes
 * in between is planned on anew; what fails takes the other family and the sysctls back.
 */
public final class Applier {
  private static final int ATTEMPTS = 5;

  /** Beyond it a shell's exit status is that of a program killed by a signal. */
  private static final int KILLED = 128;

  private static final int PAUSE_MILLIS = 100;

  /** A program that did not run and was not waited for. */
  private static final long AT_ONCE_NANOS = 2_000_000_000L;

  /** What {@code route_localnet} is set to. */
  private static final String ON = "1";

  private final Backend backend;
  private final Kernel kernel;
  private final Before before;
  private final List<Plan.Part> made = new ArrayList<>();
  private final List<Plan.Sysctl> set = new ArrayList<>();

  /** What was made and could not be taken back, the last first. */
  private final List<Plan.Part> left = new ArrayList<>();

  private final List<HostNotice> notices = new ArrayList<>();

  /** The chains of each family that were there at first, and those that were made. */
  private final Map<Family, Set<String>> known = new EnumMap<>(Family.class);

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
    try {
      return attempts(families, planner);
    } catch (HostException e) {
      List<HostFault> stands = takeBack();
      throw stands.isEmpty() ? e : new HostException(e.kind(), standing(e.fault(), stands));
    } catch (Exception | Error e) {
      List<HostFault> stands = takeBack();
      if (!stands.isEmpty()) {
        e.addSuppressed(new HostException(HostException.Kind.FAILED, several(stands)));
      }
      throw e;
    }
  }

  private <E extends Exception> Result attempts(List<Family> families, Planner<E> planner)
      throws HostException, E {
    Optional<Plan> first = Optional.empty();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<Table> tables = new ArrayList<>();
      List<HostNotice> read = new ArrayList<>();
      for (Backend.Reading reading : backend.read(families)) {
        tables.add(reading.table());
        read.addAll(reading.notices());
        if (attempt == 0) {
          known(reading.table().family()).addAll(reading.table().chains().keySet());
        }
      }
      Plan plan = planner.plan(tables, List.copyOf(read));
      if (!plan.hasChanges()) {
        return done(first.orElse(plan));
      }
      if (!before.goOn(plan, withMade(plan))) {
        return refused(plan);
      }
      first = Optional.of(first.orElse(plan));
      if (make(plan)) {
        setSysctls(plan);
        if (isThere(plan, tables, planner)) {
          return done(first.get());
        }
      }
    }
    boolean some = !made.isEmpty();
    List<HostFault> stands = takeBack();
    boolean back = some && stands.stream().noneMatch(HostFault::isNotTakenBack);
    HostFault why = new HostFault.Overtaken(ATTEMPTS, back);
    throw new HostException(
        HostException.Kind.FAILED, stands.isEmpty() ? why : standing(why, stands));
  }

  private Result refused(Plan plan) throws HostException {
    notices.addAll(undo());
    return new Result(plan, false, List.copyOf(notices));
  }

  /**
   * Takes back what was made, where it was and nobody else needs it by now; rules that could not be
   * are tried once more, since another program may have been in the way.
   *
   * @return what stays, since others need it
   * @throws HostException when something could not be taken back
   */
  public List<HostNotice> undo() throws HostException {
    left.clear();
    List<HostFault> stands = takeBack();
    if (!left.isEmpty()) {
      left.forEach(part -> made.add(0, part));
      stands.removeIf(fault -> fault instanceof HostFault.NotTakenBack);
      stands.addAll(takeBack());
    }
    if (stands.stream().anyMatch(HostFault::isNotTakenBack)) {
      throw new HostException(HostException.Kind.FAILED, several(stands));
    }
    List<HostNotice> stay = new ArrayList<>();
    stands.forEach(fault -> stay.add(new HostNotice.Stays(fault)));
    return stay;
  }

  private static HostFault standing(HostFault why, List<HostFault> stands) {
    return new HostFault.Standing(why, List.copyOf(stands));
  }

  private static HostFault several(List<HostFault> faults) {
    return faults.size() == 1
        ? faults.get(0)
        : standing(faults.get(0), faults.subList(1, faults.size()));
  }

  /** The chains that are no newcomers' when a change is taken back. */
  private Set<String> known(Family family) {
    return known.computeIfAbsent(family, f -> new HashSet<>());
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
      List<Plan.Part> transactions = new ArrayList<>();
      try {
        backend.apply(part, transactions::add);
        made(transactions);
        if (transactions.size() > 1) {
          notices.add(
              new HostNotice.SeveralTransactions(part.before().family(), transactions.size()));
        }
      } catch (HostException e) {
        made(transactions);
        if (e.kind() != HostException.Kind.FAILED) {
          throw e; // it was not even tried
        }
        Table left = transactions.isEmpty() ? part.before() : last(transactions).after();
        Table now = left(part, transactions, e);
        if (Reversal.sameTexts(now, left)) {
          throw e;
        }
        if (transactions.isEmpty() && Reversal.isIn(part, now)) {
          made(List.of(part)); // it was made, whatever its program said
        }
        return false;
      }
    }
    return true;
  }

  /** The table after a failure; where it cannot be read, it is not known what was made. */
  private Table left(Plan.Part part, List<Plan.Part> transactions, HostException failure)
      throws HostException {
    Family family = part.before().family();
    try {
      return backend.table(family);
    } catch (HostException e) {
      if (transactions.isEmpty()) {
        made(List.of(part));
      }
      throw new HostException(
          failure.kind(),
          standing(failure.fault(), List.of(new HostFault.NotKnown(family, e.fault()))));
    }
  }

  private static Plan.Part last(List<Plan.Part> parts) {
    return parts.get(parts.size() - 1);
  }

  private void made(List<Plan.Part> transactions) {
    for (Plan.Part part : transactions) {
      made.add(part);
      Set<String> chains = known(part.before().family());
      for (Change change : part.changes()) {
        if (change instanceof Change.CreateChain) {
          chains.add(change.chain());
        }
      }
    }
  }

  private void setSysctls(Plan plan) throws HostException {
    for (Plan.Sysctl sysctl : plan.sysctls()) {
      if (sysctl.networkInterface().isPresent()) {
        set.add(sysctl); // even a write that fails may have been heard
        kernel.setRouteLocalnet(sysctl.networkInterface().get(), ON);
      }
    }
  }

  private <E extends Exception> boolean isThere(Plan plan, List<Table> tables, Planner<E> planner)
      throws HostException, E {
    List<Table> expected = new ArrayList<>();
    for (Plan.Part part : plan.families()) {
      if (!part.changes().isEmpty()) {
        expected.add(part.after());
      }
    }
    List<Optional<Table>> others = backend.tablesUnless(expected);
    boolean asPlanned = true;
    for (Optional<Table> other : others) {
      asPlanned &= other.isEmpty();
    }
    if (asPlanned) {
      return true;
    }
    List<Table> now = new ArrayList<>();
    int read = 0;
    for (int i = 0; i < tables.size(); i++) {
      Plan.Part part = plan.families().get(i);
      now.add(part.changes().isEmpty() ? tables.get(i) : others.get(read++).orElse(part.after()));
    }
    if (!onlyRespelled(planner.plan(now, List.of()).changes())) {
      return false;
    }
    for (int i = 0; i < tables.size(); i++) {
      List<Octets> gone = Reversal.gone(plan.families().get(i), now.get(i));
      if (!gone.isEmpty()) {
        notices.add(new HostNotice.GoneMeanwhile(now.get(i).family(), gone));
      }
    }
    return true;
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

  /** Takes back what was made so far, the last first; what stands then, and why. */
  private List<HostFault> takeBack() {
    List<HostFault> stands = new ArrayList<>();
    Set<IpAddress> needed = new HashSet<>();
    for (int i = made.size() - 1; i >= 0; i--) {
      takeBack(made.get(i), stands, needed);
    }
    made.clear();
    for (int i = set.size() - 1; i >= 0; i--) {
      takeBack(set.get(i), stands, needed);
    }
    set.clear();
    return stands;
  }

  /**
   * A terminal that is closed hangs up on all that it runs, more than once: a program killed so, or
   * before it had begun, is called again.
   */
  private void takeBack(Plan.Part part, List<HostFault> stands, Set<IpAddress> needed) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      long start = System.nanoTime();
      try {
        takeBackOnce(part, stands, needed);
        return;
      } catch (HostException e) {
        boolean atOnce = System.nanoTime() - start < AT_ONCE_NANOS;
        if (attempt == ATTEMPTS || !isKilled(e.fault(), atOnce) || !paused()) {
          stands.add(new HostFault.NotTakenBack(part.before().family(), e.fault()));
          left.add(part);
          return;
        }
      }
    }
  }

  private static boolean isKilled(HostFault fault, boolean atOnce) {
    HostFault why = fault instanceof HostFault.NotRead unread ? unread.why() : fault;
    return why instanceof HostFault.Program program
        && (program.exit() > KILLED || atOnce && program.ending() == HostFault.Ending.NOT_RUN);
  }

  /** Whether the time has passed in which what hangs up does so again. */
  private static boolean paused() {
    try {
      Thread.sleep(PAUSE_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void takeBackOnce(Plan.Part part, List<HostFault> stands, Set<IpAddress> needed)
      throws HostException {
    Family family = part.before().family();
    Set<String> stays = new LinkedHashSet<>();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Table now = backend.table(family);
      Reversal reversal = Reversal.of(part, now, known(family));
      needed.addAll(reversal.needed());
      stays.clear();
      stays.addAll(reversal.stays());
      try {
        if (!reversal.part().changes().isEmpty()) {
          backend.apply(reversal.part());
        }
        if (!stays.isEmpty()) {
          stands.add(new HostFault.StillUsed(family, List.copyOf(stays)));
        }
        return;
      } catch (HostException e) {
        if (e.kind() != HostException.Kind.FAILED
            || Reversal.sameTexts(backend.table(family), now)) {
          throw e;
        }
      }
    }
    throw new HostException(HostException.Kind.FAILED, new HostFault.Overtaken(ATTEMPTS, false));
  }

  private void takeBack(Plan.Sysctl sysctl, List<HostFault> stands, Set<IpAddress> needed) {
    String name = sysctl.networkInterface().orElseThrow();
    try {
      if (!kernel.routeLocalnet(name).equals(Optional.of(ON))) {
        return; // it was not set, or somebody else has changed it since
      }
      for (IpAddress container : needed) {
        if (container.family() == Family.IPV4
            && kernel.interfaceTowards(container).equals(Optional.of(name))) {
          stands.add(new HostFault.SettingStays(name, Optional.empty()));
          return;
        }
      }
      kernel.setRouteLocalnet(name, sysctl.from().orElse("0"));
    } catch (HostException e) {
      stands.add(new HostFault.SettingStays(name, Optional.of(e.fault())));
    }
  }
}
