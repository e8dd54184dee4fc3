package io.portmapctl.app;

import io.portmapctl.check.Advice;
import io.portmapctl.check.Audit;
import io.portmapctl.check.Barriers;
import io.portmapctl.check.Finding;
import io.portmapctl.check.ForeignRules;
import io.portmapctl.check.OtherNat;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.explain.Around;
import io.portmapctl.host.HostException;
import io.portmapctl.host.route.ReadRouting;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.ForwardingObstacle;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.notice.Notice;
import io.portmapctl.path.DecidedBy;
import io.portmapctl.path.Localnet;
import io.portmapctl.path.Rules;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutReason;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.route.Routing;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Checks whether mappings are there, exactly.
 *
 * @param desired the attachments, the dead among them
 * @param dead which are dead
 * @param rulesets where they should be
 * @param hostInterface the interface for route_localnet, where it is not to be looked up
 * @param keepGoing whether attachments that fit no layout are left out
 */
public record CheckMappings(
    DesiredMappings desired,
    Predicate<Attachment> dead,
    Rulesets rulesets,
    Optional<String> hostInterface,
    boolean keepGoing) {

  /**
   * What was found.
   *
   * @param audit the findings
   * @param report the same as a plan
   * @param advice what else keeps packets from all of them
   * @param complete whether nothing was left out
   */
  public record Result(Audit audit, Report report, List<Advice> advice, boolean complete) {}

  /**
   * Reads and checks.
   *
   * @param host the machine that live rulesets are of
   * @param given what the inputs warned of
   */
  public Result run(LiveHost host, List<? extends Notice> given, Notes notes) throws Failure {
    List<Notice> notices = new ArrayList<>(given);
    List<Attachment> gone = desired.documents().attachments().stream().filter(dead).toList();
    DesiredMappings living = desired.without(dead, notes);
    Rulesets.Tables read = rulesets.read(host.backend());
    List<Table> tables = read.tables();
    notices.addAll(read.notices());
    DesiredMappings.Requests wanted = living.on(tables);
    boolean nothingLeft = wanted.requests().isEmpty() && gone.isEmpty();
    if (!wanted.leftOut().isEmpty() && (!keepGoing || nothingLeft)) {
      throw new Failure(Failure.Kind.INPUT, wanted.leftOut());
    }
    notices.addAll(wanted.notices());
    Audit audit =
        Audit.of(tables, wanted.requests(), AddressSource.known(rulesets.live(), host.host()));
    List<PublishedPort> ports = published(wanted, tables);
    Set<PublishedPort> shadowed = new HashSet<>(); // said already, and with the rule
    audit.findings().forEach(f -> f.shadows().forEach(s -> shadowed.add(s.port())));
    notices.addAll(
        ForeignRules.of(tables, ports.stream().filter(p -> !shadowed.contains(p)).toList()));
    NftTables nft = new NftTables(host.host());
    OtherTables.Result elsewhere = OtherTables.translating(host, rulesets, ports, nft);
    Map<PublishedPort, List<OtherNat.Translation>> taken = new HashMap<>();
    elsewhere.all().forEach(t -> taken.computeIfAbsent(t.port(), p -> new ArrayList<>()).add(t));
    List<Finding> findings = new ArrayList<>();
    for (Finding finding : audit.findings()) {
      findings.add(onHost(finding.alsoTaken(taken(finding, taken)), host, notices));
    }
    notices.addAll(elsewhere.notices());
    notices.addAll(LiveHost.listeners(host.kernel(), rulesets, ports));
    notices.addAll(LiveHost.notOfHost(host, rulesets, ports));
    LayoutChoice none =
        new LayoutChoice(desired.layout().orElse(Layouts.latest()), LayoutReason.DEAD);
    gone.forEach(a -> findings.add(Finding.dead(a, none)));
    audit = audit.with(findings, notices);
    if (!wanted.leftOut().isEmpty()) {
      notes.leftOut(Failure.Kind.INPUT, wanted.leftOut());
    }
    boolean complete = desired.documents().errors().isEmpty() && wanted.leftOut().isEmpty();
    return new Result(audit, report(audit), away(wanted, tables, host, nft), complete);
  }

  /** What keeps packets away though the rules are there: settings, and rules of other tables. */
  private List<Advice> away(
      DesiredMappings.Requests wanted, List<Table> tables, LiveHost host, NftTables nft) {
    Routing routing = new Routing(new ReadRouting(host.host()));
    Around around =
        AroundRules.read(
            host,
            nft,
            rulesets,
            tables.stream().filter(t -> !subjects(wanted, t.family()).isEmpty()).toList(),
            family -> rulesets.live(family) ? Optional.of(routing) : Optional.empty());
    List<Advice> advice = new ArrayList<>();
    for (Table nat : tables) {
      Family family = nat.family();
      List<Barriers.Subject> subjects = subjects(wanted, family);
      if (subjects.isEmpty()) {
        continue;
      }
      List<Table> others = around.tables().getOrDefault(family, List.of());
      if (rulesets.live(family) && host.forwarding().isOff(family)) {
        advice.add(
            new Advice.ForwardsNothing(
                new ForwardingObstacle(family, ForwardingObstacle.Kind.SETTING)));
      }
      boolean empty = others.stream().anyMatch(CheckMappings::forwardsNothing);
      if (empty) {
        advice.add(
            new Advice.ForwardsNothing(
                new ForwardingObstacle(family, ForwardingObstacle.Kind.EMPTY_CHAIN)));
      }
      Barriers.of(
              nat,
              others,
              around.written().getOrDefault(family, Rules.Written.NOTHING),
              subjects,
              AddressSource.known(rulesets.live(), host.host()))
          .stream()
          .filter(b -> !(empty && isForward(b.by())))
          .forEach(b -> advice.add(Advice.of(family, b)));
    }
    return List.copyOf(advice);
  }

  /** Whether chain FORWARD of a table filter drops all, and has no rules. */
  private static boolean forwardsNothing(Table table) {
    return table.name() == TableName.FILTER
        && table
            .chain("FORWARD")
            .map(c -> c.rows().isEmpty() && c.policy().equals("DROP"))
            .orElse(false);
  }

  private static boolean isForward(DecidedBy by) {
    return by instanceof DecidedBy.ByPolicy policy
        && policy.chain().table().equals(TableName.FILTER.id())
        && policy.chain().chain().equals("FORWARD");
  }

  private static List<Barriers.Subject> subjects(DesiredMappings.Requests wanted, Family family) {
    List<Barriers.Subject> subjects = new ArrayList<>();
    for (Request.Publish request : wanted.requests()) {
      Optional<Cidr> container = request.attachment().address(family);
      boolean localhost =
          request.choice().layout().masquerade(request.attachment(), family).localhost();
      for (PortMapping mapping : request.attachment().mappings()) {
        Optional<IpProtocol> protocol = IpProtocol.of(mapping.protocol().id());
        if (container.isPresent() && protocol.isPresent() && mapping.appliesTo(family)) {
          subjects.add(
              new Barriers.Subject(
                  PublishedPort.of(family, mapping),
                  protocol.get(),
                  container.get(),
                  mapping.containerPort(),
                  localhost));
        }
      }
    }
    return subjects;
  }

  private static List<OtherNat.Translation> taken(
      Finding finding, Map<PublishedPort, List<OtherNat.Translation>> taken) {
    return taken.isEmpty()
        ? List.of()
        : Stream.of(Family.values())
            .flatMap(f -> ports(finding.attachment(), f))
            .flatMap(p -> taken.getOrDefault(p, List.of()).stream())
            .toList();
  }

  private static Stream<PublishedPort> ports(Attachment attachment, Family family) {
    return attachment.address(family).isEmpty()
        ? Stream.empty()
        : attachment.mappings().stream()
            .filter(m -> m.appliesTo(family))
            .map(m -> PublishedPort.of(family, m));
  }

  private static List<PublishedPort> published(
      DesiredMappings.Requests wanted, List<Table> tables) {
    List<PublishedPort> ports = new ArrayList<>();
    for (Table table : tables) {
      wanted.requests().stream()
          .flatMap(r -> ports(r.attachment(), table.family()))
          .forEach(ports::add);
    }
    return ports;
  }

  /** The settings that its rules need; off the live ruleset they are not known. */
  private Finding onHost(Finding finding, LiveHost host, List<Notice> notices) throws Failure {
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
          LiveHost.localnet(host.kernel(), container.get(), hostInterface, false, notices).stream()
              .toList());
    } catch (HostException e) {
      throw new Failure(Failure.Kind.HOST, "live host", e.fault());
    }
  }

  private Report report(Audit audit) {
    List<Report.Subject> subjects =
        audit.findings().stream()
            .map(
                f ->
                    new Report.Subject(
                        f.attachment().identity(),
                        f.attachment().ifName(),
                        Optional.of(f.choice())))
            .toList();
    return new Report(
        "check", subjects, rulesets.sources(), audit.plan(), audit.notices(), List.of());
  }
}
