package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real packets: a host with a bridge, two containers with echoes, an outside peer. */
class PacketsIT {
  private static final String V4 = "192.0.2.1";
  private static final String V6 = "[2001:db8::1]";

  @TempDir private Path folder;
  private final List<Process> servers = new ArrayList<>();

  /** The four namespaces, wired. */
  record Site(Namespace host, Namespace peer, Namespace container, Namespace sibling)
      implements AutoCloseable {

    static Site make() throws Exception {
      Needs.program("socat");
      Site site = new Site(Namespace.make(), Namespace.make(), Namespace.make(), Namespace.make());
      Namespace host = site.host;
      host.must("", "ip", "link", "set", "lo", "up");
      host.must("", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
      host.must("", "ip", "link", "add", "cni-web", "type", "bridge");
      host.must("", "ip", "addr", "add", "10.89.5.1/24", "dev", "cni-web");
      host.must("", "ip", "addr", "add", "fd00:89:5::1/64", "dev", "cni-web", "nodad");
      host.must("", "ip", "link", "set", "cni-web", "up");
      wire(host, site.container, "c1", "10.89.5.6/24", "fd00:89:5::6/64");
      wire(host, site.sibling, "c2", "10.89.5.7/24", "fd00:89:5::7/64");
      for (String veth : List.of("c1", "c2")) {
        host.must("", "ip", "link", "set", veth, "master", "cni-web");
        host.must("", "ip", "link", "set", veth, "type", "bridge_slave", "hairpin", "on");
      }
      wire(host, site.peer, "p", "192.0.2.2/24", "2001:db8::2/64");
      host.must("", "ip", "addr", "add", "192.0.2.1/24", "dev", "p");
      host.must("", "ip", "addr", "add", "2001:db8::1/64", "dev", "p", "nodad");
      for (Namespace each : List.of(site.container, site.sibling)) {
        each.must("", "ip", "route", "add", "default", "via", "10.89.5.1");
        each.must("", "ip", "-6", "route", "add", "default", "via", "fd00:89:5::1");
      }
      return site;
    }

    private static void wire(Namespace host, Namespace other, String name, String v4, String v6)
        throws Exception {
      host.must(
          "",
          "ip",
          "link",
          "add",
          name,
          "type",
          "veth",
          "peer",
          "name",
          "eth0",
          "netns",
          other.name());
      host.must("", "ip", "link", "set", name, "up");
      other.must("", "ip", "link", "set", "lo", "up");
      other.must("", "ip", "addr", "add", v4, "dev", "eth0");
      other.must("", "ip", "addr", "add", v6, "dev", "eth0", "nodad");
      other.must("", "ip", "link", "set", "eth0", "up");
    }

    @Override
    public void close() {
      for (Namespace each : List.of(host, peer, container, sibling)) {
        each.close();
      }
    }
  }

  private String document(String version) throws Exception {
    Path file = folder.resolve("web.json");
    Files.writeString(
        file,
        "{\"containerID\":\"c1\",\"config\":{\"cniVersion\":\""
            + version
            + "\",\"type\":\"portmap\","
            + "\"name\":\"web\",\"runtimeConfig\":{\"portMappings\":["
            + "{\"hostPort\":8080,\"containerPort\":80},"
            + "{\"hostPort\":5353,\"containerPort\":53,\"protocol\":\"udp\"}]},"
            + "\"prevResult\":{\"cniVersion\":\""
            + version
            + "\",\"ips\":["
            + "{\"address\":\"10.89.5.6/24\",\"version\":\"4\"},"
            + "{\"address\":\"fd00:89:5::6/64\",\"version\":\"6\"}]}}}");
    return file.toString();
  }

  private void serve(Site site) throws Exception {
    servers.add(
        site.container.start(
            "socat", "TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0", "SYSTEM:read line; echo here"));
    servers.add(
        // who answers before it has read may be gone when the question comes
        site.container.start(
            "socat", "UDP6-RECVFROM:53,fork,ipv6only=0", "SYSTEM:read line; echo here"));
    Thread.sleep(500);
    for (Namespace each : List.of(site.host, site.peer, site.container, site.sibling)) {
      settle(each);
    }
  }

  /** Until the kernel has found that nobody else has an address, it does not ask for neighbours. */
  static void settle(Namespace namespace) throws Exception {
    for (int i = 0; i < 50; i++) {
      if (namespace.must("", "ip", "-6", "addr", "show", "tentative").isEmpty()) {
        return;
      }
      Thread.sleep(100);
    }
  }

  static boolean reaches(Namespace from, String to) throws Exception {
    List<String> command = List.of("timeout", "3", "socat", "-T1", "-", to);
    return from.run("hello\n", command).out().contains("here");
  }

  static boolean tcp(Namespace from, String address) throws Exception {
    return reaches(from, "TCP:" + address + ":8080,connect-timeout=1");
  }

  private static boolean udp(Namespace from, String address) throws Exception {
    return reaches(from, "UDP:" + address + ":5353");
  }

  private void must(Namespace host, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(Namespace.launcher()));
    command.addAll(List.of(words));
    command.addAll(List.of("--apply", "--lock-file", folder.resolve("lock").toString()));
    Run run = host.run("", command);
    assertThat(run.exit()).as(run.err()).isZero();
  }

  @Test
  void publishedPortsAreReachedFromEverywhereAndUnpublishedFromNowhere() throws Exception {
    for (String layout : List.of("snat", "mark")) {
      String document = document(layout.equals("mark") ? "0.4.0" : "0.3.1");
      try (Site site = Site.make()) {
        serve(site);
        SoftAssertions all = new SoftAssertions();
        all.assertThat(tcp(site.peer, V4)).as("before").isFalse();
        must(site.host, "add", document, "--layout", layout);
        for (String address : List.of(V4, V6)) {
          String where = layout + " " + address;
          all.assertThat(tcp(site.peer, address)).as("%s tcp from the peer", where).isTrue();
          all.assertThat(udp(site.peer, address)).as("%s udp from the peer", where).isTrue();
          all.assertThat(tcp(site.host, address)).as("%s tcp from the host", where).isTrue();
          all.assertThat(udp(site.host, address)).as("%s udp from the host", where).isTrue();
          if (layout.equals("mark")) {
            all.assertThat(tcp(site.sibling, address)).as("%s tcp sibling", where).isTrue();
            all.assertThat(tcp(site.container, address)).as("%s tcp hairpin", where).isTrue();
            all.assertThat(udp(site.sibling, address)).as("%s udp sibling", where).isTrue();
          }
        }
        all.assertThat(tcp(site.host, "127.0.0.1")).as("%s tcp localhost", layout).isTrue();
        all.assertThat(udp(site.host, "127.0.0.1")).as("%s udp localhost", layout).isTrue();
        must(site.host, "del", document);
        for (Namespace from : List.of(site.peer, site.host, site.sibling)) {
          for (String address : List.of(V4, V6)) {
            all.assertThat(tcp(from, address)).as("%s after del", layout).isFalse();
            all.assertThat(udp(from, address)).as("%s after del", layout).isFalse();
          }
        }
        all.assertAll();
      } finally {
        servers.forEach(Process::destroy);
      }
    }
  }

  @Test
  void aStaleUdpFlowComesToTheContainerAndOthersStay() throws Exception {
    Needs.program("conntrack");
    try (Site site = Site.make()) {
      serve(site);
      // flows are only tracked where some rule needs it
      site.host.must(
          "*nat\n-A POSTROUTING -s 203.0.113.0/24 -j MASQUERADE\nCOMMIT\n", "iptables-restore");
      String flow = "UDP:" + V4 + ":5353,sourceport=40000";
      String other = "UDP:" + V4 + ":7777,sourceport=40001";
      reaches(site.peer, flow);
      reaches(site.peer, other);
      assertThat(site.host.must("", "conntrack", "-L", "-p", "udp"))
          .contains("sport=40000")
          .contains("sport=40001");
      must(site.host, "add", document("0.4.0"));
      assertThat(site.host.must("", "conntrack", "-L", "-p", "udp"))
          .doesNotContain("sport=40000 dport=5353")
          .contains("sport=40001 dport=7777");
      assertThat(reaches(site.peer, flow)).isTrue();
    } finally {
      servers.forEach(Process::destroy);
    }
  }
}
