package io.portmapctl.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.host.route.LinkReader;
import io.portmapctl.host.route.PolicyRuleReader;
import io.portmapctl.host.route.RouteReader;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.HostInterface;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.IpProtocol;
import io.portmapctl.route.HostRouting;
import io.portmapctl.route.Known;
import io.portmapctl.route.Learned;
import io.portmapctl.route.Link;
import io.portmapctl.route.Missing;
import io.portmapctl.route.Neighbour;
import io.portmapctl.route.PolicyRule;
import io.portmapctl.route.Route;
import io.portmapctl.route.Routing;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.trace.Endpoint;
import io.portmapctl.trace.HostAddresses;
import io.portmapctl.trace.Mark;
import io.portmapctl.trace.Packet;
import io.portmapctl.trace.PacketInterface;
import io.portmapctl.trace.RuleIndex;
import io.portmapctl.trace.Ternary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ways that routes, settings and bridge ports end, on a host with a bridge of two ports. */
@Tag("fast")
class RoutesTest {
  private static final Path PLAIN = Path.of("testdata/routes/plain");
  private static final String DNAT =
      "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 192.0.2.10/32 -p tcp -m tcp --dport 80 -j"
          + " DNAT --to-destination 10.1.0.2:80\nCOMMIT\n";
  private static final String DNAT_OUT = DNAT.replace("PREROUTING", "OUTPUT");
  private static final String LEARNED =
      "[{\"mac\":\"02:00:00:00:00:02\",\"ifname\":\"v0\",\"master\":\"br0\",\"state\":\"\"}]";
  private static final String KNOWN =
      "[{\"dst\":\"10.1.0.2\",\"dev\":\"br0\",\"lladdr\":\"02:00:00:00:00:02\",\"state\":[\"STALE\"]}]";

  private final Map<String, String> settings = new HashMap<>();
  private String routes = read("route.json");
  private String links = read("address.json");
  private String beside = KNOWN;
  private HostAddresses addresses = HostAddresses.UNKNOWN;

  /** A rule of chain PREROUTING in table mangle. */
  private Optional<String> mangle = Optional.empty();

  /** A rule of chain FORWARD in table filter. */
  private Optional<String> forward = Optional.empty();

  private static String read(String name) {
    try {
      return Files.readString(PLAIN.resolve(name));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** What is not said is 0. */
  private final class Host implements HostRouting {
    private final List<PolicyRule> rules = PolicyRuleReader.read(read("rule.json"), Family.IPV4);
    private final List<Route> all = RouteReader.read(routes);
    private final List<Link> devices = LinkReader.links(links);
    private final List<Learned> learned = LinkReader.learned(LEARNED);
    private final List<Neighbour> neighbours = LinkReader.neighbours(beside);

    private Host() throws Exception {
      // what is read can be wrong
    }

    @Override
    public Known<List<PolicyRule>> rules(Family family) {
      return Known.of(rules, Missing.rules(family));
    }

    @Override
    public Known<List<Route>> routes() {
      return Known.of(all, Missing.ROUTES);
    }

    @Override
    public Known<List<Link>> links() {
      return Known.of(devices, Missing.LINKS);
    }

    @Override
    public Known<List<Neighbour>> neighbours() {
      return Known.of(neighbours, Missing.NEIGHBOURS);
    }

    @Override
    public Known<List<Learned>> learned() {
      return Known.of(learned, Missing.FORWARDING_DATABASE);
    }

    @Override
    public Known<String> setting(String key) {
      return Known.of(settings.getOrDefault(key, "0"), Missing.setting(key));
    }

    @Override
    public Known<Boolean> merged() {
      return Known.of(true, Missing.TRIE);
    }
  }

  private Ending ending(String source, String in) throws Exception {
    return ending(source, in, rule -> false);
  }

  private Ending ending(String source, String in, Predicate<RuleSite> toContainers)
      throws Exception {
    String nat = in.isEmpty() ? DNAT_OUT : DNAT;
    Table table = SaveFormat.table(Family.IPV4, TableName.NAT, nat).orElseThrow();
    Routing routing = new Routing(new Host());
    Settings known =
        new Settings(
            c -> Localnet.UNKNOWN,
            f -> Ternary.UNKNOWN,
            f -> List.of(),
            a -> false,
            () -> Ternary.UNKNOWN,
            f -> Optional.of(routing));
    Ground ground = new Ground(addresses, addresses::subnet, known, toContainers);
    Packet packet =
        new Packet(
            Family.IPV4,
            IpProtocol.TCP,
            Endpoint.of(IpAddress.parse(source).orElseThrow(), 40000),
            Endpoint.of(IpAddress.parse("192.0.2.10").orElseThrow(), 80),
            PacketInterface.of(in),
            PacketInterface.UNKNOWN,
            Mark.of(0),
            Ternary.NO);
    List<RuleIndex> others = new ArrayList<>();
    if (forward.isPresent()) {
      String save = "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD " + forward.get() + "\nCOMMIT\n";
      others.add(
          new RuleIndex(SaveFormat.table(Family.IPV4, TableName.FILTER, save).orElseThrow()));
    }
    if (mangle.isPresent()) {
      String save =
          "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING " + mangle.get() + "\nCOMMIT\n";
      others.add(
          new RuleIndex(SaveFormat.table(Family.IPV4, TableName.MANGLE, save).orElseThrow()));
    }
    Rules rules = new Rules(new RuleIndex(table), others, Rules.Written.NOTHING);
    List<PacketPath> paths = new Tracer(rules, ground, true).follow(packet).paths();
    List<Ending> endings = new ArrayList<>();
    paths.forEach(p -> endings.add(p.ending()));
    assertThat(endings).hasSize(1);
    return endings.get(0);
  }

  private void forwards() {
    settings.put("net/ipv4/ip_forward", "1");
    for (String device : List.of("all", "eth0", "br0", "br9", "lo")) {
      settings.put("net/ipv4/conf/" + device + "/forwarding", "1");
    }
  }

  @Test
  void nothingIsInTheWay() throws Exception {
    forwards();
    assertThat(ending("203.0.113.9", "eth0").kind()).isEqualTo(Ending.Kind.DELIVERED);
  }

  @Test
  void aSettingEndsIt() throws Exception {
    forwards();
    settings.put("net/ipv4/conf/eth0/forwarding", "0");
    Ending ending = ending("203.0.113.9", "eth0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.NOT_ROUTED);
    assertThat(ending.by())
        .isEqualTo(new DecidedBy.BySetting("net/ipv4/conf/eth0/forwarding", Optional.of("0")));
  }

  @Test
  void aRouteEndsIt() throws Exception {
    forwards();
    routes = routes.replaceFirst("\\[", "[{\"type\":\"blackhole\",\"dst\":\"10.1.0.2\"},");
    Ending ending = ending("203.0.113.9", "eth0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.NOT_ROUTED);
    assertThat(ending.by())
        .isInstanceOfSatisfying(
            DecidedBy.ByRoute.class, r -> assertThat(r.text()).contains("blackhole 10.1.0.2"));
  }

  @Test
  void theBridgesPortEndsItWhereRulesSeeTheBridge() throws Exception {
    forwards();
    links = links.replace("\"hairpin\":true", "\"hairpin\":false");
    settings.put("net/bridge/bridge-nf-call-iptables", "1");
    Ending ending = ending("10.1.0.2", "br0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.NOT_ROUTED);
    assertThat(ending.by()).isEqualTo(new DecidedBy.ByBridgePort("br0", Optional.of("v0")));
    // else the host sends it back itself, and the container gets what it has sent
    settings.put("net/bridge/bridge-nf-call-iptables", "0");
    assertThat(ending("10.1.0.2", "br0").why()).isEqualTo(Ending.Why.ITSELF);
  }

  @Test
  void whatDropsTheAnswerOfTheContainerBesideEndsItWhereRulesSeeTheBridge() throws Exception {
    forwards();
    links = links.replace("\"hairpin\":false", "\"hairpin\":true");
    settings.put("net/bridge/bridge-nf-call-iptables", "1");
    Cidr subnet = Cidr.parse("10.1.0.1/24").orElseThrow();
    addresses =
        new HostAddresses(
            Optional.of(List.of(new HostInterface("br0", List.of(subnet), List.of()))));
    assertThat(ending("10.1.0.3", "br0").why()).isEqualTo(Ending.Why.TURNED_BACK);
    forward = Optional.of("-s 10.1.0.2/32 -i br0 -o br0 -p tcp -m tcp --dport 40000 -j DROP");
    Ending ending = ending("10.1.0.3", "br0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.NO_ANSWER);
    assertThat(ending.by()).isInstanceOf(DecidedBy.ByRule.class);
  }

  @Test
  void ofIpv4WhatABridgeTakesAlongIsForwardedToo() throws Exception {
    links = links.replace("\"hairpin\":false", "\"hairpin\":true");
    settings.put("net/bridge/bridge-nf-call-iptables", "1");
    Ending ending = ending("10.1.0.2", "br0");
    assertThat(ending.why()).isEqualTo(Ending.Why.NOT_FORWARDING);
    assertThat(ending.by())
        .isEqualTo(new DecidedBy.BySetting("net/ipv4/ip_forward", Optional.of("0")));
  }

  @Test
  void theFilterOfSourcesEndsIt() throws Exception {
    forwards();
    settings.put("net/ipv4/conf/eth0/rp_filter", "1");
    Ending ending = ending("10.1.0.9", "eth0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.NOT_ROUTED);
    assertThat(ending.by())
        .isEqualTo(new DecidedBy.BySetting("net/ipv4/conf/eth0/rp_filter", Optional.of("1")));
  }

  private void withoutBridge(String route) {
    forwards();
    links = links.replace("br0", "br9");
    routes = "[" + route + ",{\"dst\":\"203.0.113.0/24\",\"dev\":\"eth0\",\"scope\":\"link\"}]";
  }

  @Test
  void aContainerIsNotKnownToBeBehindARouter() throws Exception {
    withoutBridge("{\"dst\":\"default\",\"gateway\":\"203.0.113.1\",\"dev\":\"eth0\"}");
    Ending ending = ending("203.0.113.9", "eth0", rule -> rule.chain().equals("PREROUTING"));
    assertThat(ending.kind()).isEqualTo(Ending.Kind.UNDECIDED);
    assertThat(ending.why()).isEqualTo(Ending.Why.ELSEWHERE);
    assertThat(ending.by())
        .isInstanceOfSatisfying(
            DecidedBy.ByRoute.class, r -> assertThat(r.text()).contains("via 203.0.113.1"));
    // other rules may lead to other machines
    assertThat(ending("203.0.113.9", "eth0").kind()).isEqualTo(Ending.Kind.DELIVERED);
  }

  /** No setting of the interface that leads out would help localhost. */
  @Test
  void norIsItsBridgeThereForLocalhost() throws Exception {
    Ending there = ending("127.0.0.1", "", rule -> true);
    assertThat(there.why()).isEqualTo(Ending.Why.LOCALNET);
    withoutBridge(
        "{\"type\":\"local\",\"dst\":\"192.0.2.10\",\"dev\":\"eth0\",\"table\":\"local\"},"
            + "{\"dst\":\"default\",\"gateway\":\"203.0.113.1\",\"dev\":\"eth0\"}");
    Ending gone = ending("127.0.0.1", "", rule -> true);
    assertThat(gone.kind()).isEqualTo(Ending.Kind.NOT_ROUTED);
    assertThat(gone.why()).isEqualTo(Ending.Why.ELSEWHERE);
    assertThat(gone.by()).isInstanceOf(DecidedBy.ByRoute.class);
    assertThat(ending("127.0.0.1", "", rule -> false).why()).isEqualTo(Ending.Why.LOCALNET);
  }

  @Test
  void norBehindTheInterfaceThatLeadsOut() throws Exception {
    withoutBridge(
        "{\"dst\":\"10.1.0.0/16\",\"dev\":\"eth0\",\"scope\":\"link\"},"
            + "{\"dst\":\"default\",\"gateway\":\"203.0.113.1\",\"dev\":\"eth0\"}");
    assertThat(ending("203.0.113.9", "eth0", rule -> true).why()).isEqualTo(Ending.Why.ELSEWHERE);
  }

  @Test
  void butBehindAnInterfaceOfItsOwn() throws Exception {
    withoutBridge(
        "{\"dst\":\"10.1.0.2\",\"dev\":\"br9\",\"scope\":\"link\"},"
            + "{\"dst\":\"default\",\"gateway\":\"203.0.113.1\",\"dev\":\"eth0\"}");
    assertThat(ending("203.0.113.9", "eth0", rule -> true).kind()).isEqualTo(Ending.Kind.DELIVERED);
  }

  @Test
  void noRouterTakesAnAnswerToALinkLocalSender() throws Exception {
    withoutBridge(
        "{\"dst\":\"10.1.0.2\",\"dev\":\"br9\",\"scope\":\"link\"},"
            + "{\"dst\":\"default\",\"gateway\":\"203.0.113.1\",\"dev\":\"eth0\"}");
    Ending ending = ending("169.254.7.7", "eth0", rule -> true);
    assertThat(ending.kind()).isEqualTo(Ending.Kind.UNDECIDED);
    assertThat(ending.back()).isTrue();
  }

  @Test
  void isolatedPortsOfABridgeTakeNothingFromEachOther() throws Exception {
    forwards();
    settings.put("net/bridge/bridge-nf-call-iptables", "1");
    assertThat(ending("10.1.0.3", "br0").why()).isNotEqualTo(Ending.Why.ISOLATED);
    links = links.replace("\"isolated\":false", "\"isolated\":true");
    Ending ending = ending("10.1.0.3", "br0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.NOT_ROUTED);
    assertThat(ending.why()).isEqualTo(Ending.Why.ISOLATED);
  }

  @Test
  void aPortWithoutLinkEndsItWhereTheContainerIsKnownToBeBehindIt() throws Exception {
    forwards();
    links = links.replace("\"LOWER_UP\"", "\"MULTICAST\"");
    Ending ending = ending("203.0.113.9", "eth0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.NOT_ROUTED);
    assertThat(ending.by())
        .isEqualTo(new DecidedBy.ByLink("v0", DecidedBy.ByLink.Fault.WITHOUT_LINK));
  }

  @Test
  void aPortThatSpanningTreeBlocksDoesToo() throws Exception {
    forwards();
    links = links.replace("\"state\":\"forwarding\"", "\"state\":\"blocking\"");
    assertThat(ending("203.0.113.9", "eth0").by())
        .isEqualTo(new DecidedBy.ByLink("v0", DecidedBy.ByLink.Fault.BLOCKED));
  }

  @Test
  void ofSomePortsWithoutLinkItIsNotKnownWhichIsTheContainers() throws Exception {
    forwards();
    beside = "[]";
    links = links.replaceFirst("\"state\":\"forwarding\"", "\"state\":\"blocking\"");
    Ending ending = ending("203.0.113.9", "eth0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.UNDECIDED);
    assertThat(ending.why()).isEqualTo(Ending.Why.LINK);
    links = links.replace("\"state\":\"forwarding\"", "\"state\":\"blocking\"");
    assertThat(ending("203.0.113.9", "eth0").by())
        .isEqualTo(new DecidedBy.ByLink("br0", DecidedBy.ByLink.Fault.WITHOUT_PORT));
  }

  @Test
  void whetherANeighbourThatDidNotAnswerDoesNowIsNotKnown() throws Exception {
    forwards();
    beside = KNOWN.replace("STALE", "FAILED");
    Ending ending = ending("203.0.113.9", "eth0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.UNDECIDED);
    assertThat(ending.why()).isEqualTo(Ending.Why.NEIGHBOUR);
  }

  @Test
  void norWhetherOneIsThereThatSomebodyWroteDown() throws Exception {
    forwards();
    beside = KNOWN.replace("STALE", "PERMANENT");
    assertThat(ending("203.0.113.9", "eth0").kind()).isEqualTo(Ending.Kind.DELIVERED);
    beside = beside.replace("02:00:00:00:00:02", "02:00:00:00:00:99");
    assertThat(ending("203.0.113.9", "eth0").by())
        .isInstanceOfSatisfying(
            DecidedBy.ByNeighbour.class,
            by -> assertThat(by.hardware()).contains("02:00:00:00:00:99"));
  }

  @Test
  void oneHopIsTooFewToBeForwarded() throws Exception {
    forwards();
    mangle = Optional.of("-i eth0 -j TTL --ttl-set 1");
    Ending ending = ending("203.0.113.9", "eth0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.DROPPED);
    assertThat(ending.why()).isEqualTo(Ending.Why.HOP_LIMIT);
    mangle = Optional.of("-i eth0 -j TTL --ttl-set 2");
    assertThat(ending("203.0.113.9", "eth0").kind()).isEqualTo(Ending.Kind.DELIVERED);
    mangle = Optional.of("-i eth0 -m ttl --ttl-lt 9 -j TTL --ttl-set 1"); // who knows
    assertThat(ending("203.0.113.9", "eth0").kind()).isEqualTo(Ending.Kind.DELIVERED);
  }

  @Test
  void answersThatLeaveByAnotherInterfaceMayNotArrive() throws Exception {
    forwards();
    routes = routes.replaceFirst("\\[", "[{\"dst\":\"203.0.113.8/30\",\"dev\":\"br0\"},");
    Ending ending = ending("203.0.113.9", "eth0");
    assertThat(ending.kind()).isEqualTo(Ending.Kind.UNDECIDED);
    assertThat(ending.why()).isEqualTo(Ending.Why.OTHER_WAY);
  }
}
