package io.portmapctl.explain;

import io.portmapctl.net.HostInterface;
import io.portmapctl.path.Disposition;
import io.portmapctl.path.Ground;
import io.portmapctl.path.PacketPath;
import io.portmapctl.path.Trace;
import io.portmapctl.path.Tracer;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.RuleIndex;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of one packet, and what a reader wants to know of it.
 *
 * @param trace its path, or each that is possible
 * @param ends what each of the trace's paths means
 * @param others who else claims it
 * @param purposes tells what the rules are for
 * @param assumptions what was taken for granted, and what was not looked at
 */
public record PacketReport(
    Trace trace,
    List<End> ends,
    List<ChainOwners.Recipient> others,
    Purposes purposes,
    List<Assumption> assumptions) {

  /** Copies the lists. */
  public PacketReport {
    ends = List.copyOf(ends);
    others = List.copyOf(others);
    assumptions = List.copyOf(assumptions);
  }

  /**
   * What a path means.
   *
   * @param result whether the connection works
   * @param reason how, or why not
   * @param recipient who redirects it, if anybody does
   * @param reply how the answer comes back; empty where the packet does not go on
   */
  public record End(
      Answer.Result result,
      VerdictReason reason,
      Optional<ChainOwners.Recipient> recipient,
      Optional<Reply> reply) {}

  /**
   * The first packet of the answer.
   *
   * @param sent the connection's packet as it starts
   * @param got the same as it arrives, which the answer goes back from
   * @param translated whether connection tracking turns translations round where it passes
   */
  public record Reply(Packet sent, Packet got, boolean translated) {}

  /**
   * Follows a packet through a table.
   *
   * @param explainer what is known of attachments and host
   * @param given the packet, as it was given
   * @param marked whether its mark was given
   * @param established whether its connection was answered already
   */
  public static PacketReport of(
      Table table, Explainer explainer, Packet given, boolean marked, boolean established) {
    ChainOwners owners = new ChainOwners(explainer.attachments());
    HostAddresses host = explainer.host();

    Ground ground =
        new Ground(host, explainer::subnet, explainer.settings(), ChainOwners::leadsToContainers);
    Packet packet = withDevice(given, ground);
    Trace trace =
        new Tracer(explainer.around().rules(new RuleIndex(table)), ground, true)
            .follow(packet, established);
    ConnectionVerdict verdicts = new ConnectionVerdict(table, owners, false);
    List<End> ends = new ArrayList<>();
    for (PacketPath path : trace.paths()) {
      ConnectionVerdict.Verdict verdict = verdicts.of(trace.only(path));
      ends.add(new End(verdict.result(), verdict.reason(), owners.of(path), reply(packet, path)));
    }
    return new PacketReport(
        trace,
        ends,
        Claimants.besides(owners, trace),
        new Purposes(owners),
        assumptions(trace, given, marked, explainer));
  }

  /**
   * What comes from outside is taken to come in through the interface that its source is behind.
   */
  private static Packet withDevice(Packet packet, Ground ground) {
    if (packet.in().known() || Tracer.startsHere(packet, ground.host())) {
      return packet;
    }
    PacketInterface in =
        packet.source().ip().map(ground::deviceTowards).orElse(PacketInterface.UNKNOWN);
    return packet.through(in, packet.out());
  }

  private static List<Assumption> assumptions(
      Trace trace, Packet given, boolean marked, Explainer explainer) {
    Set<Assumption> assumptions = new LinkedHashSet<>(explainer.whetherPlanned());
    if (trace.host().links().isEmpty()) {
      assumptions.add(
          Tracer.startsHere(given, trace.host())
              ? Assumption.Plain.HOST_UNKNOWN
              : Assumption.Plain.HOST_UNKNOWN_OUTSIDE);
    }
    trace.takenForOthers().forEach(a -> assumptions.add(new Assumption.NotOfThisHost(a)));
    trace
        .packet()
        .in()
        .name()
        .filter(n -> !given.in().known())
        .ifPresent(n -> assumptions.add(new Assumption.ComesInThrough(n)));
    for (PacketPath path : trace.paths()) {
      PacketInterface out = path.after().out();
      out.name()
          .filter(n -> !given.out().known() && !n.equals("lo"))
          .ifPresent(n -> assumptions.add(new Assumption.LeavesThrough(n)));
    }
    if (isBesideEachOther(trace)) {
      assumptions.add(Assumption.Plain.ONE_SUBNET);
    }
    if (!marked) {
      assumptions.add(Assumption.Plain.NO_MARK);
    }
    assumptions.addAll(explainer.around().assumptions(given.family()));
    assumptions.addAll(explainer.routesAlone(given.family()));
    assumptions.add(explainer.notLookedAt(List.of(given.family())));
    return List.copyOf(assumptions);
  }

  private static boolean isBesideEachOther(Trace trace) {
    HostAddresses host = trace.host();
    Optional<HostInterface> from = trace.packet().source().ip().flatMap(host::towards);
    Optional<HostInterface> to = trace.packet().destination().ip().flatMap(host::towards);
    boolean others =
        trace.paths().stream()
            .allMatch(p -> p.disposition() == Disposition.FORWARDED && p.redirection().isEmpty());
    return others && from.isPresent() && from.equals(to);
  }

  /** How the answer comes back: connection tracking turns the translations round. */
  private static Optional<Reply> reply(Packet start, PacketPath path) {
    boolean translated = path.redirection().isPresent() || path.masquerade().isPresent();
    return path.disposition().goesOn()
        ? Optional.of(new Reply(start, path.after(), translated))
        : Optional.empty();
  }

  /** The packet as it starts. */
  public Packet packet() {
    return trace.packet();
  }
}
