package io.portmapctl.route;

import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a host routes packets, as its kernel does: where they go, and which it does not take. Facts
 * are asked for when a decision needs them.
 */
public final class Routing {
  private final HostRouting host;
  private final Settings settings;
  private final Lookup lookup;

  /** Of a host. */
  public Routing(HostRouting host) {
    this.host = host;
    this.settings = new Settings(host);
    this.lookup = new Lookup(host, settings);
  }

  /** What is known of the host. */
  public HostRouting host() {
    return host;
  }

  /**
   * What the kernel decides of packets that come in, where it looks for their way: behind
   * PREROUTING, with the marks and the destinations that they have then.
   *
   * @param packets by the interface that the kernel takes them in through: where that is a port of
   *     a bridge, the bridge. Those without one are this host's own, and left out
   * @return the parts, which do not overlap; of packets that may come in through several interfaces
   *     those are left out whose interface is not there or switched off
   */
  public List<Routed> input(PacketSet packets) {
    Results results = new Results();
    PacketSpace space = packets.space();
    PacketSet arriving = packets.minus(space.of(Field.INPUT_INTERFACE, Interval.of(0)));
    new Input4(host, settings, lookup, results).decide(arriving.and(space.of(Family.IPV4)));
    new Input6(host, settings, lookup, results).decide(arriving.and(space.of(Family.IPV6)));
    return results.all();
  }

  /**
   * What the kernel decides of packets that a program of this host sends.
   *
   * @param packets with the sources that they have, which the host must have too
   * @param bound the interface that the socket is bound to, where it is
   * @return the parts, which do not overlap
   */
  public List<Routed> output(PacketSet packets, Optional<String> bound) {
    return output(packets, bound, Output.Asked.FIRST);
  }

  /**
   * What the kernel decides anew of packets that a program of this host sends, where rules of
   * OUTPUT gave them another mark or another destination.
   *
   * @param bound the interface that the socket is bound to, where it is
   * @return the parts, which do not overlap
   */
  public List<Routed> rerouted(PacketSet packets, Optional<String> bound) {
    return output(packets, bound, Output.Asked.AGAIN);
  }

  /**
   * What the kernel decides of packets of a socket that has no address yet: {@link #sources} says
   * which it gives it. Only what is sent without a connection (UDP) keeps to that; TCP asks again
   * with the source that it was given.
   *
   * @param packets whatever their sources
   * @param bound the interface that the socket is bound to, where it is
   * @return the parts, which do not overlap
   */
  public List<Routed> unbound(PacketSet packets, Optional<String> bound) {
    return output(packets, bound, Output.Asked.WITHOUT_SOURCE);
  }

  /** Which source addresses the kernel gives. */
  public Sources sources() {
    return new Sources(host, settings);
  }

  /**
   * The packets whose source is reached through the interface that they come in through, as nft's
   * fib asks ({@code fib saddr . iif oif}); what cannot be told is asked as a question.
   *
   * @param marked whether their marks count
   */
  public PacketSet reachedThroughInput(PacketSet packets, boolean marked) {
    return new ReachedBack(host, lookup, marked).of(packets);
  }

  private List<Routed> output(PacketSet packets, Optional<String> bound, Output.Asked asked) {
    Results results = new Results();
    PacketSpace space = packets.space();
    Output output = new Output(host, settings, lookup, results, bound, asked);
    output.ipv4(packets.and(space.of(Family.IPV4)));
    output.ipv6(packets.and(space.of(Family.IPV6)));
    return results.all();
  }

  /**
   * Whether what comes in by an interface is forwarded.
   *
   * @param value 0 where it is not; empty where that is not known
   * @param by the settings that say so
   * @param missing the settings that are not known
   */
  public record Forwards(Optional<Boolean> value, List<Setting> by, List<Missing> missing) {
    /** Copies the lists. */
    public Forwards {
      by = List.copyOf(by);
      missing = List.copyOf(missing);
    }
  }

  /** Whether what comes in by an interface is forwarded. */
  public Forwards forwarding(Family family, String in) {
    Settings.Answer answer = settings.forwards(family, in);
    return new Forwards(
        answer.value().isPresent() ? Optional.of(answer.isOn()) : Optional.empty(),
        answer.by(),
        answer.missing());
  }

  /** Whether a default route of a family, in whichever table, leads through an interface. */
  public boolean leadsOut(Family family, String device) {
    return lookup.leadsOut(family, device);
  }

  /** The bridges and their ports. */
  public Bridges bridges() {
    return new Bridges(host, settings);
  }

  /**
   * The packets that may come in by an interface that is there, switched on and no port of a
   * bridge: what comes in by a port comes in by its bridge. Without loopback.
   */
  public Optional<PacketSet> arriving(PacketSpace space) {
    return host.links()
        .value()
        .map(
            links -> {
              List<PacketSet> sets = new ArrayList<>();
              for (Link link : links) {
                boolean takes = link.up() && link.port().isEmpty();
                if (takes && !link.name().equals(Flow.LOOPBACK)) {
                  sets.add(Arrivals.through(space, link.name()));
                }
              }
              return space.anyOf(sets);
            });
  }
}
