package io.portmapctl.app;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.notice.Notice;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.Layout;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Attachments that shall be published.
 *
 * @param command the command that plans them
 * @param desired the attachments
 * @param sources for each family, where its table comes from
 * @param keepGoing whether those that fit no layout are left out
 * @param keeper what of each is kept
 */
public record AddRequest(
    String command, DesiredMappings desired, List<String> sources, boolean keepGoing, Keeper keeper)
    implements PlanRequest {

  /** Of which nothing is kept. */
  public AddRequest(
      String command, DesiredMappings desired, List<String> sources, boolean keepGoing) {
    this(command, desired, sources, keepGoing, (attachment, layout) -> Optional.empty());
  }

  /** Tells what is kept of attachments. */
  public interface Keeper {
    /**
     * The document that is to be kept; empty where none is, or it is kept already.
     *
     * @param layout the one in which it is published
     * @throws Failure where it cannot be kept
     */
    Optional<KeptDocument> document(Attachment attachment, Layout layout) throws Failure;
  }

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
    return new Report(
        command,
        subjects,
        sources,
        plan,
        List.copyOf(notices),
        wanted.leftOut(),
        kept(wanted.requests()));
  }

  /** The attachments as they were given: in a plan their conditions have the words of its rules. */
  private List<KeptDocument> kept(List<Request.Publish> requests) throws Failure {
    Map<Identity, Layout> layouts = new HashMap<>();
    requests.forEach(r -> layouts.put(r.attachment().identity(), r.choice().layout()));
    List<KeptDocument> kept = new ArrayList<>();
    for (Attachment attachment : desired.documents().attachments()) {
      Layout layout = layouts.get(attachment.identity());
      if (layout != null) {
        keeper.document(attachment, layout).ifPresent(kept::add);
      }
    }
    return List.copyOf(kept);
  }
}
