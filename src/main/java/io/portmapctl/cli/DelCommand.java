package io.portmapctl.cli;

import io.portmapctl.app.Failure;
import io.portmapctl.app.KeptFolder;
import io.portmapctl.app.LiveHost;
import io.portmapctl.app.RemoveRequest;
import io.portmapctl.app.Report;
import io.portmapctl.app.Rulesets;
import io.portmapctl.app.Sources;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.DocumentNotice;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Identity;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.ContainerChains;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl del}: plans the removal of mappings. */
final class DelCommand implements PlanningCommand {
  private static final Option<List<String>> CHAIN =
      Option.texts(
          "CHAIN",
          "Remove a CNI-DN or CNI-SN chain whose owner cannot be told any more; repeatable.",
          "--chain");

  private static final Option<Boolean> PRUNE =
      Option.flag("Remove the shared chains too, where nothing needs them any more.", "--prune");

  private static final Option.Choice<Format> OUTPUT =
      Option.choice(
          Format.REMOVALS,
          Format.DIFF,
          "What to print: the changes, only what they mean (brief), the plan as JSON, the input of"
              + " iptables-restore or the table as it will be (of one family), shell lines, or a"
              + " plan that apply carries out later (default: diff).",
          "-o",
          "--output");

  @Override
  public String name() {
    return "del";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Plans the removal of the attachments' port mappings and shows what would change.",
            "Only network name and container ID count, whatever else of add's options is given."
                + " Connections already open go on until they close.");
    IdentityOptions.declare(spec);
    MappingRequest.declareUnneeded(spec);
    CHAIN.declare(spec);
    PRUNE.declare(spec);
    RulesetOptions.declare(spec);
    OUTPUT.declare(spec);
    ApplyOptions.declare(spec);
    KeepOptions.declareUnneededKeep(spec);
    OutputOptions.declareOfPlans(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Format format = OUTPUT.of(given);
    OutputOptions output = OutputOptions.of(given);
    Outcome outcome = new Outcome(session, output);
    try {
      requireSubject(session, given);
      ApplyOptions applying = ApplyOptions.of(given);
      applying.requireInput(session, IdentityOptions.of(given).sources());
      Rulesets rulesets = RulesetOptions.of(session, given);
      LiveHost host =
          ChosenHost.of(given)
              .recordedFor(format)
              .open(session, rulesets.variant(), applying.waitSeconds(), false);
      Session asking = format == Format.PLAN ? PlanFile.withInput(session, given) : session;
      Planned planned = planned(asking, given, host, rulesets, outcome);
      return new Execution(
              asking, rulesets, applying, output, OUTPUT.given(given), host, planned.notices())
          .saving(format, () -> PlanFile.request(asking, given, name()))
          .run(planned.request(), planned.printed(), planned.inputErrors());
    } catch (Failure failure) {
      return outcome.failed(failure, format == Format.JSON);
    }
  }

  private static boolean isNamed(IdentityOptions identity) {
    return !identity.sources().isEmpty() || identity.network().isPresent();
  }

  private static void requireSubject(Session session, ParseResult given) throws Failure {
    IdentityOptions identity = IdentityOptions.of(given);
    boolean named = isNamed(identity);
    if (!named && CHAIN.of(given).isEmpty() && !PRUNE.of(given)) {
      throw Failure.usage("give a SOURCE, --net and --container-id, --chain, or --prune");
    }
    if (named && identity.sources().isEmpty() && !identity.hasContainerId(session)) {
      throw Failure.usage("--container-id is missing");
    }
    if (!named && identity.containerId().isPresent()) {
      throw Failure.usage("--net is missing");
    }
  }

  @Override
  public Planned planned(
      Session session, ParseResult given, LiveHost host, Rulesets rulesets, Outcome outcome)
      throws Failure {
    requireSubject(session, given);
    IdentityOptions identity = IdentityOptions.of(given);
    List<Request> requests = new ArrayList<>();
    List<Report.Subject> subjects = new ArrayList<>();
    List<DocumentNotice> notices = new ArrayList<>();
    boolean inputErrors = false;
    if (isNamed(identity)) {
      Documents documents =
          new Sources(
                  identity.sources(),
                  session.in(),
                  identity.overrides(session),
                  outcome.options().keepGoing())
              .read(host.documents(), Documents.Need.IDENTITY, outcome);
      inputErrors = !documents.errors().isEmpty();
      notices.addAll(documents.notices());
      for (Attachment attachment : documents.attachments()) {
        Identity who = attachment.identity();
        requests.add(new Request.Withdraw(who));
        subjects.add(new Report.Subject(who, attachment.ifName(), Optional.empty()));
      }
    }
    for (String chain : CHAIN.of(given)) {
      ContainerChains container =
          ContainerChains.with(chain)
              .orElseThrow(
                  () ->
                      Failure.usage(
                          "--chain: found "
                              + Portmapctl.shown(chain)
                              + ", expected CNI-DN- or CNI-SN- and 21 hexadecimal digits"));
      requests.add(new Request.WithdrawChain(container));
    }
    if (PRUNE.of(given)) {
      requests.add(new Request.Prune());
    }
    return new Planned(
        new RemoveRequest(
            List.copyOf(requests),
            List.copyOf(subjects),
            rulesets.sources(),
            rulesets.live()
                ? Optional.of(KeepOptions.of(given).on(host))
                : Optional.<KeptFolder>empty(),
            Optional.of(Nearest::to)),
        rulesets::onlyChanging,
        List.copyOf(notices),
        inputErrors);
  }
}
