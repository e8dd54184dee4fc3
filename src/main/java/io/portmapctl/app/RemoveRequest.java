package io.portmapctl.app;

import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * What shall be removed.
 *
 * @param requests what is asked of the planner
 * @param subjects whom it is about
 * @param sources for each family, where its table comes from
 */
public record RemoveRequest(
    List<Request> requests, List<Report.Subject> subjects, List<String> sources)
    implements PlanRequest {

  @Override
  public Report on(List<Table> tables, List<Notice> given) {
    Plan plan = Plans.of(tables, requests);
    List<Notice> notices = new ArrayList<>(given);
    notices.addAll(plan.notices());
    return new Report("del", subjects, sources, plan, List.copyOf(notices), List.of());
  }
}
