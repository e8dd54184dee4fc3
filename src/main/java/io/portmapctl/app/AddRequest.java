package io.portmapctl.app;

import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attachments that shall be published.
 *
 * @param command the command that plans them
 * @param desired the attachments
 * @param sources for each family, where its table comes from
 * @param keepGoing whether those that fit no layout are left out
 */
public record AddRequest(
    String command, DesiredMappings desired, List<String> sources, boolean keepGoing)
    implements PlanRequest {

  @Override
  public Report on(List<Table> tables, List<Notice> given) throws Failure {
    DesiredMappings.Requests wanted = desired.on(tables);
    if (!wanted.leftOut().isEmpty() && (!keepGoing || wanted.requests().isEmpty())) {
      throw new Failure(Failure.Kind.INPUT, wanted.leftOut());
    }
    List<Notice> notices = new ArrayList<>(given);
    notices.addAll(wanted.notices());
    Plan plan = Plans.of(tables, List.copyOf(wanted.requests()));
    notices.addAll(plan.notices());
    List<Report.Subject> subjects =
        wanted.requests().stream()
            .map(
                r ->
                    new Report.Subject(
                        r.attachment().identity(),
                        r.attachment().ifName(),
                        Optional.of(r.choice())))
            .toList();
    return new Report(command, subjects, sources, plan, List.copyOf(notices), wanted.leftOut());
  }
}
