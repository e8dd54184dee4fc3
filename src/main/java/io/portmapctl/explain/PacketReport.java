package io.portmapctl.explain;

import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.ruleset.Table;
import io.portmapctl.trace.Disposition;
import io.portmapctl.trace.HookExit;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.PacketPath;
import io.portmapctl.trace.Ternary;
import io.portmapctl.trace.Trace;
import io.portmapctl.trace.Tracer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of one packet, and what a reader wants to know of it.
 *
 * @param trace its way
 * @param ends what each of the trace's ways means
 * @param others who else claims it
 * @param purpose what the rules are for
 * @param assumptions what was taken for granted, and what was not looked at
 */
public record PacketReport(
    Trace trace,
    List<End> ends,
    List<ChainOwners.Recipient> others,
    Purpose purpose,
    List<String> assumptions) {

  /** Copies the lists. */
  public PacketReport {
    ends = List.copyOf(ends);
    others = List.copyOf(others);
    assumptions = List.copyOf(assumptions);
  }

  /**
   * What a way means.
   *
   * @param result whether the connection works
   * @param reason how, or why not
   * @param recipient who redirects it, if anybody does
   * @param reply how the answer comes back
   */
  public record End(
      Answer.Result result,
      String reason,
      Optional<ChainOwners.Recipient> recipient,
      String reply) {}

  /**
   * Follows a packet through a table.
   *
   * @param explainer what is known of attachments and host
   * @param given the packet, as it was given
   * @param marked whether its mark was given
   */
  public static PacketReport of(Table table, Explainer explainer, Packet given, boolean marked) {
    ChainOwners whose = new ChainOwners(explainer.attachments());
    HostAddresses host = explainer.host();
    Packet packet = withDevice(given, host);
    Trace trace = new Tracer(table, host).follow(packet);
    ConnectionVerdict judgement =
        new ConnectionVerdict(table, whose, explainer::subnet, explainer.settings());
    List<End> ends = new ArrayList<>();
    for (PacketPath way : trace.ways()) {
      ConnectionVerdict.Verdict verdict = judgement.of(trace.only(way));
      ends.add(new End(verdict.result(), verdict.reason(), whose.of(way), reply(packet, way)));
    }
    return new PacketReport(
        trace,
        ends,
        Claimants.besides(whose, trace),
        new Purpose(whose),
        assumptions(trace, given, marked, explainer.whetherPlanned()));
  }

  /**
   * What comes from outside is taken to come in through the interface that its source is behind.
   */
  private static Packet withDevice(Packet packet, HostAddresses host) {
    if (packet.in().known() || Tracer.startsHere(packet, host)) {
      return packet;
    }
    PacketInterface in =
        packet.source().ip().map(host::deviceTowards).orElse(PacketInterface.UNKNOWN);
    return packet.through(in, packet.out());
  }

  private static List<String> assumptions(
      Trace trace, Packet given, boolean marked, List<String> planned) {
    List<String> assumptions = new ArrayList<>(planned);
    boolean here = Tracer.startsHere(given, trace.host());
    if (trace.host().links().isEmpty()) {
      assumptions.add(
          "This host's addresses are not known (--local-address or --addresses tells them)"
              + (here ? "." : ": the packet is taken to come from outside."));
    }
    trace
        .takenForOthers()
        .forEach(a -> assumptions.add(a + " is taken to be no address of this host."));
    trace
        .packet()
        .in()
        .name()
        .filter(n -> !given.in().known())
        .ifPresent(
            n ->
                assumptions.add(
                    "It is taken to come in through " + n + ", whose subnet it is from."));
    for (PacketPath way : trace.ways()) {
      PacketInterface out = way.passes().get(way.passes().size() - 1).packet().out();
      out.name()
          .filter(n -> !given.out().known() && !n.equals("lo"))
          .map(n -> "It is taken to leave through " + n + ", whose subnet it goes to.")
          .filter(a -> !assumptions.contains(a))
          .ifPresent(assumptions::add);
    }
    if (isBesideEachOther(trace)) {
      assumptions.add(
          "Both ends are of one subnet: what one sends straight to the other comes to no rule,"
              + " unless bridged packets are shown to iptables.");
    }
    if (!marked) {
      assumptions.add("It is taken to bear no mark at first.");
    }
    assumptions.add(Explainer.NOT_LOOKED_AT);
    return assumptions;
  }

  private static boolean isBesideEachOther(Trace trace) {
    HostAddresses host = trace.host();
    Optional<HostInterface> from = trace.packet().source().ip().flatMap(host::towards);
    Optional<HostInterface> to = trace.packet().destination().ip().flatMap(host::towards);
    boolean others =
        trace.ways().stream()
            .allMatch(w -> w.fate() == Disposition.FORWARDED && w.redirection().isEmpty());
    return others && from.isPresent() && from.equals(to);
  }

  /** How the answer comes back: connection tracking turns the translations round. */
  private static String reply(Packet start, PacketPath way) {
    Packet after = way.after();
    boolean goesOn = way.fate() != Disposition.DROPPED && way.fate() != Disposition.OPEN;
    if (!goesOn) {
      return "";
    }
    String sent = after.destination() + " -> " + after.source();
    String got = start.destination() + " -> " + start.source();
    boolean rewritten = way.exits().stream().anyMatch(e -> e.kind() == HookExit.Kind.REWRITTEN);
    if (!rewritten) {
      return "The answer goes back as " + sent + ".";
    }
    return "The answer, " + sent + ", becomes " + got + " again where it passes this host.";
  }

  /** The places of the rules that took the packet, or may have. */
  public Set<String> places() {
    return places(trace);
  }

  /** The same of another trace. */
  public static Set<String> places(Trace trace) {
    Set<String> places = new HashSet<>();
    trace.ways().stream()
        .flatMap(w -> w.passes().stream())
        .flatMap(p -> p.steps().stream())
        .filter(s -> s.result() != Ternary.NO)
        .forEach(s -> places.add(place(trace.packet().family(), s.chain(), s.index())));
    return places;
  }

  /** A rule's place, as text. */
  public static String place(Family family, String chain, int index) {
    return family.id() + " " + chain + " " + index;
  }
}
