package io.portmapctl.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.JsonSchema;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Site;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code explain --probe} sees of a host with containers, and says of it. */
@Tag("live")
class ProbeIT {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final JsonSchema schema = JsonSchema.of("reach");

  @TempDir private Path folder;

  @Test
  void whatIsSeenStandsBesideWhatWasForetold() throws Exception {
    try (Site site = Site.make()) {
      site.settle();
      listen(site.container(), "TCP6-LISTEN:80,ipv6only=0");
      listen(site.host(), "TCP-LISTEN:8080");
      add(site, "8080:80");
      JsonNode port = probed(site, "8080/tcp");
      for (JsonNode answer : port.get("answers")) {
        boolean lan = answer.get("from").asText().equals("lan");
        assertThat(answer.get("attempt").asText()).isEqualTo(lan ? "other-machine" : "connected");
        assertThat(answer.get("foretold").get("result").asText()).isEqualTo("works");
        assertThat(answer.get("result").asText()).isEqualTo("works");
        assertThat(answer.get("differs").asBoolean()).isFalse();
      }
      JsonNode place = port.get("places").get(0);
      assertThat(place.get("seen").asText()).isEqualTo("container");
      assertThat(place.get("namespace").asText()).endsWith("/" + site.container().name());
      assertThat(place.get("interface").get("hostInterface").asText()).isEqualTo("c1");
      assertThat(place.get("listeners").get(0).get("process").asText()).startsWith("socat");
      assertThat(port.get("idleListeners").get(0).get("process").asText()).startsWith("socat");

      String text = site.host().must("", Namespace.launcher(), "explain", "--port=8080", "--probe");
      assertThat(text)
          .contains(
              "from the LAN to 10.89.5.1, 192.0.2.1: not tried",
              "seen from localhost to 127.0.0.1: a connection came about, as foretold",
              "interface eth0 has it and is up; socat",
              "listens at 0.0.0.0:8080, and gets nothing that a rule sends elsewhere")
          .doesNotContain("Not looked at");

      site.host()
          .must("", "sh", "-c", "ip netns pids " + site.container().name() + " | xargs kill");
      port = probed(site, "8080/tcp");
      for (JsonNode answer : port.get("answers")) {
        assertThat(answer.get("foretold").get("result").asText()).isEqualTo("works");
        assertThat(answer.get("result").asText()).isEqualTo("fails");
        assertThat(answer.get("decidedBy").get("fault").asText()).isEqualTo("nobody-listens");
        boolean lan = answer.get("from").asText().equals("lan");
        assertThat(answer.get("differs").asBoolean()).isEqualTo(!lan);
      }

      // where no rule sends it anywhere, a socket of the host decides
      JsonNode own = probed(site, "8081/tcp").get("answers").get(0);
      assertThat(own.get("decidedBy").toString()).isEqualTo("{\"kind\":\"socket\"}");
      assertThat(own.get("disposition").asText()).isEqualTo("rejected");
      listen(site.host(), "TCP-LISTEN:8081");
      own = probed(site, "8081/tcp").get("answers").get(0);
      assertThat(own.get("decidedBy").get("process").asText()).startsWith("socat");
      assertThat(own.get("disposition").asText()).isEqualTo("delivered");

      // a container of which no file below /run/netns is
      String script =
          "unshare -n sleep 60 >/dev/null 2>&1 & P=$!; sleep 1; ip link add c3 type veth peer name"
              + " eth0 netns $P; ip link set c3 up master cni-web; nsenter -t $P -n ip addr add"
              + " 10.89.5.8/24 dev eth0; nsenter -t $P -n ip link set eth0 up";
      site.host().must("", "sh", "-c", script);
      site.host()
          .must(
              "",
              Namespace.launcher(),
              "add",
              "-q",
              "--net=web",
              "--container-id=c3",
              "--ip=10.89.5.8/24",
              "-p8088:80",
              "--apply",
              "--lock-file=" + folder.resolve("lock"));
      JsonNode unnamed = probed(site, "8088/tcp").get("places").get(0);
      assertThat(unnamed.get("namespace").asText()).matches("/proc/[0-9]+/ns/net");
      assertThat(unnamed.get("interface").get("hostInterface").asText()).isEqualTo("c3");
    }
    Set<String> unseen = new TreeSet<>(schema.fields().keySet());
    unseen.removeAll(schema.seen());
    unseen.removeIf(
        f -> !f.matches(".*\\.(places|idleListeners|foretold|attempt|differs)(\\W.*)?"));
    assertThat(unseen).isEmpty();
  }

  @Test
  void ofDatagramsSilenceTellsNothing() throws Exception {
    try (Site site = Site.make()) {
      site.settle();
      add(site, "5353:53/udp");
      assertThat(attempts(site)).containsOnly("refused");
      Process dumb = site.container().start("socat", "-u", "UDP4-RECV:53", "OPEN:/dev/null");
      awaitListener(site.container(), "-u");
      assertThat(attempts(site)).containsOnly("silent");
      dumb.destroy();
      dumb.waitFor();
      listen(site.container(), "UDP4-RECVFROM:53");
      // a slow machine answers too late
      assertThat(attempts(site)).contains("answered").doesNotContain("refused");
    }
  }

  /** What became of the datagrams that were sent. */
  private List<String> attempts(Site site) throws Exception {
    List<String> attempts = new ArrayList<>();
    for (JsonNode answer : probed(site, "5353/udp").get("answers")) {
      attempts.add(answer.get("attempt").asText());
    }
    attempts.removeIf("other-machine"::equals);
    return attempts;
  }

  private void add(Site site, String mapping) throws Exception {
    Run added =
        site.host()
            .portmapctl(
                "add",
                "-q",
                "--net=web",
                "--container-id=c1",
                "--ip=10.89.5.6/24",
                "-p" + mapping,
                "--layout=mark",
                "--apply",
                "--lock-file=" + folder.resolve("lock"));
    assertThat(added.exit()).as(added.err()).isZero();
  }

  /** Has a program answer. */
  private static void listen(Namespace where, String address) throws Exception {
    where.start("socat", address + ",fork,reuseaddr", "SYSTEM:read line; echo here");
    awaitListener(where, address.startsWith("TCP") ? "-t" : "-u");
  }

  /** Waits until some program listens there. */
  private static void awaitListener(Namespace where, String protocol) throws Exception {
    for (int i = 0; i < 100; i++) {
      if (!where.must("", "ss", "-H", "-n", "-l", protocol).isBlank()) {
        return;
      }
      Thread.sleep(100);
    }
  }

  /** The IPv4 part of what is told, which is as its schema says. */
  private JsonNode probed(Site site, String port) throws Exception {
    Run run = site.host().portmapctl("explain", "-o=json", "--probe", "--port=" + port);
    assertThat(run.exit()).as(run.err()).isZero();
    JsonNode told = MAPPER.readTree(run.out().getBytes(StandardCharsets.ISO_8859_1));
    assertThat(schema.errors(told)).as(run.out()).isEmpty();
    return told.get("ports").get(0);
  }
}
