package io.portmapctl.path;

import io.portmapctl.trace.Address;
import io.portmapctl.trace.ExcludedRules;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.Reason;
import io.portmapctl.trace.RulePlace;
import io.portmapctl.trace.Ternary;
import java.util.List;
import java.util.Optional;

/** What becomes of a packet. */
public final class Trace {
  private final Packet packet;
  private final boolean established;
  private final List<String> notThrough;
  private final HostAddresses host;

  /** Who followed it; empty where that is not kept. */
  private final Optional<Tracer> tracer;

  private final List<PacketPath> paths;

  private Trace(Packet packet, boolean established, HostAddresses host, List<PacketPath> paths) {
    this.packet = packet;
    this.established = established;
    this.notThrough = List.of();
    this.host = host;
    this.tracer = Optional.empty();
    this.paths = List.copyOf(paths);
  }

  Trace(
      Packet packet,
      boolean established,
      List<String> notThrough,
      Tracer tracer,
      List<PacketPath> paths) {
    this.packet = packet;
    this.established = established;
    this.notThrough = List.copyOf(notThrough);
    this.host = tracer.host();
    this.tracer = Optional.of(tracer);
    this.paths = List.copyOf(paths);
  }

  /** The packet as it starts. */
  public Packet packet() {
    return packet;
  }

  /** Whether this host sends it. */
  public boolean isSent() {
    return Tracer.startsHere(packet, host);
  }

  /** Whether its connection was answered before. */
  public boolean isEstablished() {
    return established;
  }

  /** What was known of the host. */
  public HostAddresses host() {
    return host;
  }

  /** What was known of what the kernel decides. */
  public Ground ground() {
    return tracer.orElseThrow().ground();
  }

  /** Whether somebody else may claim what a rule of its one path redirects. */
  public boolean mayBeClaimedByOthers() {
    return paths.get(0).redirection().isPresent()
        && tracer.orElseThrow().hasMore(places(paths.get(0).redirection().get()), packet);
  }

  private static List<RulePlace> places(HookExit exit) {
    return exit.rules().stream()
        .flatMap(r -> r.rule().map(rule -> new RulePlace(r.chain(), r.number(), rule)).stream())
        .toList();
  }

  /** The same packet's path as if some rules were not there. */
  public Trace without(ExcludedRules leftOut) {
    return tracer.orElseThrow().follow(packet, notThrough, leftOut);
  }

  /** How all paths end alike; else it is not decided. */
  public Ending ending() {
    Ending first = paths.get(0).ending();
    boolean same = paths.stream().allMatch(p -> p.ending().kind() == first.kind());
    return same
        ? first
        : new Ending(Ending.Kind.UNDECIDED, first.why(), first.by(), first.back(), first.open());
  }

  /** The one path that it takes, or each that is possible. */
  public List<PacketPath> paths() {
    return paths;
  }

  /** The same, as if it had one path only. */
  public Trace only(PacketPath path) {
    return new Trace(packet, established, notThrough, tracer.orElseThrow(), List.of(path));
  }

  /** Whether it is known what becomes of it. */
  public boolean isCertain() {
    return paths.size() == 1 && paths.get(0).disposition() != Disposition.OPEN;
  }

  /**
   * The same without the rules that did not take the packet, of which there may be many, and
   * without what tells why: to be kept.
   */
  public Trace taken() {
    return new Trace(packet, established, host, paths.stream().map(PacketPath::taken).toList());
  }

  /** Why a rule took the packet, or did not, or may have; empty where that is not kept. */
  public List<Reason> why(Step step) {
    return tracer.map(t -> t.why(step)).orElse(List.of());
  }

  /**
   * Addresses to which packets are redirected, and which are taken to be none of this host's
   * because nothing tells.
   */
  public List<Address> takenForOthers() {
    return paths.stream()
        .flatMap(p -> p.redirection().stream())
        .map(e -> e.packet().destination().address())
        .filter(a -> host().delivers(a) == Ternary.UNKNOWN)
        .distinct()
        .toList();
  }
}
