package io.portmapctl.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Site;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What explain says of a live host, against real connections on it. */
@Tag("live")
class ExplainIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static JsonNode json(Run run) throws Exception {
    assertThat(run.exit()).as(run.err()).isZero();
    return JSON.readTree(run.out().getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Each answer of explain --port, and the connection that it is about. */
  @Test
  void whatIsSaidToWorkWorksAndNothingElseDoes() throws Exception {
    int connections = 0;
    int host = 0;
    for (List<String> more :
        List.of(
            List.of("--layout", "snat"),
            List.of("--layout", "mark"),
            List.of("--layout", "mark", "--no-snat"),
            List.of("--masq-all"),
            List.of("--layout", "mark", "--condition-v4", "-s 10.89.5.0/24"))) {
      try (Site site = Site.make()) {
        Process server =
            site.container()
                .start(
                    "socat",
                    "TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0",
                    "SYSTEM:read line; echo here");
        site.peer().must("", "ip", "route", "add", "default", "via", "192.0.2.1");
        site.peer().must("", "ip", "route", "add", "default", "via", "2001:db8::1");
        boolean bridged = ++host % 2 == 0;
        for (String program : List.of("iptables", "ip6tables")) {
          // where the kernel has no such setting, nothing of a bridge is shown
          String set = "net.bridge.bridge-nf-call-" + program + "=" + (bridged ? 1 : 0);
          site.host().run("", List.of("sysctl", "-qw", set));
        }
        Thread.sleep(300);
        site.settle();
        List<String> add = new ArrayList<>(List.of("add", "--net", "web", "--container-id", "c1"));
        add.addAll(List.of("--ip", "10.89.5.6/24", "--ip", "fd00:89:5::6/64", "-p", "8080:80"));
        add.addAll(more);
        add.addAll(List.of("--apply", "--lock-file", folder.resolve("lock").toString()));
        Run made = site.host().portmapctl(add.toArray(new String[0]));
        assertThat(made.exit()).as(made.err()).isZero();
        SoftAssertions all = new SoftAssertions();
        JsonNode told = json(site.host().portmapctl("explain", "--port", "8080/tcp", "-o", "json"));
        for (JsonNode family : told.get("ports")) {
          for (JsonNode answer : family.get("answers")) {
            if (answer.get("from").asText().equals("network")) {
              continue; // that one is in no namespace of the test
            }
            String to = answer.get("destination").asText();
            String address = to.contains(":") ? "[" + to + "]" : to;
            Namespace from = from(site, answer);
            // the first packet may be lost while neighbours are asked for
            boolean reached = Site.tcp(from, address) || Site.tcp(from, address);
            all.assertThat(answer.get("result").asText().equals("works"))
                .as("%s: %s, really %s", more, answer, reached)
                .isEqualTo(reached);
            connections++;
          }
        }
        server.destroy();
        all.assertAll();
      }
    }
    System.out.printf("explain and %d connections agree%n", connections);
    assertThat(connections).isGreaterThan(60);
  }

  private static Namespace from(Site site, JsonNode answer) {
    return switch (answer.get("from").asText()) {
      case "lan" -> site.peer();
      case "container" -> site.container();
      case "sibling" -> site.sibling();
      default -> site.host();
    };
  }

  @Test
  void whatKeepsAHostFromForwardingIsSaid() throws Exception {
    try (Namespace host = Namespace.withBridge()) {
      String lock = folder.resolve("lock").toString();
      Run made =
          host.portmapctl(
              "add",
              "--net",
              "web",
              "--container-id",
              "c1",
              "--ip",
              "10.89.0.6/16",
              "-p",
              "8080:80",
              "--apply",
              "--lock-file",
              lock);
      assertThat(made.exit()).as(made.err()).isZero();
      host.must("", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
      Run well = host.portmapctl("explain", "--port", "8080");
      assertThat(well.err()).isEmpty();
      assertThat(well.out())
          .contains("and route_localnet of the interface towards 10.89.0.6 is 1")
          .contains("from this host to 10.89.0.1");
      host.must("", "sysctl", "-qw", "net.ipv4.ip_forward=0");
      host.must("", "sysctl", "-qw", "net.ipv4.conf.cni-test0.route_localnet=0");
      host.must("", "iptables", "-P", "FORWARD", "DROP");
      Run ill = host.portmapctl("explain", "--port", "8080");
      assertThat(ill.exit()).isZero();
      assertThat(ill.err()).contains("warning: net/ipv4/ip_forward is 0").doesNotContain("IPv6");
      assertThat(ill.out())
          .contains("does not work -> 10.89.0.6:80: net.ipv4.ip_forward is 0")
          .contains("does not work -> 10.89.0.6:80: net.ipv4.conf.cni-test0.route_localnet is 0");
      host.must("", "sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
      assertThat(host.portmapctl("explain", "--port", "8080").out())
          .contains("and route_localnet of the interface towards 10.89.0.6 is 1");
      host.must("", "iptables", "-P", "FORWARD", "ACCEPT");
      host.must("", "iptables", "-A", "FORWARD", "-j", "REJECT");
      host.must("", "sysctl", "-qw", "net.ipv4.ip_forward=1");
      assertThat(host.portmapctl("explain", "--port", "8080").out())
          .contains("rule 1 of chain FORWARD in table filter rejects it");
      // an empty table is one of iptables, which made it, and does nothing
      host.must("", "iptables", "-D", "FORWARD", "1");
      String packet = "tcp 10.89.0.7:4000 -> 10.89.0.1:8080";
      assertThat(host.portmapctl("explain", "--packet", packet).out())
          .contains("10.89.0.6:80")
          .doesNotContain("written by nft");
      host.must("", "ip", "link", "set", "cni-test0", "down");
      assertThat(host.portmapctl("explain", "--port", "8080").out())
          .contains("this host has no route to 10.89.0.6");
    }
  }

  /** Containers that are routed to one by one, without a bridge: answers always pass the host. */
  @Test
  void routedContainersReachEachOther() throws Exception {
    try (Namespace host = Namespace.make();
        Namespace one = Namespace.make();
        Namespace other = Namespace.make()) {
      host.must("", "ip", "link", "set", "lo", "up");
      host.must("", "sysctl", "-qw", "net.ipv4.ip_forward=1");
      host.must("", "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "lan0");
      host.must("", "ip", "addr", "add", "192.0.2.11/24", "dev", "eth0");
      for (String link : List.of("lan0", "eth0")) {
        host.must("", "ip", "link", "set", link, "up");
      }
      host.must("", "ip", "route", "add", "default", "via", "192.0.2.1");
      routed(host, one, "cali4", "10.80.0.4");
      routed(host, other, "cali5", "10.80.0.5");
      // where the kernel has no such setting, there is no bridge at all
      host.run("", List.of("sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=0"));
      Process server =
          one.start("socat", "TCP-LISTEN:80,fork,reuseaddr", "SYSTEM:read line; echo here");
      Run made =
          host.portmapctl(
              "add",
              "--net",
              "pods",
              "--container-id",
              "c1",
              "--ip",
              "10.80.0.4/32",
              "-p",
              "8080:80",
              "--apply",
              "--lock-file",
              folder.resolve("lock").toString());
      assertThat(made.exit()).as(made.err()).isZero();
      JsonNode told =
          json(host.portmapctl("explain", "--port", "8080", "--family", "ipv4", "-o", "json"));
      List<String> works = new ArrayList<>();
      for (JsonNode answer : told.at("/ports/0/answers")) {
        if (answer.get("result").asText().equals("works")) {
          works.add(answer.get("from").asText());
        }
      }
      assertThat(works).contains("lan", "host", "container", "sibling");
      for (Namespace from : List.of(host, one, other)) {
        assertThat(Site.tcp(from, "192.0.2.11") || Site.tcp(from, "192.0.2.11")).isTrue();
      }
      server.destroy();
    }
  }

  private static void routed(Namespace host, Namespace container, String link, String address)
      throws Exception {
    host.must(
        "",
        "ip",
        "link",
        "add",
        link,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        container.name());
    host.must("", "ip", "link", "set", link, "up");
    host.must("", "ip", "route", "add", address, "dev", link, "scope", "link");
    host.must("", "sysctl", "-qw", "net.ipv4.conf." + link + ".proxy_arp=1");
    container.must("", "ip", "link", "set", "lo", "up");
    container.must("", "ip", "addr", "add", address + "/32", "dev", "eth0");
    container.must("", "ip", "link", "set", "eth0", "up");
    container.must("", "ip", "route", "add", "169.254.1.1", "dev", "eth0");
    container.must("", "ip", "route", "add", "default", "via", "169.254.1.1");
  }

  @Test
  void whoMayNotReadTheRulesIsToldTheCure() throws Exception {
    Path open = Files.createTempDirectory("portmapctl");
    try (Namespace host = Namespace.withBridge()) {
      String launcher = Namespace.launcherForAnybody(open);
      Run run =
          host.run(
              "",
              List.of(
                  "setpriv",
                  "--reuid=65534",
                  "--regid=65534",
                  "--clear-groups",
                  launcher,
                  "explain",
                  "--port",
                  "8080"));
      assertThat(run.exit()).as(run.err()).isEqualTo(4);
      assertThat(run.err()).contains("permission denied").contains("sudo");
    } finally {
      Namespace.process("", List.of("rm", "-rf", open.toString()));
    }
  }
}
