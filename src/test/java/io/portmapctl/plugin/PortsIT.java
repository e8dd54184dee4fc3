package io.portmapctl.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.CniCall;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Site;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real packets through ports that the plugin publishes: what the tests of container engines ask of
 * published ports, asked anew.
 */
@Tag("live")
class PortsIT {
  private static final String V4 = "192.0.2.1";
  private static final String V6 = "[2001:db8::1]";
  private static final String CONTAINER4 = "10.89.5.6/24";
  private static final String CONTAINER6 = "fd00:89:5::6/64";
  private static final String SIBLING4 = "10.89.5.7/24";

  @TempDir private Path folder;
  private final List<Process> servers = new ArrayList<>();
  private final SoftAssertions all = new SoftAssertions();
  private CniCall call;
  private Site site;

  @BeforeEach
  void make() throws Exception {
    call = CniCall.ours(folder);
    site = Site.make();
    for (Namespace each : List.of(site.container(), site.sibling())) {
      String name = each == site.container() ? "container" : "sibling";
      String answer = "SYSTEM:read line; echo " + name;
      servers.add(each.start("socat", "TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0", answer));
      servers.add(each.start("socat", "UDP6-RECVFROM:53,fork,ipv6only=0", answer));
    }
    Thread.sleep(500);
    site.settle();
  }

  @AfterEach
  void remove() {
    servers.forEach(Process::destroyForcibly);
    site.close();
  }

  private void add(String id, String network, String mappings, String... addresses)
      throws Exception {
    call.must(site.host(), "ADD", id, CniCall.configuration(network, mappings, addresses));
  }

  private void del(String id, String network) throws Exception {
    call.must(site.host(), "DEL", id, "{\"name\":\"" + network + "\"}");
  }

  /** Who answers; empty where nobody does. */
  private static String answer(Namespace from, String protocol, String address, int port)
      throws Exception {
    String to =
        protocol
            + ":"
            + address
            + ":"
            + port
            + (protocol.equals("TCP") ? ",connect-timeout=1" : "");
    return from.run("hello\n", List.of("timeout", "3", "socat", "-T1", "-", to)).out().strip();
  }

  private static String mapping(String hostIp, int hostPort, int containerPort, String protocol) {
    return "{\"hostIP\":\""
        + hostIp
        + "\",\"hostPort\":"
        + hostPort
        + ",\"containerPort\":"
        + containerPort
        + ",\"protocol\":\""
        + protocol
        + "\"}";
  }

  /** Each family, both and each protocol: reached where it is published, and gone afterwards. */
  @Test
  void familiesAndProtocols() throws Exception {
    Map<String, String[]> families =
        Map.of(
            "ipv4", new String[] {CONTAINER4},
            "ipv6", new String[] {CONTAINER6},
            "dual", new String[] {CONTAINER4, CONTAINER6});
    for (String family : families.keySet()) {
      for (String protocol : List.of("tcp", "udp", "sctp")) {
        String what = family + " " + protocol;
        boolean tcp = protocol.equals("tcp");
        add("c1", "web", mapping("", 8080, tcp ? 80 : 53, protocol), families.get(family));
        Map<String, List<String>> rules = site.host().natTables("nft");
        for (String version : List.of("ipv4", "ipv6")) {
          boolean published = family.equals(version) || family.equals("dual");
          all.assertThat(rules.getOrDefault(version + ":CNI-HOSTPORT-DNAT", List.of()))
              .as(what)
              .hasSize(published ? 1 : 0);
          if (published && !protocol.equals("sctp")) {
            String address = version.equals("ipv4") ? V4 : V6;
            String upper = protocol.toUpperCase(java.util.Locale.ROOT);
            all.assertThat(answer(site.peer(), upper, address, 8080))
                .as("%s from the peer to %s", what, address)
                .isEqualTo("container");
            all.assertThat(answer(site.host(), upper, address, 8080))
                .as("%s from the host to %s", what, address)
                .isEqualTo("container");
          }
        }
        del("c1", "web");
        all.assertThat(site.host().natTables("nft").toString()).doesNotContain("8080");
      }
    }
    all.assertAll();
  }

  /** Ranges, one host address, localhost, and an address that stands for all of a family. */
  @Test
  void hostAddressesAndRanges() throws Exception {
    StringBuilder range = new StringBuilder(mapping(V4, 8080, 80, "tcp"));
    range.append(',').append(mapping("127.0.0.1", 8081, 80, "tcp"));
    range.append(',').append(mapping("0.0.0.0", 8082, 80, "tcp"));
    range.append(',').append(mapping("::", 8083, 80, "tcp"));
    for (int port = 0; port < 40; port++) {
      range.append(',').append(CniCall.mapping(9000 + port, 61 + port));
    }
    add("c1", "web", range.toString(), CONTAINER4, CONTAINER6);
    String container = "container";
    all.assertThat(answer(site.peer(), "TCP", V4, 8080)).isEqualTo(container);
    all.assertThat(answer(site.host(), "TCP", "127.0.0.1", 8080)).isEmpty();
    all.assertThat(answer(site.host(), "TCP", "127.0.0.1", 8081)).isEqualTo(container);
    all.assertThat(answer(site.peer(), "TCP", V4, 8081)).isEmpty();
    all.assertThat(answer(site.peer(), "TCP", V4, 8082)).isEqualTo(container);
    all.assertThat(answer(site.peer(), "TCP", V6, 8082)).isEmpty();
    all.assertThat(answer(site.peer(), "TCP", V6, 8083)).isEqualTo(container);
    all.assertThat(answer(site.peer(), "TCP", V4, 8083)).isEmpty();
    all.assertThat(answer(site.peer(), "TCP", V4, 9019)).as("in the range").isEqualTo(container);
    all.assertThat(answer(site.peer(), "TCP", V6, 9019)).as("in the range").isEqualTo(container);
    all.assertThat(answer(site.peer(), "TCP", V4, 9018)).as("nobody listens").isEmpty();
    all.assertAll();
  }

  /** A container on two networks, on a host that drops what comes in by another way than back. */
  @Test
  void twoNetworksWithAStrictReversePathFilter() throws Exception {
    Namespace host = site.host();
    host.must("", "ip", "link", "add", "cni-db", "type", "bridge");
    host.must("", "ip", "addr", "add", "10.90.5.1/24", "dev", "cni-db");
    host.must("", "ip", "link", "set", "cni-db", "up");
    host.must(
        "",
        "ip",
        "link",
        "add",
        "d1",
        "type",
        "veth",
        "peer",
        "name",
        "eth1",
        "netns",
        site.container().name());
    host.must("", "ip", "link", "set", "d1", "up", "master", "cni-db");
    site.container().must("", "ip", "addr", "add", "10.90.5.6/24", "dev", "eth1");
    site.container().must("", "ip", "link", "set", "eth1", "up");
    for (String device : List.of("all", "cni-web", "cni-db", "p")) {
      host.must("", "sysctl", "-qw", "net.ipv4.conf." + device + ".rp_filter=1");
    }
    add("c1", "web", CniCall.mapping(8080, 80), CONTAINER4);
    add("c1", "db", CniCall.mapping(8080, 80), "10.90.5.6/24");
    for (String when : List.of("both", "one")) {
      all.assertThat(answer(site.peer(), "TCP", V4, 8080)).as(when).isEqualTo("container");
      all.assertThat(answer(host, "TCP", "127.0.0.1", 8080)).as(when).isEqualTo("container");
      all.assertThat(answer(host, "TCP", V4, 8080)).as(when).isEqualTo("container");
      all.assertThat(answer(site.sibling(), "TCP", V4, 8080)).as(when).isEqualTo("container");
      del("c1", "db");
    }
    del("c1", "web");
    all.assertThat(answer(host, "TCP", V4, 8080)).isEmpty();
    all.assertAll();
  }

  /** TCP and UDP of one port are two containers': one goes, the other stays. */
  @Test
  void onePortOfTwoProtocolsTornDownApart() throws Exception {
    add("c1", "web", mapping("", 5353, 80, "tcp"), CONTAINER4);
    add("c2", "web", mapping("", 5353, 53, "udp"), SIBLING4);
    all.assertThat(answer(site.peer(), "TCP", V4, 5353)).isEqualTo("container");
    all.assertThat(answer(site.peer(), "UDP", V4, 5353)).isEqualTo("sibling");
    del("c1", "web");
    all.assertThat(answer(site.peer(), "TCP", V4, 5353)).isEmpty();
    all.assertThat(answer(site.peer(), "UDP", V4, 5353)).isEqualTo("sibling");
    add("c1", "web", mapping("", 5353, 80, "tcp"), CONTAINER4);
    del("c2", "web");
    all.assertThat(answer(site.peer(), "TCP", V4, 5353)).isEqualTo("container");
    all.assertThat(site.host().natTables("nft").toString()).doesNotContain("-p udp");
    all.assertAll();
  }

  /** One port on two addresses and of two protocols is three pods'. */
  @Test
  void onePortOfThreePods() throws Exception {
    add("pod1", "pods", mapping("127.0.0.1", 54323, 80, "tcp"), CONTAINER4);
    add("pod2", "pods", mapping(V4, 54323, 80, "tcp"), SIBLING4);
    add("pod3", "pods", mapping(V4, 54323, 53, "udp"), CONTAINER4);
    String conflicts =
        call.in(
                site.host(),
                "CHECK",
                "pod3",
                CniCall.configuration("pods", mapping(V4, 54323, 53, "udp"), CONTAINER4))
            .out();
    all.assertThat(conflicts).isEmpty();
    all.assertThat(answer(site.host(), "TCP", "127.0.0.1", 54323)).isEqualTo("container");
    for (Namespace from : List.of(site.peer(), site.host(), site.sibling())) {
      all.assertThat(answer(from, "TCP", V4, 54323)).isEqualTo("sibling");
      all.assertThat(answer(from, "UDP", V4, 54323)).isEqualTo("container");
    }
    all.assertAll();
  }

  /** Eight mappings of both families, with conditions; marked by another's chain, or by bit 5. */
  @Test
  void theRulesOfARichConfigurationAreTheGoPlugins() throws Exception {
    String mappings =
        String.join(
            ",",
            mapping("", 8080, 80, "tcp"),
            mapping("", 8081, 80, "tcp"),
            mapping("", 8080, 81, "udp"),
            mapping("", 8082, 82, "udp"),
            mapping("192.0.2.1", 8083, 83, "tcp"),
            mapping("0.0.0.0", 8084, 84, "tcp"),
            mapping("2001:db8::1", 8085, 85, "tcp"),
            mapping("::", 8086, 86, "tcp"));
    for (String marking :
        List.of(
            "\"externalSetMarkChain\":\"PLZ-SET-MARK\"", "\"markMasqBit\":5", "\"snat\":false")) {
      String configuration =
          CniCall.configuration("web", mappings, CONTAINER4, CONTAINER6)
              .replace(
                  "\"type\":",
                  "\"conditionsV4\":[\"-s\",\"192.0.2.0/24\"],\"conditionsV6\":[\"!\",\"-s\","
                      + "\"2001:db8:f::/64\"],"
                      + marking
                      + ",\"type\":");
      List<Map<String, List<String>>> tables = new ArrayList<>();
      for (CniCall each : List.of(call, CniCall.theirs())) {
        try (Namespace host = Namespace.withBridge()) {
          for (String program : List.of("iptables", "ip6tables")) {
            host.must("", program, "-t", "nat", "-N", "PLZ-SET-MARK");
          }
          each.must(host, "ADD", "c1", configuration);
          tables.add(host.natTables("nft"));
          each.must(host, "DEL", "c1", configuration);
          tables.add(host.natTables("nft"));
        }
      }
      assertThat(tables.get(0)).as(marking).isEqualTo(tables.get(2));
      assertThat(tables.get(1)).as(marking).isEqualTo(tables.get(3));
    }
  }
}
