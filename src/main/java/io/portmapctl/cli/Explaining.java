package io.portmapctl.cli;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Identity;
import io.portmapctl.explain.Explainer;
import io.portmapctl.explain.PacketReport;
import io.portmapctl.explain.PortReach;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Tracer;
import io.portmapctl.view.DotView;
import io.portmapctl.view.ExplanationJson;
import io.portmapctl.view.ExplanationView;
import io.portmapctl.view.ReachJson;
import io.portmapctl.view.ReachView;
import io.portmapctl.view.Report;
import io.portmapctl.view.Theme;
import io.portmapctl.view.TraceJson;
import io.portmapctl.view.TraceView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One call of explain, with everything that was given.
 *
 * @param session what surrounds it
 * @param wish what shall be planned first, if anything
 * @param packet the packet to follow
 * @param port the port to look at
 * @param all the rulesets
 * @param hostOptions the host's addresses
 * @param style what is printed
 * @param hostInterface the interface for route_localnet, where it is not to be looked up
 * @param waitSeconds how long to wait for locks
 * @param output how it is shown
 */
record Explaining(
    Session session,
    MappingRequest wish,
    Optional<PacketText> packet,
    Optional<PortText> port,
    RulesetOptions all,
    HostOptions hostOptions,
    ExplainCommand.Style style,
    Optional<String> hostInterface,
    int waitSeconds,
    OutputOptions output) {

  int run(Outcome outcome) throws Failure {
    Optional<Family> family =
        packet
            .map(p -> p.packet().family())
            .or(() -> port.flatMap(PortText::host).map(IpAddress::family));
    RulesetOptions rulesets = family.isPresent() ? all.only(family.get()) : all;
    Documents documents = wish.isGiven() ? documents(outcome, rulesets) : Documents.NONE;
    HostAddresses host = hostOptions.host(rulesets.anyLive());
    requirePossible(host);
    List<String> warnings = new ArrayList<>(documents.warnings());
    LiveHost live = LiveHost.of(session, rulesets.variant(), waitSeconds, false, warnings);
    List<Table> tables = rulesets.read(live.backend(), warnings);
    if (family.isPresent() && !rulesets.named(family.get())) {
      warnings.add("no IPv6 ruleset is given (--ruleset6): an empty one is taken");
    }
    if (packet.isPresent()) {
      warnings.addAll(packet.get().strangers(host));
    }
    Report report =
        wish.isGiven()
            ? new Additions("explain", documents, wish, rulesets, output.keepGoing())
                .on(tables, warnings)
            : unplanned(tables, rulesets, warnings);
    HostFacts facts = new HostFacts(live, rulesets, hostInterface);
    report = facts.on(report);
    Plan plan = report.plan();
    Explainer explainer =
        new Explainer(
            published(documents, report),
            host,
            facts.settings(plan),
            wish.isGiven() && plan.hasChanges());
    show(rulesets, report, explainer);
    if (style != ExplainCommand.Style.JSON) {
      outcome.aside(report);
    }
    outcome.errors(ExitCode.INPUT, report.leftOut(), false);
    boolean left = !documents.errors().isEmpty() || !report.leftOut().isEmpty();
    return (left ? ExitCode.INPUT : ExitCode.OK).number();
  }

  private Documents documents(Outcome outcome, RulesetOptions rulesets) throws Failure {
    Documents read = wish.read(session, outcome);
    Predicate<Attachment> dead = wish.dead(rulesets.anyLive());
    outcome.dead(read.attachments().stream().filter(dead).toList());
    return read.without(dead);
  }

  /** The rulesets as they are. */
  private static Report unplanned(
      List<Table> tables, RulesetOptions rulesets, List<String> warnings) {
    List<Plan.Part> parts = tables.stream().map(t -> new Plan.Part(t, t, List.of())).toList();
    Plan plan = new Plan(parts, List.of(), List.of(), List.of(), List.of());
    return new Report("explain", List.of(), rulesets.sources(), plan, warnings, List.of());
  }

  /** What this host sends comes in through no interface. */
  private void requirePossible(HostAddresses host) throws Failure {
    Optional<Packet> start = packet.map(PacketText::packet);
    if (start.isPresent() && start.get().in().known() && Tracer.startsHere(start.get(), host)) {
      throw new Failure(
          ExitCode.USAGE,
          "command line",
          "--packet: its source is an address of the host, so it starts there and comes in through"
              + " no interface: leave out 'in "
              + start.get().in().name().orElse("")
              + "'");
    }
  }

  /** The attachments that the plan is about. */
  private static List<Attachment> published(Documents documents, Report report) {
    Set<Identity> planned = new HashSet<>();
    report.subjects().forEach(s -> planned.add(s.identity()));
    return documents.attachments().stream().filter(a -> planned.contains(a.identity())).toList();
  }

  private void show(RulesetOptions rulesets, Report report, Explainer explainer) {
    List<Table> tables = report.plan().families().stream().map(Plan.Part::after).toList();
    List<String> warnings = output.quiet() ? List.of() : report.warnings();
    Theme theme = new Theme(output.color(session));
    if (packet.isPresent()) {
      PacketReport traced =
          PacketReport.of(tables.get(0), explainer, packet.get().packet(), packet.get().marked());
      session.print(
          switch (style) {
            case TEXT -> TraceView.render(traced, theme, output.verbose());
            case JSON -> TraceJson.render(traced, warnings);
            case DOT -> graph(report, tables, traced.places(), traced.trace().packet().toString());
          });
    } else if (port.isPresent()) {
      List<PortReach> ports = ports(rulesets, tables, explainer);
      session.print(
          switch (style) {
            case TEXT -> ReachView.render(ports, explainer.assumptions(ports), theme);
            case JSON -> ReachJson.render(ports, explainer.assumptions(ports), warnings);
            case DOT ->
                graph(report, tables, places(ports), "connections to port " + port.get().port());
          });
    } else {
      session.print(
          switch (style) {
            case TEXT -> ExplanationView.render(report, explainer.explain(report.plan()), theme);
            case JSON -> ExplanationJson.render(report, explainer.explain(report.plan()));
            case DOT ->
                graph(report, tables, Set.of(), wish.isGiven() ? "the plan" : "the ruleset");
          });
    }
  }

  /** Both families, but for one whose table is empty only because no ruleset was named for it. */
  private List<PortReach> ports(RulesetOptions rulesets, List<Table> tables, Explainer explainer) {
    PortText asked = port.orElseThrow();
    String protocol = asked.protocol().orElse(Protocol.TCP).id();
    List<PortReach> ports = new ArrayList<>();
    for (Table table : tables) {
      boolean empty =
          table.chains().size() <= Table.empty(table.name(), table.family()).chains().size();
      if (rulesets.named(table.family()) || !empty) {
        ports.add(
            explainer.reach(
                table, new PublishedPort(table.family(), protocol, asked.address(), asked.port())));
      }
    }
    return ports;
  }

  private static Set<String> places(List<PortReach> ports) {
    Set<String> places = new HashSet<>();
    ports.forEach(p -> p.answers().forEach(a -> places.addAll(PacketReport.places(a.trace()))));
    return places;
  }

  private static String graph(Report report, List<Table> tables, Set<String> places, String title) {
    List<Table> before = report.plan().families().stream().map(Plan.Part::before).toList();
    return DotView.render(tables, DotView.created(before, tables), places, title);
  }
}
