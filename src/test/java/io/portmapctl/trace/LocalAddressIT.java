package io.portmapctl.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Site;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is this host's own: the local table of the kernel tells, not the interfaces that are up. */
@Tag("live")
class LocalAddressIT {
  @TempDir private Path folder;

  private static Run ask(Site site, String command, List<String> more) throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of(command, "--net", "web", "--container-id", "c1", "--ip", "10.89.5.6/24"));
    args.addAll(List.of("--layout", "mark", "--family", "ipv4"));
    args.addAll(more);
    return site.host().portmapctl(args.toArray(new String[0]));
  }

  private Run add(Site site, String... more) throws Exception {
    List<String> args = new ArrayList<>(List.of(more));
    args.addAll(List.of("--apply", "--lock-file", folder.resolve("lock").toString()));
    Run made = ask(site, "add", args);
    assertThat(made.exit()).as(made.err()).isZero();
    return made;
  }

  /** A local route of a network, and an address of an interface that is down. */
  private static void locals(Site site) throws Exception {
    site.host().must("", "ip", "route", "add", "local", "198.51.100.0/24", "dev", "lo");
    site.host().must("", "ip", "link", "add", "vd", "type", "veth", "peer", "name", "vdp");
    site.host().must("", "ip", "addr", "add", "198.51.101.9/32", "dev", "vd");
    site.peer().must("", "ip", "route", "add", "198.51.100.0/23", "via", "192.0.2.1");
  }

  @Test
  void explainKnowsEveryAddressThatTheKernelTakesForItsOwn() throws Exception {
    try (Site site = Site.make()) {
      locals(site);
      Process server =
          site.container()
              .start("socat", "TCP-LISTEN:80,fork,reuseaddr", "SYSTEM:read line; echo here");
      Thread.sleep(300);
      add(site, "-p", "8080:80");
      for (String address : List.of("198.51.100.7", "198.51.101.9")) {
        assertThat(Site.tcp(site.peer(), address) || Site.tcp(site.peer(), address))
            .as(address)
            .isTrue();
        Run told = site.host().portmapctl("explain", "--port", address + ":8080");
        assertThat(told.out()).contains("container c1 gets it").contains("works -> 10.89.5.6:80");
        Run packet =
            site.host()
                .portmapctl("explain", "--packet", "tcp 192.0.2.2:4000 -> " + address + ":8080");
        assertThat(packet.out()).contains("It is forwarded: tcp 192.0.2.2:4000 -> 10.89.5.6:80");
      }
      Run none = site.host().portmapctl("explain", "--port", "198.51.102.1:8080");
      assertThat(none.out()).contains("no address of this host");
      server.destroy();
    }
  }

  @Test
  void staleFlowsToEveryOwnAddressAreForgotten() throws Exception {
    Needs.program("conntrack");
    try (Site site = Site.make()) {
      locals(site);
      add(site, "-p", "8080:80"); // from then on flows are tracked
      for (String address : List.of("198.51.100.7", "198.51.101.9", "192.0.2.1")) {
        send(site.peer(), address);
      }
      send(site.host(), "127.0.0.53");
      String tracked = site.host().must("", "conntrack", "-L", "-p", "udp");
      assertThat(tracked).contains("dst=198.51.100.7", "dst=198.51.101.9", "dst=127.0.0.53");
      add(site, "-p", "8080:80", "-p", "5353:53/udp");
      assertThat(site.host().must("", "conntrack", "-L", "-p", "udp"))
          .doesNotContain("dport=5353 [UNREPLIED] src=198")
          .doesNotContain("dst=127.0.0.53")
          .doesNotContain("dst=192.0.2.1");
    }
  }

  private static void send(Namespace from, String address) throws Exception {
    from.must("x", "socat", "-u", "-", "UDP4-SENDTO:" + address + ":5353,sourceport=4444");
  }

  /** The setting of all interfaces counts for each of them. */
  @Test
  void routeLocalnetOfAllIsEnough() throws Exception {
    try (Site site = Site.make()) {
      add(site, "-p", "8080:80");
      String own = "net.ipv4.conf.cni-web.route_localnet=0";
      site.host().must("", "sysctl", "-qw", own);
      List<String> port = List.of("-p", "8080:80");
      Run off = ask(site, "check", port);
      assertThat(off.exit()).isEqualTo(1);
      assertThat(off.out()).contains("route_localnet is 0, not 1");
      site.host().must("", "sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
      Run on = ask(site, "check", port);
      assertThat(on.exit()).as(on.out()).isZero();
      assertThat(on.out()).contains("exactly there");
    }
  }

  /** Only a neighbour who means it sends to 127.0.0.1 of this host, and he gets through. */
  @Test
  void loopbackIsReachedByANeighbourWhoRoutesItHere() throws Exception {
    try (Site site = Site.make()) {
      Process server =
          site.container()
              .start("socat", "TCP-LISTEN:80,fork,reuseaddr", "SYSTEM:read line; echo here");
      Thread.sleep(300);
      add(site, "-p", "127.0.0.1:8080:80");
      site.peer().must("", "sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
      site.peer().must("", "ip", "addr", "del", "127.0.0.1/8", "dev", "lo");
      String[] route = {
        "ip", "route", "add", "127.0.0.1/32", "via", "192.0.2.1", "src", "192.0.2.2"
      };
      site.peer().must("", route);
      site.peer().must("", "ip", "route", "add", "default", "via", "192.0.2.1");
      assertThat(Site.tcp(site.peer(), "127.0.0.1") || Site.tcp(site.peer(), "127.0.0.1")).isTrue();
      Run told = ask(site, "explain", List.of("-p", "127.0.0.1:8080:80"));
      assertThat(told.out())
          .contains("only who is beside this host and routes 127.0.0.1 here on purpose gets to it")
          .doesNotContain("nobody else");
      server.destroy();
    }
  }
}
