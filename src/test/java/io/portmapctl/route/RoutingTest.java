package io.portmapctl.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.host.route.GivenRouting;
import io.portmapctl.host.route.LinkReader;
import io.portmapctl.host.route.PolicyRuleReader;
import io.portmapctl.host.route.RouteReader;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.packet.Field;
import io.portmapctl.packet.Interval;
import io.portmapctl.packet.PacketSet;
import io.portmapctl.packet.PacketSpace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Decisions on a small host: eth0 with a default route, a bridge, and containers behind it. */
@Tag("fast")
class RoutingTest {
  private static final Path PLAIN = Path.of("testdata/routes/plain");

  private final Map<String, String> settings = new TreeMap<>();
  private final PacketSpace space = new PacketSpace();
  private final List<Link> links = new ArrayList<>(read("address.json", LinkReader::links));
  private final List<Route> routes = new ArrayList<>(read("route.json", RouteReader::read));
  private final List<PolicyRule> rules =
      new ArrayList<>(read("rule.json", t -> PolicyRuleReader.read(t, Family.IPV4)));

  RoutingTest() {
    set("net/ipv4/ip_forward", 1);
    set("net/ipv6/conf/all/forwarding", 1);
    for (String device : List.of("all", "lo", "eth0", "br0", "v0", "v1")) {
      for (String name :
          List.of("forwarding", "rp_filter", "accept_local", "route_localnet", "src_valid_mark")) {
        boolean on = name.equals("forwarding");
        set("net/ipv4/conf/" + device + "/" + name, on ? 1 : 0);
      }
    }
  }

  private interface Parser<T> {
    T parse(String text) throws Exception;
  }

  private static <T> T read(String name, Parser<T> parser) {
    try {
      return parser.parse(Files.readString(PLAIN.resolve(name)));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void set(String key, int value) {
    settings.put(key, String.valueOf(value));
  }

  private Routing routing() {
    return new Routing(
        new MemoryRouting(
            rules,
            PolicyRule.standard(Family.IPV6),
            routes,
            links,
            List.of(),
            List.of(),
            settings,
            true));
  }

  private PacketSet packet(String in, String source, String destination) {
    return space
        .of(Field.INPUT_INTERFACE, in.isEmpty() ? Interval.of(0) : Interval.ofInterface(in))
        .and(space.of(Field.SOURCE, Cidr.parse(source).orElseThrow()))
        .and(space.of(Field.DESTINATION, Cidr.parse(destination).orElseThrow()));
  }

  private Decision in(String device, String source, String destination) {
    List<Routed> routed = routing().input(packet(device, source, destination));
    assertThat(routed).hasSize(1);
    return routed.get(0).decision();
  }

  private static String told(Decision decision) {
    StringBuilder text = new StringBuilder();
    if (decision instanceof Decision.Local local) {
      text.append(local.type());
    } else if (decision instanceof Decision.Leaves leaves) {
      text.append(leaves.device());
      leaves.via().ifPresent(v -> text.append(" via ").append(v));
    } else if (decision instanceof Decision.Refused refused) {
      text.append(refused.why()).append(refused.told() ? " told" : "");
    } else {
      text.append("unknown");
    }
    for (Decider by : decision.by()) {
      text.append("; ").append(by.accept(new Names()));
    }
    decision.open().forEach(o -> text.append("? ").append(o.name()));
    return text.toString();
  }

  private record Names() implements Decider.Visitor<String> {
    @Override
    public String rule(Decider.ByRule by) {
      return by.rule().text().replace('\t', ' ');
    }

    @Override
    public String route(Decider.ByRoute by) {
      return by.route().text();
    }

    @Override
    public String setting(Decider.BySetting by) {
      return by.setting().key() + "=" + by.setting().value();
    }

    @Override
    public String link(Decider.ByLink by) {
      return by.name() + " " + by.state();
    }
  }

  @Test
  void whatComesInGoesWhereTheRoutesSay() {
    assertThat(told(in("eth0", "203.0.113.9", "192.0.2.10")))
        .isEqualTo(
            "LOCAL; 0: from all lookup local; local 192.0.2.10 dev eth0 table local proto kernel"
                + " scope host src 192.0.2.10");
    assertThat(told(in("eth0", "203.0.113.9", "10.1.0.5")))
        .isEqualTo(
            "br0; 32766: from all lookup main; 10.1.0.0/24 dev br0 proto kernel scope link src"
                + " 10.1.0.1");
    assertThat(told(in("br0", "10.1.0.5", "203.0.113.9")))
        .isEqualTo(
            "eth0 via 192.0.2.1; 32766: from all lookup main; default via 192.0.2.1 dev eth0");
    assertThat(told(in("eth0", "203.0.113.9", "192.0.2.255"))).startsWith("BROADCAST");
  }

  @Test
  void partsOfASetGoTheirWays() {
    PacketSet all = packet("eth0", "203.0.113.9", "0.0.0.0/0");
    List<Routed> routed = routing().input(all);
    PacketSet together = space.none();
    for (Routed part : routed) {
      assertThat(together.meets(part.packets())).isFalse();
      together = together.or(part.packets());
    }
    assertThat(together).isEqualTo(all);
    assertThat(routed)
        .filteredOn(r -> r.decision() instanceof Decision.Leaves)
        .extracting(r -> ((Decision.Leaves) r.decision()).device())
        .containsExactlyInAnyOrder("br0", "eth0", "eth0");
  }

  @Test
  void anInterfaceThatIsNotThereIsNamedOnlyWhereItWasAskedFor() {
    assertThat(told(in("eth7", "203.0.113.9", "10.1.0.5"))).isEqualTo("NO_INTERFACE; eth7 ABSENT");
    PacketSet any =
        packet("eth0", "203.0.113.9", "10.1.0.5")
            .without(Field.INPUT_INTERFACE)
            .minus(space.of(Field.INPUT_INTERFACE, Interval.of(0)));
    assertThat(routing().input(any))
        .extracting(r -> told(r.decision()))
        .allMatch(t -> t.startsWith("br0"));
    links.clear();
    assertThat(routing().input(any))
        .extracting(r -> told(r.decision()))
        .containsExactly("NO_INTERFACE");
  }

  @Test
  void settingsDecideWhatIsTakenIn() {
    assertThat(told(in("eth0", "203.0.113.9", "127.0.0.1")))
        .isEqualTo(
            "LOOPBACK; net/ipv4/conf/all/route_localnet=0; net/ipv4/conf/eth0/route_localnet=0");
    set("net/ipv4/conf/eth0/route_localnet", 1);
    assertThat(told(in("eth0", "203.0.113.9", "127.0.0.1"))).startsWith("LOCAL");
    assertThat(told(in("eth0", "192.0.2.10", "10.1.0.5"))).startsWith("OWN_SOURCE");
    set("net/ipv4/conf/eth0/accept_local", 1);
    assertThat(told(in("eth0", "192.0.2.10", "10.1.0.5"))).startsWith("br0");
    set("net/ipv4/conf/eth0/forwarding", 0);
    assertThat(told(in("eth0", "203.0.113.9", "10.1.0.5")))
        .startsWith("NOT_FORWARDING")
        .endsWith("net/ipv4/conf/eth0/forwarding=0");
    assertThat(told(in("br0", "10.1.0.5", "203.0.113.9"))).startsWith("eth0");
  }

  @Test
  void aSourceMustBeWhereItComesFrom() {
    set("net/ipv4/conf/all/rp_filter", 1);
    assertThat(told(in("br0", "203.0.113.9", "192.0.2.10")))
        .isEqualTo(
            "REVERSE_PATH; 32766: from all lookup main; default via 192.0.2.1 dev eth0;"
                + " net/ipv4/conf/all/rp_filter=1");
    set("net/ipv4/conf/br0/rp_filter", 2);
    assertThat(told(in("br0", "203.0.113.9", "192.0.2.10"))).startsWith("LOCAL");
    routes.removeIf(r -> r.destination().prefix() == 0);
    assertThat(told(in("br0", "203.0.113.9", "192.0.2.10")))
        .isEqualTo("REVERSE_PATH; net/ipv4/conf/br0/rp_filter=2");
  }

  @Test
  void ofIpv6ARouteOverLoopbackLeadsNowhere() throws Exception {
    routes.addAll(RouteReader.read("[{\"dst\":\"fd09::/64\",\"dev\":\"lo\",\"metric\":256}]"));
    assertThat(told(in("eth0", "fd00::9", "fd09::1")))
        .startsWith("UNREACHABLE told; ")
        .endsWith("fd09::/64 dev lo metric 256");
  }

  /** Some kernels look into table default for what table main refuses. */
  @Test
  void whatMainRefusesAndDefaultHasIsNotTheSameInEveryKernel() throws Exception {
    routes.addAll(
        RouteReader.read(
            "[{\"type\":\"unreachable\",\"dst\":\"10.9.0.0/24\"},"
                + "{\"type\":\"throw\",\"dst\":\"10.9.1.0/24\"},"
                + "{\"dst\":\"10.9.0.0/16\",\"dev\":\"br0\",\"table\":\"default\"}]"));
    assertThat(told(in("eth0", "203.0.113.9", "10.9.0.1")))
        .startsWith("UNREACHABLE told; ")
        .endsWith("unreachable 10.9.0.0/24? uname -r");
    assertThat(told(in("eth0", "203.0.113.9", "10.9.1.1"))).startsWith("br0; 32767");
  }

  @Test
  void whatIsSentNeedsAnAddressOfTheHost() {
    assertThat(told(out("192.0.2.10", "10.1.0.5"))).startsWith("br0");
    assertThat(told(out("10.1.0.5", "10.1.0.6"))).startsWith("FOREIGN_SOURCE");
    assertThat(told(out("127.0.0.1", "10.1.0.5")))
        .startsWith("LOOPBACK")
        .endsWith("net/ipv4/conf/br0/route_localnet=0");
    set("net/ipv4/conf/br0/route_localnet", 1);
    assertThat(told(out("127.0.0.1", "10.1.0.5"))).startsWith("br0");
    assertThat(told(out("127.0.0.1", "127.0.0.1"))).startsWith("LOCAL");
  }

  private Decision out(String source, String destination) {
    List<Routed> routed = routing().output(packet("", source, destination), Optional.empty());
    assertThat(routed).hasSize(1);
    return routed.get(0).decision();
  }

  @Test
  void ofUnknownFactsItIsToldWhichAreMissing() {
    Routing nothing = new Routing(GivenRouting.NOTHING);
    assertThat(told(nothing.input(packet("eth0", "203.0.113.9", "10.1.0.5")).get(0).decision()))
        .isEqualTo("unknown? ip -j route show table all");
    Routing given =
        new Routing(new GivenRouting(Known.of(routes, Missing.ROUTES), Known.not(Missing.LINKS)));
    Decision forwards = given.input(packet("eth0", "203.0.113.9", "10.1.0.5")).get(0).decision();
    assertThat(forwards).isInstanceOf(Decision.Leaves.class);
    assertThat(forwards.open())
        .extracting(Missing::name)
        .containsExactly("ip -j rule", "net/ipv4/conf/eth0/forwarding");
    Decision elsewhere = given.input(packet("br0", "203.0.113.9", "10.1.0.5")).get(0).decision();
    assertThat(elsewhere.open()).extracting(Missing::name).contains("net/ipv4/conf/br0/rp_filter");
  }
}
