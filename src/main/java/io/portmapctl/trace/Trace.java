package io.portmapctl.trace;

import java.util.List;

/** What becomes of a packet. */
public final class Trace {
  private final Packet packet;
  private final List<String> notThrough;
  private final Tracer tracer;
  private final List<Way> ways;

  Trace(Packet packet, List<String> notThrough, Tracer tracer, List<Way> ways) {
    this.packet = packet;
    this.notThrough = List.copyOf(notThrough);
    this.tracer = tracer;
    this.ways = List.copyOf(ways);
  }

  /** The packet as it starts. */
  public Packet packet() {
    return packet;
  }

  /** What was known of the host. */
  public Host host() {
    return tracer.host();
  }

  /** The same packet's way as if some rules were not there. */
  public Trace without(LeftOut leftOut) {
    return tracer.follow(packet, notThrough, leftOut);
  }

  /** The one way that it goes, or each that is possible. */
  public List<Way> ways() {
    return ways;
  }

  /** The same, as if it had one way only. */
  public Trace only(Way way) {
    return new Trace(packet, notThrough, tracer, List.of(way));
  }

  /** Whether it is known what becomes of it. */
  public boolean isCertain() {
    return ways.size() == 1 && ways.get(0).fate() != Fate.OPEN;
  }

  /** The same without the rules that did not take the packet, of which there may be many. */
  public Trace taken() {
    return new Trace(packet, notThrough, tracer, ways.stream().map(Way::taken).toList());
  }

  /** Why a rule took the packet, or did not, or may have. */
  public String why(Step step) {
    return tracer.why(step);
  }

  /**
   * Addresses to which packets are redirected, and which are taken to be none of this host's
   * because nothing tells.
   */
  public List<Address> takenForOthers() {
    return ways.stream()
        .flatMap(w -> w.redirection().stream())
        .map(e -> e.packet().destination().address())
        .filter(a -> host().delivers(a) == Truth.UNKNOWN)
        .distinct()
        .toList();
  }
}
