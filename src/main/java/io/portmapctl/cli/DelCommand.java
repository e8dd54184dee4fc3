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
final class DelCommand implements Command {
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
              + " iptables-restore or the table as it will be (of one family), or shell lines"
              + " (default: diff).",
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
      return plan(session, given, output, outcome);
    } catch (Failure failure) {
      return outcome.failed(failure, format == Format.JSON);
    }
  }

  private static int plan(Session session, ParseResult given, OutputOptions output, Outcome outcome)
      throws Failure {
    IdentityOptions identity = IdentityOptions.of(given);
    List<String> chains = CHAIN.of(given);
    boolean prune = PRUNE.of(given);
    ApplyOptions applying = ApplyOptions.of(given);
    boolean named = !identity.sources().isEmpty() || identity.network().isPresent();
    if (!named && chains.isEmpty() && !prune) {
      throw Failure.usage("give a SOURCE, --net and --container-id, --chain, or --prune");
    }
    if (named && identity.sources().isEmpty() && !identity.hasContainerId(session)) {
      throw Failure.usage("--container-id is missing");
    }
    if (!named && identity.containerId().isPresent()) {
      throw Failure.usage("--net is missing");
    }
    applying.requireInput(session, identity.sources());
    List<Request> requests = new ArrayList<>();
    List<Report.Subject> subjects = new ArrayList<>();
    Rulesets rulesets = RulesetOptions.of(session, given);
    List<DocumentNotice> notices = new ArrayList<>();
    LiveHost host =
        ChosenHost.of(given).open(session, rulesets.variant(), applying.waitSeconds(), false);
    boolean inputErrors = false;
    if (named) {
      Documents documents =
          new Sources(
                  identity.sources(), session.in(), identity.overrides(session), output.keepGoing())
              .read(host.documents(), Documents.Need.IDENTITY, outcome);
      inputErrors = !documents.errors().isEmpty();
      notices.addAll(documents.notices());
      for (Attachment attachment : documents.attachments()) {
        Identity who = attachment.identity();
        requests.add(new Request.Withdraw(who));
        subjects.add(new Report.Subject(who, attachment.ifName(), Optional.empty()));
      }
    }
    for (String chain : chains) {
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
    if (prune) {
      requests.add(new Request.Prune());
    }
    return new Execution(session, rulesets, applying, output, OUTPUT.given(given), host, notices)
        .run(
            new RemoveRequest(
                List.copyOf(requests),
                List.copyOf(subjects),
                rulesets.sources(),
                rulesets.live()
                    ? Optional.of(KeepOptions.of(given).on(host))
                    : Optional.<KeptFolder>empty(),
                Optional.of(Nearest::to)),
            rulesets::onlyChanging,
            inputErrors);
  }
}
