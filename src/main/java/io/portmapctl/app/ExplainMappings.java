package io.portmapctl.app;

import io.portmapctl.check.CheckNotice;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.explain.Assumption;
import io.portmapctl.explain.Explainer;
import io.portmapctl.explain.Explanation;
import io.portmapctl.explain.PacketReport;
import io.portmapctl.explain.PortReach;
import io.portmapctl.explain.SeenPort;
import io.portmapctl.fault.UsageFault;
import io.portmapctl.host.AheadHost;
import io.portmapctl.host.nft.NftRules;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.net.Protocol;
import io.portmapctl.notice.Notice;
import io.portmapctl.path.Settings;
import io.portmapctl.path.Tracer;
import io.portmapctl.plan.Plan;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Packet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Explains a plan, a packet's way, or who gets a port.
 *
 * @param desired the attachments that are planned first; empty where the rulesets are taken as they
 *     are
 * @param packet the packet to follow
 * @param port the port to look at; not both
 * @param probe whether connections to the port are tried, and its container is looked into
 * @param rulesets the rulesets; restricted to the family of packet or port where one is named
 * @param addresses where the host's addresses come from
 * @param hostInterface the interface for route_localnet, where it is not to be looked up
 * @param keepGoing whether attachments that fit no layout are left out
 */
public record ExplainMappings(
    Optional<DesiredMappings> desired,
    Optional<AskedPacket> packet,
    Optional<PortSelector> port,
    boolean probe,
    Rulesets rulesets,
    AddressSource addresses,
    Optional<String> hostInterface,
    boolean keepGoing) {

  /**
   * A packet that is asked about.
   *
   * @param packet the packet; its interfaces are unknown where none is given
   * @param marked whether its mark was given
   * @param state what it is to its connection
   */
  public record AskedPacket(Packet packet, boolean marked, PacketState state) {}

  /**
   * What can be told.
   *
   * @param report the plan, and what it warns of
   * @param answer what was asked for
   * @param complete whether nothing was left out
   */
  public record Result(Report report, Answer answer, boolean complete) {

    /** The tables as they are when the plan is made. */
    public List<Table> tables() {
      return report.plan().families().stream().map(Plan.Part::after).toList();
    }
  }

  /** What was asked for. */
  public sealed interface Answer {}

  /** A packet's way. */
  public record Traced(PacketReport report) implements Answer {}

  /**
   * Who gets a port, in each family that has one.
   *
   * @param assumptions what was taken for granted
   * @param seen of each port what was seen; none where nobody looked
   */
  public record Reached(List<PortReach> ports, List<Assumption> assumptions, List<SeenPort> seen)
      implements Answer {}

  /** The plan itself; explained when it is asked for, since a graph needs no words. */
  public record Planned(Supplier<Explanation> explanation) implements Answer {}

  /**
   * The rulesets that are looked at.
   *
   * @throws Failure where the family asked about is left out
   */
  public static Rulesets restricted(
      Rulesets all, Optional<AskedPacket> packet, Optional<PortSelector> port) throws Failure {
    Optional<Family> family =
        packet
            .map(p -> p.packet().family())
            .or(() -> port.flatMap(PortSelector::host).map(IpAddress::family));
    return family.isPresent() ? all.only(family.get()) : all;
  }

  /**
   * Reads, plans where something is desired, and looks.
   *
   * @param host the machine that live rulesets are of
   * @param given what the inputs warned of
   */
  public Result run(LiveHost host, List<? extends Notice> given) throws Failure {
    try (AheadHost ahead = new AheadHost(host.host())) {
      return run(ahead, host.through(ahead), given);
    }
  }

  private Result run(AheadHost ahead, LiveHost host, List<? extends Notice> given) throws Failure {
    HostAddresses known = addresses.host(rulesets.anyLive(), host.host());
    requirePossible(known);
    HostFacts facts = new HostFacts(host, rulesets, hostInterface, addresses.routing());
    NftTables nft = new NftTables(host.host());
    boolean routed = packet.isPresent() || port.isPresent();
    Rulesets.Tables read =
        rulesets.read(
            host.backend(),
            () -> {
              NftRules.ahead(ahead);
              if (routed) {
                facts.ahead(ahead, known);
              }
              AroundRules.ahead(ahead, nft, rulesets);
              if (routed) {
                facts.readAhead(known);
              }
            });
    List<Table> tables = read.tables();
    List<Notice> notices = new ArrayList<>(given);
    notices.addAll(read.notices());
    boolean oneFamily = packet.isPresent() || port.flatMap(PortSelector::host).isPresent();
    if (oneFamily && !rulesets.named(tables.get(0).family())) {
      notices.add(new AppNotice.NoIpv6Ruleset());
    }
    packet.ifPresent(p -> notices.addAll(strangers(p.packet(), known)));
    Report planned =
        desired.isPresent()
            ? new AddRequest("explain", desired.get(), rulesets.sources(), keepGoing)
                .on(tables, notices)
            : unplanned(tables, List.copyOf(notices));
    Report alone = facts.on(planned);
    List<Notice> elsewhere =
        OtherTables.translating(host, rulesets, asked(alone, tables), nft).notices();
    Report report = alone.with(alone.plan(), elsewhere);
    Settings settings = facts.settings(report.plan());
    Explainer explainer =
        new Explainer(
            published(report),
            known,
            settings,
            desired.isPresent() && report.plan().hasChanges(),
            elsewhere.stream().anyMatch(CheckNotice.TranslatedElsewhere.class::isInstance),
            AroundRules.read(host, nft, rulesets, tables, settings.routing()));
    boolean complete =
        desired.map(d -> d.documents().errors().isEmpty()).orElse(true)
            && report.leftOut().isEmpty();
    return new Result(report, answer(report, explainer, host), complete);
  }

  private Answer answer(Report report, Explainer explainer, LiveHost host) {
    List<Table> tables = report.plan().families().stream().map(Plan.Part::after).toList();
    if (packet.isPresent()) {
      return new Traced(
          PacketReport.of(
              tables.get(0),
              explainer,
              packet.get().packet(),
              packet.get().marked(),
              packet.get().state() == PacketState.ESTABLISHED));
    }
    if (port.isPresent()) {
      List<PortReach> ports = ports(port.get(), tables, explainer);
      if (probe) {
        List<SeenPort> seen = new PortProbe(host.host()).look(ports);
        return new Reached(
            PortProbe.judged(ports, seen),
            PortProbe.left(explainer.assumptions(ports), seen),
            seen);
      }
      return new Reached(ports, explainer.assumptions(ports), List.of());
    }
    return new Planned(() -> explainer.explain(report.plan()));
  }

  /** The rulesets as they are. */
  private Report unplanned(List<Table> tables, List<Notice> notices) {
    List<Plan.Part> parts = tables.stream().map(t -> new Plan.Part(t, t, List.of())).toList();
    Plan plan = new Plan(parts, List.of(), List.of(), List.of(), List.of());
    return new Report("explain", List.of(), rulesets.sources(), plan, notices, List.of());
  }

  /** What this host sends comes in through no interface. */
  private void requirePossible(HostAddresses host) throws Failure {
    Optional<Packet> start = packet.map(AskedPacket::packet);
    if (start.isPresent() && start.get().in().known() && Tracer.startsHere(start.get(), host)) {
      throw Failure.usage(new UsageFault.ComesInNowhere(start.get().in().name().orElse("")));
    }
  }

  /** The interfaces that a host of which all are known does not have. */
  private static List<AppNotice> strangers(Packet packet, HostAddresses host) {
    boolean told =
        host.links().map(l -> l.stream().noneMatch(k -> k.name().isEmpty())).orElse(false);
    return Stream.of(packet.in(), packet.out())
        .flatMap(d -> d.name().stream())
        .filter(
            n ->
                told
                    && host.links().orElseThrow().stream()
                        .noneMatch(l -> l.up() && l.name().equals(n)))
        .distinct()
        .map(n -> (AppNotice) new AppNotice.StrangeInterface(n))
        .toList();
  }

  /** The attachments that the plan is about. */
  private List<Attachment> published(Report report) {
    Set<Identity> planned = new HashSet<>();
    report.subjects().forEach(s -> planned.add(s.identity()));
    return desired.stream()
        .flatMap(d -> d.documents().attachments().stream())
        .filter(a -> planned.contains(a.identity()))
        .toList();
  }

  /** The ports that are asked about. */
  private List<PublishedPort> asked(Report report, List<Table> tables) {
    List<PublishedPort> ports = new ArrayList<>();
    if (packet.isPresent()) {
      Packet start = packet.get().packet();
      for (Protocol protocol : Protocol.values()) {
        boolean same = IpProtocol.of(protocol.id()).equals(Optional.of(start.protocol()));
        if (same && start.destination().port().isPresent()) {
          ports.add(
              new PublishedPort(
                  start.family(),
                  protocol.id(),
                  start.destination().ip(),
                  start.destination().port().getAsInt()));
        }
      }
    } else if (port.isPresent()) {
      String protocol = port.get().protocol().orElse(Protocol.TCP).id();
      for (Table table : tables) {
        ports.add(
            new PublishedPort(table.family(), protocol, port.get().address(), port.get().port()));
      }
    } else {
      for (Table table : tables) {
        for (Attachment attachment : published(report)) {
          attachment.mappings().stream()
              .filter(m -> m.appliesTo(table.family()))
              .forEach(m -> ports.add(PublishedPort.of(table.family(), m)));
        }
      }
    }
    return ports;
  }

  /** Both families, but for one whose table is empty only because no ruleset was named for it. */
  private List<PortReach> ports(PortSelector asked, List<Table> tables, Explainer explainer) {
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
}
