package io.portmapctl.host.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.fault.FileFault;
import io.portmapctl.net.Family;
import io.portmapctl.route.Learned;
import io.portmapctl.route.Link;
import io.portmapctl.route.Neighbour;
import io.portmapctl.route.PolicyRule;
import io.portmapctl.route.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What ip and bridge printed of a host with one route, rule and interface of every kind. */
@Tag("fast")
class IpOutputTest {
  private static final Path MIXED = Path.of("testdata/routes/mixed");

  private static String file(String name) throws IOException {
    return Files.readString(MIXED.resolve(name));
  }

  /** Lines as ip prints them, each next hop of a route behind it in one. */
  private static List<String> lines(String name) throws IOException {
    return Arrays.stream(file(name).replaceAll("\\s*\n\t", " ").split("\n", -1))
        .map(String::stripTrailing)
        .filter(l -> !l.isEmpty())
        .toList();
  }

  private static List<String> texts(List<Route> routes) {
    return routes.stream().map(Route::text).toList();
  }

  @Test
  void routesAreToldAsIpPrintsThem() throws Exception {
    List<Route> routes = RouteReader.read(file("route.json"));
    assertThat(texts(routes)).containsExactlyElementsOf(lines("route.txt"));
    assertThat(RouteReader.read(file("route-d.json"))).isEqualTo(routes);
  }

  @Test
  void rulesAreToldAsIpPrintsThem() throws Exception {
    List<PolicyRule> rules = PolicyRuleReader.read(file("rule.json"), Family.IPV4);
    assertThat(rules).extracting(PolicyRule::text).containsExactlyElementsOf(lines("rule.txt"));
    assertThat(PolicyRuleReader.read(file("rule6.json"), Family.IPV6))
        .extracting(PolicyRule::text)
        .containsExactlyElementsOf(lines("rule6.txt"));
    assertThat(rules.get(0)).isEqualTo(PolicyRule.standard(Family.IPV4).get(0));
    assertThat(rules.get(2).inverted()).isTrue();
    assertThat(rules.get(9).absent()).isTrue();
    assertThat(rules.get(7).unmodelled()).containsExactly("tos 0x10");
  }

  @Test
  void interfacesArePortsAndBridges() throws Exception {
    List<Link> links = LinkReader.links(file("address.json"));
    Link port = links.stream().filter(l -> l.name().equals("v0")).findFirst().orElseThrow();
    assertThat(port.port()).contains(new Link.Port("forwarding", true, true, false, false));
    assertThat(port.master()).contains("br0");
    Link bridge = links.stream().filter(l -> l.name().equals("br0")).findFirst().orElseThrow();
    assertThat(bridge.bridge()).contains(new Link.Bridge(false, false, false));
    Link second = links.stream().filter(l -> l.name().equals("e0")).findFirst().orElseThrow();
    assertThat(second.addresses())
        .extracting(a -> a.address() + (a.secondary() ? " secondary" : ""))
        .startsWith("192.0.2.10/24", "192.0.2.11/24 secondary");
    assertThat(LinkReader.links(file("link.json"), file("address-plain.json"))).isEqualTo(links);
    assertThat(LinkReader.links(file("address-plain.json")))
        .allMatch(l -> !l.detailed() && l.port().isEmpty());
  }

  @Test
  void neighboursAndWhatIsLearned() throws Exception {
    assertThat(LinkReader.neighbours(file("neighbour.json")))
        .extracting(Neighbour::device, Neighbour::hardware, Neighbour::permanent)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("br0", Optional.of("02:00:00:00:00:05"), true));
    assertThat(LinkReader.learned(file("fdb.json")))
        .contains(new Learned("02:00:00:00:00:05", "v0", "br0", false, false))
        .anyMatch(Learned::own);
  }

  @Test
  void whatIpDoesNotPrintIsToldByItsPlace() {
    fails("[{\"dst\":\"10.0.0.0/33\",\"dev\":\"e0\"}]", "not-an-address", "[0]", "dst");
    fails("[{},{\"dev\":\"e0\"}]", "missing", "[1]", "dst");
    fails(
        "[{\"dst\":\"default\",\"gateway\":\"x\",\"dev\":\"e\"}]",
        "not-an-address",
        "[0]",
        "gateway");
    fails("[{\"dst\":\"default\",\"metric\":\"x\"}]", "wrong-type", "[0]", "metric");
    fails(
        "[{\"dst\":\"default\",\"nexthops\":[{\"weight\":1}]}]",
        "missing",
        "[0].nexthops[0]",
        "dev");
    assertThatThrownBy(() -> RouteReader.read("{}"))
        .isInstanceOfSatisfying(
            IpFormatException.class,
            e -> assertThat(e.fault()).isInstanceOf(FileFault.NotAnArray.class));
    assertThatThrownBy(() -> RouteReader.read("[3]"))
        .isInstanceOfSatisfying(
            IpFormatException.class,
            e ->
                assertThat(e.fault())
                    .isEqualTo(new FileFault.NotAnObject(FileFault.Content.ROUTES, "[0]")));
    assertThatThrownBy(() -> RouteReader.read("[{\"dst\":"))
        .isInstanceOfSatisfying(
            IpFormatException.class,
            e -> assertThat(e.fault()).isInstanceOf(FileFault.NotJson.class));
  }

  private static void fails(String text, String code, String place, String field) {
    assertThatThrownBy(() -> RouteReader.read(text))
        .isInstanceOfSatisfying(
            IpFormatException.class,
            e -> {
              assertThat(e.fault().code()).isEqualTo(code);
              FileFault.WrongField wrong = (FileFault.WrongField) e.fault();
              assertThat(wrong.place()).isEqualTo(place);
              assertThat(wrong.field()).isEqualTo(field);
            });
  }
}
