package io.portmapctl.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.packet.Effort;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Hosts with an interface for each container: asked about all at once, they say what they say of
 * each, and what that takes grows as their number does.
 */
@Tag("fast")
class ManyInterfacesTest {
  private final Map<String, String> settings = new HashMap<>();
  private final List<Link> links = new ArrayList<>();
  private final List<Route> routes = new ArrayList<>();

  private static Cidr cidr(String text) {
    return Cidr.parse(text).orElseThrow();
  }

  private static String network(int i) {
    return "10." + i / 250 + "." + i % 250;
  }

  private void set(String device, String name, int value) {
    settings.put("net/ipv4/conf/" + device + "/" + name, String.valueOf(value));
  }

  private void link(String name, Optional<String> address) {
    links.add(
        new Link(
            name,
            true,
            true,
            true,
            true,
            Optional.of("veth"),
            Optional.empty(),
            Optional.empty(),
            "default",
            Optional.empty(),
            Optional.empty(),
            address.stream().map(a -> new Link.Address(cidr(a), 0, false, true, false)).toList()));
    set(name, "forwarding", 1);
    address.ifPresent(
        a -> route(Route.Type.LOCAL, a.substring(0, a.indexOf('/')) + "/32", name, "local"));
  }

  private void route(Route.Type type, String to, String device, String table) {
    routes.add(
        new Route(
            Family.IPV4,
            type,
            cidr(to),
            cidr("0.0.0.0/0"),
            table,
            List.of(new Route.Hop(Optional.empty(), device, false, false)),
            Optional.empty(),
            0,
            0,
            0,
            0,
            true,
            type + " " + to + " dev " + device));
  }

  private Routing routing(int containers, boolean shared) {
    settings.put("net/ipv4/ip_forward", "1");
    link("eth0", Optional.of("192.0.2.10/24"));
    route(Route.Type.UNICAST, "0.0.0.0/0", "eth0", "main");
    for (int i = 0; i < containers; i++) {
      link("c" + i, Optional.of(shared ? "10.255.0.1/32" : network(i) + ".1/32"));
      route(Route.Type.UNICAST, network(i) + ".2/32", "c" + i, "main");
    }
    return routing();
  }

  private Routing routing() {
    return new Routing(
        new MemoryRouting(
            PolicyRule.standard(Family.IPV4),
            PolicyRule.standard(Family.IPV6),
            routes,
            links,
            List.of(),
            List.of(),
            settings,
            true));
  }

  private static PacketSet to(PacketSpace space, String destination) {
    return space.of(Family.IPV4).and(space.of(Field.DESTINATION, cidr(destination)));
  }

  /** What each interface has by itself, all have together. */
  @Test
  void allAtOnceFareAsEachByItself() {
    for (int seed = 0; seed < 25; seed++) {
      Random random = new Random(seed);
      settings.clear();
      links.clear();
      routes.clear();
      routing(3 + random.nextInt(5), random.nextBoolean());
      links.replaceAll(l -> random.nextInt(4) == 0 ? without(l) : l);
      for (String name : List.of("rp_filter", "accept_local", "route_localnet")) {
        set("all", name, Math.max(0, random.nextInt(5) - 2));
        links.forEach(l -> set(l.name(), name, Math.max(0, random.nextInt(5) - 2)));
      }
      Routing routing = routing();
      PacketSpace space = new PacketSpace();
      for (String destination : List.of("10.0.0.2/32", "192.0.2.10/32", "0.0.0.0/0")) {
        PacketSet all = to(space, destination);
        Map<Decision, PacketSet> apart = new HashMap<>();
        for (Link link : links) {
          PacketSet in =
              all.and(space.of(Field.INPUT_INTERFACE, Interval.ofInterface(link.name())));
          for (Routed each : routing.input(in)) {
            apart.merge(each.decision(), each.packets(), PacketSet::or);
          }
        }
        Map<Decision, PacketSet> together = new HashMap<>();
        for (Routed each : routing.input(all)) {
          together.merge(each.decision(), each.packets(), PacketSet::or);
        }
        assertThat(together).as("seed %d to %s", seed, destination).isEqualTo(apart);
      }
    }
  }

  private static Link without(Link link) {
    return new Link(
        link.name(),
        true,
        true,
        true,
        true,
        link.kind(),
        link.hardware(),
        link.master(),
        link.group(),
        link.port(),
        link.bridge(),
        List.of());
  }

  /**
   * Counted in runs of nodes; a way back for each interface would take a thousand times as much.
   */
  @Test
  void whatItTakesGrowsAsTheInterfacesDo() {
    for (int containers : List.of(100, 1000)) {
      links.clear();
      routes.clear();
      Routing routing = routing(containers, true);
      set("all", "rp_filter", 1);
      PacketSpace space = new PacketSpace(new Effort(1_500L * containers));
      PacketSet senders = space.none();
      for (int i = 0; i < containers; i += 100) {
        senders = senders.or(space.of(Field.SOURCE, cidr(network(i) + ".2/32")));
      }
      PacketSet packets = to(space, "10.0.1.2/32").and(senders);
      List<Routed> routed = routing.input(packets);
      assertThat(routed).isNotEmpty();
    }
  }
}
