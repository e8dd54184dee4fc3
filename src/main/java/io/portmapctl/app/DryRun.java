package io.portmapctl.app;

import io.portmapctl.fault.HostFault;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Family;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans, on the rulesets as they are, and tries plans where nothing can break. */
public final class DryRun {
  private final LiveHost host;
  private final Rulesets rulesets;
  private final Optional<String> hostInterface;
  private final List<Notice> given;
  private final boolean asking;

  /** The same without asking what only warnings need. */
  public DryRun(
      LiveHost host,
      Rulesets rulesets,
      Optional<String> hostInterface,
      List<? extends Notice> given) {
    this(host, rulesets, hostInterface, given, false);
  }

  /**
   * On these rulesets.
   *
   * @param hostInterface the interface for route_localnet, where it is not to be looked up
   * @param given what the inputs have warned of
   * @param asking whether programs are asked that only warnings need
   */
  public DryRun(
      LiveHost host,
      Rulesets rulesets,
      Optional<String> hostInterface,
      List<? extends Notice> given,
      boolean asking) {
    this.asking = asking;
    this.host = host;
    this.rulesets = rulesets;
    this.hostInterface = hostInterface;
    this.given = List.copyOf(given);
  }

  /**
   * Reads the tables and plans on them.
   *
   * @throws Failure where they cannot be read, or what is wanted does not fit them
   */
  public Report plan(PlanRequest request) throws Failure {
    Rulesets.Tables read = rulesets.read(host.backend());
    return plan(request, read.tables(), read.notices());
  }

  /**
   * The same on tables that were read.
   *
   * @param read what reading them has warned of
   */
  Report plan(PlanRequest request, List<Table> tables, List<? extends Notice> read) throws Failure {
    List<Notice> known = new ArrayList<>(given);
    known.addAll(read);
    Report report = request.on(tables, List.copyOf(known));
    rulesets.requireShown(report.plan());
    for (Plan.Part part : report.plan().families()) {
      Family family = part.before().family();
      if (rulesets.live(family) && !part.changes().isEmpty() && !host.backend().has(family)) {
        throw new Failure(Failure.Kind.HOST, "live ruleset", new HostFault.NoFamily(family, true));
      }
    }
    List<Plan.Sysctl> resolved = new ArrayList<>();
    List<Notice> more =
        new ArrayList<>(LiveHost.listeners(host.kernel(), rulesets, report.plan().captured()));
    more.addAll(
        (asking
                ? OtherTables.translating(
                    host, rulesets, report.plan().captured(), new NftTables(host.host()))
                : OtherTables.translating(host, rulesets, report.plan().captured()))
            .notices());
    more.addAll(LiveHost.notOfHost(host, rulesets, report.plan().captured()));
    try {
      for (Plan.Sysctl sysctl : report.plan().sysctls()) {
        resolve(sysctl, more).ifPresent(resolved::add);
      }
    } catch (HostException e) {
      throw new Failure(Failure.Kind.HOST, "live host", e.fault());
    }
    return report.with(report.plan().with(resolved), more);
  }

  /** Which interface, and its present value; off the live ruleset nothing of the host is asked. */
  private Optional<Plan.Sysctl> resolve(Plan.Sysctl sysctl, List<Notice> more)
      throws HostException {
    if (!rulesets.live(Family.IPV4)) {
      return Optional.of(new Plan.Sysctl(sysctl.container(), hostInterface, Optional.empty(), true))
          .filter(s -> sysctl.withRules());
    }
    return LiveHost.localnet(
        host.kernel(),
        sysctl.container(),
        hostInterface,
        sysctl.withRules(),
        sysctl.withRules() ? more : new ArrayList<>());
  }

  /**
   * Tries a plan in a throw-away network namespace.
   *
   * @return the families whose changes the kernel took and gave back as predicted
   * @throws Failure where it did not, or that cannot be tried
   */
  public List<Family> rehearse(Plan plan) throws Failure {
    try {
      return rehearsed(plan);
    } catch (HostException e) {
      throw new Failure(Failure.Kind.HOST, "rehearsal", e.fault());
    }
  }

  List<Family> rehearsed(Plan plan) throws HostException {
    List<Family> families = new ArrayList<>();
    for (Plan.Part part : plan.families()) {
      if (!part.changes().isEmpty()) {
        host.rehearsal().of(part);
        families.add(part.before().family());
      }
    }
    return List.copyOf(families);
  }
}
