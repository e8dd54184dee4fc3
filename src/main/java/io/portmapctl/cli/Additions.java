package io.portmapctl.cli;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.plan.Plans;
import io.portmapctl.plan.Request;
import io.portmapctl.ruleset.Table;
import io.portmapctl.view.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The attachments that shall be published.
 *
 * @param command the command that plans them
 * @param documents the attachments
 * @param wish how they were asked for
 * @param rulesets the tables that are looked at
 * @param keepGoing whether those that fit no layout are left out
 */
record Additions(
    String command,
    Documents documents,
    MappingRequest wish,
    RulesetOptions rulesets,
    boolean keepGoing)
    implements Planning {

  @Override
  public Report on(List<Table> tables, List<String> given) throws Failure {
    MappingRequest.Requests wanted = wish.on(tables, documents, rulesets);
    if (!wanted.leftOut().isEmpty() && (!keepGoing || wanted.requests().isEmpty())) {
      throw new Failure(ExitCode.INPUT, wanted.leftOut());
    }
    List<String> warnings = new ArrayList<>(given);
    warnings.addAll(wanted.warnings());
    Plan plan = Plans.of(tables, List.copyOf(wanted.requests()));
    warnings.addAll(plan.warnings());
    return new Report(
        command,
        subjects(wanted.requests()),
        rulesets.sources(),
        plan,
        List.copyOf(warnings),
        wanted.leftOut());
  }

  private static List<Report.Subject> subjects(List<Request.Publish> requests) {
    return requests.stream()
        .map(
            r ->
                new Report.Subject(
                    r.attachment().identity(), r.attachment().ifName(), Optional.of(r.choice())))
        .toList();
  }

  @Override
  public Family printed(Plan plan) throws Failure {
    return printed();
  }

  /** Whatever the plan: what a script gets must not depend on the host's state. */
  Family printed() throws Failure {
    if (rulesets.families() != RulesetOptions.Families.BOTH) {
      return rulesets.families().list().get(0);
    }
    List<Attachment> attachments = documents.attachments();
    boolean v4 = attachments.stream().anyMatch(a -> a.address(Family.IPV4).isPresent());
    boolean v6 = attachments.stream().anyMatch(a -> a.address(Family.IPV6).isPresent());
    if (v4 && v6) {
      throw new Failure(
          ExitCode.USAGE,
          "command line",
          "this output is of one family, and the attachments have both: give --family ipv4 or"
              + " --family ipv6");
    }
    return v6 ? Family.IPV6 : Family.IPV4;
  }
}
