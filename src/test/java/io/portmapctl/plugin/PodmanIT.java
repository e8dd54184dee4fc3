package io.portmapctl.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.GoPlugin;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.PodmanHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** In a runtime: podman, with the packaged program in the place of the CNI plugin portmap. */
@Tag("live")
class PodmanIT {
  private static final String NETWORKS =
      "network create --subnet 10.99.%1$d.0/24 --ipv6 --subnet fd00:99:%1$d::/64 n%1$d";

  /** What it leaves of itself: rules that belong to nobody. */
  private static final List<String> SHARED = List.of("CNI-HOSTPORT", "PREROUTING", "OUTPUT");

  @TempDir(cleanup = CleanupMode.ALWAYS)
  private Path folder;

  private PodmanHost host(String name, String plugin) throws Exception {
    PodmanHost host =
        PodmanHost.make(plugin, Files.createDirectories(folder.resolve(name)).toRealPath());
    host.podman(NETWORKS.formatted(1));
    host.podman(NETWORKS.formatted(2));
    return host;
  }

  /** TCP, UDP, ranges, host addresses, IPv6 and two networks, rule by rule. */
  @Test
  void theRulesAreTheGoPlugins() throws Exception {
    List<List<String>> rules = new ArrayList<>();
    for (String plugin : List.of(Namespace.launcher(), GoPlugin.PATH.toString())) {
      try (PodmanHost host = host("h" + rules.size(), plugin)) {
        host.container("c1", "--network n1 -p 8080:80 -p 5353:53/udp -p 9900:99/sctp");
        // ports on several addresses come in an order that is podman's mood: a container for each
        host.container("c2", "--network n2 -p 9000-9019:9000-9019");
        host.container("c3", "--network n1,n2 -p 8082:80");
        host.container("c4", "--network n2 -p 192.0.2.1:8081:80");
        host.container("c5", "--network n1,n2 -p 127.0.0.1:8083:80");
        rules.add(host.rules());
        assertThat(rules.get(0)).anyMatch(r -> r.contains("--to-destination [fd00:99:1::2]:80"));
        host.podman("rm -f -t 0 c2");
        rules.add(host.rules());
        host.podman("rm -f -t 0 c1 c3 c4 c5");
        assertThat(host.rules()).allMatch(r -> SHARED.stream().anyMatch(r::contains));
        assertThat(host.rules().toString()).doesNotContain("dnat name:");
      }
    }
    // of a container on two networks, podman calls for either first
    assertThat(rules.get(0)).containsExactlyInAnyOrderElementsOf(rules.get(2));
    assertThat(rules.get(1)).containsExactlyInAnyOrderElementsOf(rules.get(3));
  }

  /**
   * HTTP through published ports, from everywhere; again after a flush and a reload, after a
   * restart, and not between a disconnection and the next connection.
   */
  @Test
  void connectionsReachTheContainer() throws Exception {
    try (PodmanHost host = host("h", Namespace.launcher())) {
      host.container("c1", "--network n1 -p 8080:80 -p 8090-8092:80-82");
      host.container("c2", "--network n1,n2 -p 192.0.2.1:8081:80 -p 127.0.0.1:8083:80");
      host.settle();
      SoftAssertions all = new SoftAssertions();
      reached(host, all, "first");
      all.assertThat(host.fromHost("127.0.0.1:8090")).as("a range").isEqualTo("c1");
      all.assertThat(host.fromPeer("192.0.2.1:8081")).as("a host address").isEqualTo("c2");
      all.assertThat(host.fromHost("127.0.0.1:8081")).as("another address").isEmpty();
      all.assertThat(host.fromHost("127.0.0.1:8083")).as("localhost's").isEqualTo("c2");
      all.assertThat(host.fromPeer("192.0.2.1:8083")).as("not localhost").isEmpty();

      List<String> rules = host.rules();
      host.must("iptables -t nat -F; iptables -t nat -X; ip6tables -t nat -F; ip6tables -t nat -X");
      all.assertThat(host.fromHost("127.0.0.1:8080")).as("after a flush").isEmpty();
      host.podman("network reload -a");
      reached(host, all, "reloaded");
      all.assertThat(host.rules()).hasSameElementsAs(rules);
      host.podman("network reload c1");
      all.assertThat(host.rules()).as("reloaded twice").hasSameElementsAs(rules);

      host.podman("restart -t 0 c1");
      host.settle();
      reached(host, all, "restarted");

      host.podman("network disconnect n1 c1");
      all.assertThat(host.rules().toString()).as("disconnected").doesNotContain("8080");
      all.assertThat(host.fromHost("127.0.0.1:8080")).as("disconnected").isEmpty();
      host.podman("network connect n1 c1");
      host.settle();
      reached(host, all, "connected again");

      host.podman("rm -f -t 0 c1 c2");
      all.assertThat(host.rules().toString()).doesNotContain("dnat name:", "CNI-DN-");
      all.assertAll();
    }
  }

  private static void reached(PodmanHost host, SoftAssertions all, String when) throws Exception {
    all.assertThat(host.fromHost("127.0.0.1:8080")).as("%s: 127.0.0.1", when).isEqualTo("c1");
    all.assertThat(host.fromHost("192.0.2.1:8080")).as("%s: host", when).isEqualTo("c1");
    all.assertThat(host.fromPeer("192.0.2.1:8080")).as("%s: peer", when).isEqualTo("c1");
    all.assertThat(host.fromPeer("[2001:db8::1]:8080")).as("%s: peer, v6", when).isEqualTo("c1");
    all.assertThat(host.fromContainer("c1", "192.0.2.1:8080"))
        .as("%s: hairpin", when)
        .isEqualTo("c1");
    all.assertThat(host.fromContainer("c2", "192.0.2.1:8080"))
        .as("%s: sibling", when)
        .isEqualTo("c1");
  }
}
