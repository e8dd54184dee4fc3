package io.portmapctl.app;

import io.portmapctl.check.Orphans;
import io.portmapctl.check.Owners;
import io.portmapctl.cni.Identity;
import io.portmapctl.notice.Notice;
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
 * @param owners the containers that live
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
  public Report on(List<Table> tables, List<Notice> given) {
    PortmapState state = new PortmapState(tables);
    Orphans garbage = Orphans.of(state, owners, networks);
    List<Request> requests = new ArrayList<>();
    List<Report.Subject> subjects = new ArrayList<>();
    for (Identity orphan : garbage.orphans()) {
      requests.add(new Request.Withdraw(orphan));
      subjects.add(new Report.Subject(orphan, "", Optional.empty()));
    }
    Plan plan = Plans.of(tables, requests);
    List<Notice> notices = new ArrayList<>(given);
    if (!garbage.elsewhere().isEmpty()) {
      notices.add(
          new AppNotice.OrphansElsewhere(
              garbage.elsewhere().size(), List.copyOf(garbage.otherNetworks())));
    }
    BridgeChains.left(state, owners).ifPresent(notices::add);
    for (String chain : garbage.unclaimed()) {
      notices.add(new AppNotice.Unclaimed(chain, removal.apply(chain)));
    }
    notices.addAll(plan.notices());
    return new Report("gc", List.copyOf(subjects), sources, plan, List.copyOf(notices), List.of());
  }
}
