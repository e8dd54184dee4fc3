package io.portmapctl.path;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.ForwardingObstacle;
import io.portmapctl.net.IpAddress;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import io.portmapctl.route.Decision;
import io.portmapctl.route.Routed;
import io.portmapctl.route.Routing;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.OpenReason;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.Ternary;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the kernel decides between its hooks, as far as it is known.
 *
 * @param host its addresses
 * @param subnets the subnet of a container, where it is known; the address alone where it is routed
 *     by itself
 * @param settings what it does
 * @param toContainers whether a rule that translates destinations is one that leads to containers
 *     of this host
 */
public record Ground(
    HostAddresses host,
    Function<IpAddress, Optional<Cidr>> subnets,
    Settings settings,
    Predicate<RuleSite> toContainers) {

  /** Of which it is not known what leads to containers. */
  public Ground(
      HostAddresses host, Function<IpAddress, Optional<Cidr>> subnets, Settings settings) {
    this(host, subnets, settings, rule -> false);
  }

  /** Of which the addresses alone are known. */
  public static Ground of(HostAddresses host) {
    return new Ground(host, host::subnet, Settings.UNKNOWN);
  }

  /**
   * What comes in.
   *
   * @param changed whether it has another destination than it came with, which is taken to be
   *     another machine's where nothing tells
   * @param answer whether it answers what this host let out
   */
  List<Turn> input(Packet packet, PacketSet packets, boolean changed, boolean answer) {
    boolean moved = changed || answer;
    Optional<Routing> routing = settings.routing().apply(packet.family());
    return routing.isPresent()
        ? new Routes(routing.get())
            .input(
                packet,
                packets,
                host.delivers(packet.destination().address()) == Ternary.YES,
                changed,
                rest -> guessed(packet, rest, moved, answer))
        : guessed(packet, packets, moved, answer);
  }

  /** Whether it is known how the host routes packets of a family. */
  boolean knowsRoutes(Family family) {
    return settings.routing().apply(family).isPresent();
  }

  /** What may come in through an interface that is there; anything where none is known. */
  PacketSet arriving(Family family, PacketSpace space) {
    return settings.routing().apply(family).flatMap(r -> r.arriving(space)).orElse(space.all());
  }

  /** The interface by which the kernel would send to an address; unknown where nothing tells. */
  public PacketInterface deviceTowards(IpAddress address) {
    Optional<Routing> routing = settings.routing().apply(address.family());
    if (routing.isPresent()) {
      PacketSpace space = new PacketSpace();
      PacketSet back =
          space
              .of(Field.DESTINATION, address)
              .and(space.of(Field.INPUT_INTERFACE, Interval.of(0)))
              .and(space.ofMark(0, 0xffffffffL));
      Set<PacketInterface> devices = new HashSet<>();
      for (Routed each : routing.get().rerouted(back, Optional.empty())) {
        devices.add(
            each.decision() instanceof Decision.Leaves leaves
                ? PacketInterface.of(leaves.device())
                : PacketInterface.UNKNOWN);
      }
      if (devices.size() == 1) {
        return devices.iterator().next();
      }
    }
    return host.deviceTowards(address);
  }

  /**
   * Why what comes in by a bridge does not leave by it again.
   *
   * @param moved whether it was given another destination, so that the bridge itself takes it there
   */
  Optional<Ending> stuck(Packet packet, PacketInterface device, boolean moved) {
    return settings
        .routing()
        .apply(packet.family())
        .flatMap(r -> new Routes(r).stuck(packet, device, moved));
  }

  /** Whether what is behind an interface may send straight to what else is there: a bridge. */
  boolean isBridge(Family family, PacketInterface device) {
    return settings
        .routing()
        .apply(family)
        .flatMap(r -> device.name().flatMap(n -> r.bridges().isBridge(n).value()))
        .orElse(true);
  }

  /** Whether what only crosses a bridge is shown to rules. */
  Ternary bridged(Family family, PacketInterface device) {
    return settings
        .routing()
        .apply(family)
        .flatMap(r -> device.name().flatMap(n -> r.bridges().shows(family, n).shown()))
        .map(Ternary::of)
        .orElseGet(() -> settings.bridged().apply(family));
  }

  /** What comes in, by the host's addresses alone. */
  private List<Turn> guessed(Packet packet, PacketSet packets, boolean moved, boolean answer) {
    Optional<IpAddress> to = packet.destination().ip();
    boolean loops = packet.in().equals(PacketInterface.LOOPBACK);
    if (to.filter(HostAddresses::isLoopback).isPresent() && !loops) {
      // what localhost sent was let out by the same setting of the same interface
      return List.of(answer ? Turn.here(packets) : loopback(packet, packets));
    }
    Ternary here = host.delivers(packet.destination().address());
    if (here == Ternary.UNKNOWN && moved) {
      here = Ternary.NO;
    }
    List<Turn> turns = new ArrayList<>();
    if (here != Ternary.NO) {
      turns.add(Turn.here(packets));
    }
    if (here != Ternary.YES) {
      turns.add(forwarded(packet, packets));
    }
    return turns;
  }

  private Turn forwarded(Packet packet, PacketSet packets) {
    Optional<IpAddress> to = packet.destination().ip();
    if (to.filter(settings.unroutable()).isPresent()) {
      return Turn.ends(packets, noRoute(to.get()));
    }
    for (ForwardingObstacle obstacle : settings.obstacles().apply(packet.family())) {
      if (obstacle.kind() == ForwardingObstacle.Kind.SETTING) {
        return Turn.ends(
            packets,
            Ending.there(
                Ending.Kind.NOT_ROUTED,
                Ending.Why.NOT_FORWARDING,
                new DecidedBy.BySetting(
                    ForwardingObstacle.setting(packet.family()), Optional.of("0"))));
      }
    }
    return Turn.onward(packets, towards(packet));
  }

  private static Ending noRoute(IpAddress to) {
    return Ending.there(Ending.Kind.NOT_ROUTED, Ending.Why.NO_ROUTE, new DecidedBy.ByRoute("", to));
  }

  private PacketInterface towards(Packet packet) {
    if (packet.out().known() && packet.out().name().isPresent()) {
      return packet.out();
    }
    return packet.destination().ip().map(host::deviceTowards).orElse(PacketInterface.UNKNOWN);
  }

  /** The kernel takes a loopback address from outside where route_localnet is set alone. */
  private Turn loopback(Packet packet, PacketSet packets) {
    Ending open =
        new Ending(
            Ending.Kind.UNDECIDED,
            Ending.Why.LOCALNET,
            new DecidedBy.BySetting(localnet(packet.in()), Optional.empty()),
            false,
            Optional.of(new OpenReason.LoopbackFromOutside(packet.destination().address())));
    return Turn.ends(packets, open);
  }

  /** The key of route_localnet of an interface. */
  static String localnet(PacketInterface device) {
    return "net/ipv4/conf/" + device.name().orElse("IFNAME") + "/route_localnet";
  }

  /**
   * What the host sends.
   *
   * @param begins whether it has gone through no rule yet
   * @param moved whether a rule has given it another destination, which is taken to be another
   *     machine's where nothing tells
   */
  List<Turn> output(Packet packet, PacketSet packets, boolean begins, boolean moved) {
    Optional<Routing> routing = settings.routing().apply(packet.family());
    return routing.isPresent()
        ? new Routes(routing.get())
            .output(
                packet,
                packets,
                begins && packet.source().ip().isPresent(),
                rest -> guessedOutput(packet, rest, begins, moved))
        : guessedOutput(packet, packets, begins, moved);
  }

  private List<Turn> guessedOutput(
      Packet packet, PacketSet packets, boolean begins, boolean moved) {
    Ternary here = host.delivers(packet.destination().address());
    if (here == Ternary.YES) {
      return List.of(Turn.onward(packets, PacketInterface.LOOPBACK));
    }
    if (here == Ternary.UNKNOWN && begins) {
      return List.of(Turn.onward(packets, PacketInterface.UNKNOWN));
    }
    List<Turn> turns = new ArrayList<>();
    if (here == Ternary.UNKNOWN && !moved) {
      turns.add(Turn.onward(packets, PacketInterface.LOOPBACK));
    }
    turns.add(sent(packet, packets));
    return turns;
  }

  private Turn sent(Packet packet, PacketSet packets) {
    Optional<IpAddress> to = packet.destination().ip();
    if (to.filter(settings.unroutable()).isPresent()) {
      return Turn.ends(packets, noRoute(to.get()));
    }
    PacketInterface device = towards(packet);
    boolean localhost = packet.source().ip().filter(HostAddresses::isLoopback).isPresent();
    if (localhost && packet.family() == Family.IPV4 && to.isPresent()) {
      DecidedBy by = new DecidedBy.BySetting(localnet(device), Optional.of("0"));
      if (settings.localnet().apply(to.get()) == Localnet.NOT_SET) {
        return Turn.ends(packets, Ending.there(Ending.Kind.NOT_ROUTED, Ending.Why.LOCALNET, by));
      }
    }
    return Turn.onward(packets, device);
  }
}
