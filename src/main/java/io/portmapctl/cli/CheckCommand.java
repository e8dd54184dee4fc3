package io.portmapctl.cli;

import io.portmapctl.check.Audit;
import io.portmapctl.check.Finding;
import io.portmapctl.check.ForeignRules;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.explain.Localnet;
import io.portmapctl.host.HostException;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Ternary;
import io.portmapctl.view.CheckJson;
import io.portmapctl.view.CheckReport;
import io.portmapctl.view.CheckView;
import io.portmapctl.view.Report;
import io.portmapctl.view.Theme;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code portmapctl check}: whether mappings are exactly in a ruleset. */
final class CheckCommand implements Command {

  /** What can be printed. */
  private enum Style {
    DIFF,
    JSON
  }

  @Override
  public String name() {
    return "check";
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(
            "Checks that the attachments' port mappings are in the ruleset, exactly: every rule, "
                + "its order, and nothing before it that takes its packets. Exit 1 when not.")
        .footerHeading("Examples:%n")
        .footer(
            "  sudo portmapctl check /var/lib/cni/results",
            "  portmapctl check cache/ --ruleset v4.txt --ruleset6 v6.txt -o json");
    MappingRequest.declare(spec);
    RulesetOptions.declare(spec);
    spec.addOption(
        Options.choice(
            Style.values(),
            "What is missing and what is too much as a diff, or all as JSON (default: diff).",
            "-o",
            "--output"));
    ApplyOptions.declareHostInterface(spec);
    ApplyOptions.declareWait(spec);
    OutputOptions.declareKeepGoing(spec);
    OutputOptions.declare(spec);
    return spec;
  }

  @Override
  public int run(Session session, ParseResult given) {
    Run run =
        new Run(
            session,
            given,
            MappingRequest.of(given),
            RulesetOptions.of(given),
            Options.chosen(given, "--output", Style.values(), Style.DIFF),
            ApplyOptions.hostInterface(given),
            ApplyOptions.waitSeconds(given),
            OutputOptions.of(given));
    Outcome outcome = new Outcome(session, run.output);
    try {
      return run.check(outcome);
    } catch (Failure failure) {
      return outcome.failed(failure, run.style == Style.JSON);
    }
  }

  /** One call, with everything that was given. */
  private record Run(
      Session session,
      ParseResult given,
      MappingRequest wish,
      RulesetOptions rulesets,
      Style style,
      Optional<String> hostInterface,
      int waitSeconds,
      OutputOptions output) {

    private int check(Outcome outcome) throws Failure {
      Documents read = wish.read(session, outcome);
      Predicate<Attachment> gone = wish.dead(rulesets.anyLive());
      List<Attachment> dead = read.attachments().stream().filter(gone).toList();
      outcome.dead(dead);
      Documents documents = read.without(gone);
      List<String> warnings = new ArrayList<>(documents.warnings());
      LiveHost host = LiveHost.of(session, rulesets.variant(), waitSeconds, false, warnings);
      List<Table> tables = rulesets.read(host.backend(), warnings);
      MappingRequest.Requests wanted = wish.on(tables, documents, rulesets);
      boolean nothingLeft = wanted.requests().isEmpty() && dead.isEmpty();
      if (!wanted.leftOut().isEmpty() && (!output.keepGoing() || nothingLeft)) {
        throw new Failure(ExitCode.INPUT, wanted.leftOut());
      }
      warnings.addAll(wanted.warnings());
      Audit audit = Audit.of(tables, wanted.requests(), HostOptions.known(rulesets.live()));
      List<PublishedPort> ports = published(wanted, tables);
      Set<PublishedPort> shadowed = new HashSet<>(); // said already, and with the rule
      audit.findings().forEach(f -> f.shadows().forEach(s -> shadowed.add(s.port())));
      warnings.addAll(
          ForeignRules.of(tables, ports.stream().filter(p -> !shadowed.contains(p)).toList()));
      List<Finding> findings = new ArrayList<>();
      for (Finding finding : audit.findings()) {
        findings.add(onHost(finding, host, warnings));
      }
      warnings.addAll(LiveHost.listeners(host.kernel(), rulesets, ports));
      strangers(ports, warnings);
      LayoutChoice none =
          new LayoutChoice(wish.asked().orElse(Layouts.MARK), "its container is dead");
      dead.forEach(a -> findings.add(Finding.dead(a, none)));
      audit = audit.with(findings, warnings);
      outcome.errors(ExitCode.INPUT, wanted.leftOut(), false);
      show(audit);
      if (!documents.errors().isEmpty() || !wanted.leftOut().isEmpty()) {
        return ExitCode.INPUT.number();
      }
      return (audit.ok() ? ExitCode.OK : ExitCode.DIFFERENCES).number();
    }

    private static List<PublishedPort> published(
        MappingRequest.Requests wanted, List<Table> tables) {
      List<PublishedPort> ports = new ArrayList<>();
      for (Table table : tables) {
        wanted.requests().stream()
            .map(r -> r.attachment())
            .filter(a -> a.address(table.family()).isPresent())
            .flatMap(a -> a.mappings().stream())
            .filter(m -> m.appliesTo(table.family()))
            .forEach(m -> ports.add(PublishedPort.of(table.family(), m)));
      }
      return ports;
    }

    /** The settings that its rules need; off the live ruleset they are not known. */
    private Finding onHost(Finding finding, LiveHost host, List<String> warnings) throws Failure {
      Optional<IpAddress> container = finding.choice().layout().localnet(finding.attachment());
      if (!rulesets.live(Family.IPV4) || container.isEmpty()) {
        return finding;
      }
      // what is set for all interfaces holds for each
      if (LiveHost.localnet(host.kernel(), container.get(), hostInterface) == Localnet.SET) {
        return finding;
      }
      try {
        return finding.with(
            LiveHost.localnet(host.kernel(), container.get(), hostInterface, false, warnings)
                .stream()
                .toList());
      } catch (HostException e) {
        throw new Failure(ExitCode.HOST, "live host", e.text());
      }
    }

    /** Published addresses that no interface of this host has. */
    private void strangers(List<PublishedPort> ports, List<String> warnings) throws Failure {
      List<PublishedPort> named =
          ports.stream().filter(p -> rulesets.live(p.family()) && p.hostIp().isPresent()).toList();
      if (named.isEmpty()) {
        return;
      }
      try {
        HostAddresses host = HostOptions.live();
        named.stream()
            .filter(p -> host.isLocal(p.hostIp().get()) == Ternary.NO)
            .map(
                p ->
                    p
                        + ": no interface of this host has that address, so nobody reaches the"
                        + " mapping")
            .distinct()
            .forEach(warnings::add);
      } catch (HostException e) {
        throw new Failure(ExitCode.HOST, "live host", e.text());
      }
    }

    private void show(Audit audit) {
      List<Report.Subject> subjects =
          audit.findings().stream()
              .map(
                  f ->
                      new Report.Subject(
                          f.attachment().identity(),
                          f.attachment().ifName(),
                          Optional.of(f.choice())))
              .toList();
      Report report =
          new Report(
              "check", subjects, rulesets.sources(), audit.plan(), audit.warnings(), List.of());
      Repair mend = Repair.of(session, given, rulesets, audit);
      CheckReport check = new CheckReport(audit, report, mend.commands(), mend.advice());
      if (style == Style.JSON) {
        session.print(CheckJson.render(check));
      } else if (!output.quiet()) {
        session.print(
            CheckView.render(check, new Theme(output.color(session)), session.outIsTerminal()));
      }
    }
  }
}
