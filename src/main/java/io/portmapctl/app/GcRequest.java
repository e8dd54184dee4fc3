package io.portmapctl.app;

import io.portmapctl.check.Orphans;
import io.portmapctl.check.Owners;
import io.portmapctl.cni.Identity;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The sweep of what no living attachment owns.
 *
 * @param owners the living
 * @param networks which networks are swept
 * @param sources for each family, where its table comes from
 * @param removal the command that removes a chain by its name
 */
public record GcRequest(
    Owners owners,
    Predicate<String> networks,
    List<String> sources,
    Function<String, String> removal)
    implements PlanRequest {

  @Override
  public Report on(List<Table> tables, List<String> given) {
    Orphans garbage = Orphans.of(new PortmapState(tables), owners, networks);
    List<Request> requests = new ArrayList<>();
    List<Report.Subject> subjects = new ArrayList<>();
    for (Identity orphan : garbage.orphans()) {
      requests.add(new Request.Withdraw(orphan));
      subjects.add(new Report.Subject(orphan, "", Optional.empty()));
    }
    Plan plan = Plans.of(tables, requests);
    List<String> warnings = new ArrayList<>(given);
    for (String chain : garbage.unclaimed()) {
      warnings.add(
          "chain "
              + chain
              + ": nobody's entry tells whose it was; "
              + removal.apply(chain)
              + " removes it");
    }
    warnings.addAll(plan.warnings());
    return new Report("gc", List.copyOf(subjects), sources, plan, List.copyOf(warnings), List.of());
  }
}
