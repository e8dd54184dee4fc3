package io.portmapctl.portmap;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Site;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real packets: a host with a bridge, two containers with echoes, an outside peer. */
@Tag("live")
class PacketsIT {
  private static final String V4 = "192.0.2.1";
  private static final String V6 = "[2001:db8::1]";

  @TempDir private Path folder;
  private final List<Process> servers = new ArrayList<>();

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
        site.container()
            .start(
                "socat",
                "TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0",
                "SYSTEM:read line; echo here"));
    servers.add(
        // who answers before it has read may be gone when the question comes
        site.container()
            .start("socat", "UDP6-RECVFROM:53,fork,ipv6only=0", "SYSTEM:read line; echo here"));
    Thread.sleep(500);
    site.settle();
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
        all.assertThat(Site.tcp(site.peer(), V4)).as("before").isFalse();
        must(site.host(), "add", document, "--layout", layout);
        for (String address : List.of(V4, V6)) {
          String where = layout + " " + address;
          all.assertThat(Site.tcp(site.peer(), address)).as("%s tcp from the peer", where).isTrue();
          all.assertThat(Site.udp(site.peer(), address)).as("%s udp from the peer", where).isTrue();
          all.assertThat(Site.tcp(site.host(), address)).as("%s tcp from the host", where).isTrue();
          all.assertThat(Site.udp(site.host(), address)).as("%s udp from the host", where).isTrue();
          if (layout.equals("mark")) {
            all.assertThat(Site.tcp(site.sibling(), address)).as("%s tcp sibling", where).isTrue();
            all.assertThat(Site.tcp(site.container(), address))
                .as("%s tcp hairpin", where)
                .isTrue();
            all.assertThat(Site.udp(site.sibling(), address)).as("%s udp sibling", where).isTrue();
          }
        }
        all.assertThat(Site.tcp(site.host(), "127.0.0.1")).as("%s tcp localhost", layout).isTrue();
        all.assertThat(Site.udp(site.host(), "127.0.0.1")).as("%s udp localhost", layout).isTrue();
        must(site.host(), "del", document);
        for (Namespace from : List.of(site.peer(), site.host(), site.sibling())) {
          for (String address : List.of(V4, V6)) {
            all.assertThat(Site.tcp(from, address)).as("%s after del", layout).isFalse();
            all.assertThat(Site.udp(from, address)).as("%s after del", layout).isFalse();
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
      site.host()
          .must(
              "*nat\n-A POSTROUTING -s 203.0.113.0/24 -j MASQUERADE\nCOMMIT\n", "iptables-restore");
      String flow = "UDP:" + V4 + ":5353,sourceport=40000";
      String other = "UDP:" + V4 + ":7777,sourceport=40001";
      Site.reaches(site.peer(), flow);
      Site.reaches(site.peer(), other);
      assertThat(site.host().must("", "conntrack", "-L", "-p", "udp"))
          .contains("sport=40000")
          .contains("sport=40001");
      must(site.host(), "add", document("0.4.0"));
      assertThat(site.host().must("", "conntrack", "-L", "-p", "udp"))
          .doesNotContain("sport=40000 dport=5353")
          .contains("sport=40001 dport=7777");
      assertThat(Site.reaches(site.peer(), flow)).isTrue();
    } finally {
      servers.forEach(Process::destroy);
    }
  }
}
