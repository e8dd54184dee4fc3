package io.portmapctl.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.cni.Attachment;
import io.portmapctl.net.Family;
import io.portmapctl.testing.Attachments;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.GoPlugin;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole host that the Go plugin has made, in a namespace of the test's own. */
@Tag("live")
class HostIT {
  private static final int CONTAINERS = 50;
  private static final int LIVE_EACH = 25;

  @TempDir private Path folder;

  /** 50 containers: check of their documents is content, and no more without any one rule. */
  @Test
  void checkNoticesEachRuleOfThePluginThatGoes() throws Exception {
    GoPlugin.needed();
    try (Namespace host = Namespace.withBridge()) {
      Path documents = folder.resolve("documents.json");
      Files.writeString(documents, containers(host), StandardCharsets.ISO_8859_1);
      Run intact = host.portmapctl("check", documents.toString(), "--layout", "mark");
      assertThat(intact.exit()).as(intact.out() + intact.err()).isZero();
      int removed = 0;
      for (Family family : Family.values()) {
        Path whole = folder.resolve(family.id());
        String save = host.must("", family.program() + "-save", "-t", "nat");
        Files.writeString(whole, save, StandardCharsets.ISO_8859_1);
        for (String rule : save.lines().filter(HostIT::isPlugins).toList()) {
          boolean live = removed++ % LIVE_EACH == 0;
          Run run = live ? without(host, documents, family, save, rule) : null;
          String text = without(save, rule);
          Path file = folder.resolve("without");
          Files.writeString(file, text, StandardCharsets.ISO_8859_1);
          Run offline =
              Run.of(
                  "check",
                  documents.toString(),
                  "--layout",
                  "mark",
                  "--family",
                  family.id(),
                  family == Family.IPV4 ? "--ruleset" : "--ruleset6",
                  file.toString());
          assertThat(offline.exit()).as(rule + offline.err()).isEqualTo(1);
          assertThat(offline.out().lines()).contains("+" + rule);
          if (run != null) {
            assertThat(run.exit()).as(rule + run.err()).isEqualTo(1);
            assertThat(run.out().lines()).contains("+" + rule);
          }
        }
      }
      System.out.println("check: " + removed + " rules of the Go plugin removed, each noticed");
      assertThat(removed).isGreaterThan(CONTAINERS * 4);
    }
  }

  /** The setting without which localhost does not work, and what live hosts are warned of. */
  @Test
  void liveCheckKnowsTheHost() throws Exception {
    try (Namespace host = Namespace.withBridge()) {
      List<String> mapping =
          List.of(
              "--net",
              "web",
              "--container-id",
              "a1",
              "--ip",
              "10.89.0.9/16",
              "-p",
              "8080:80",
              "-p",
              "192.0.2.9:81:81");
      List<String> add = new ArrayList<>(List.of("add", "--apply", "-q"));
      add.addAll(mapping);
      add.addAll(List.of("--lock-file", folder.resolve("lock").toString()));
      assertThat(host.portmapctl(add.toArray(new String[0])).exit()).isZero();
      List<String> check = new ArrayList<>(List.of("check"));
      check.addAll(mapping);
      Run well = host.portmapctl(check.toArray(new String[0]));
      assertThat(well.exit()).as(well.out()).isZero();
      assertThat(well.out())
          .contains("tcp port 81 on 192.0.2.9: no interface of this host has that address");
      Process listener = host.start("socat", "TCP-LISTEN:8080,fork", "SYSTEM:true");
      host.must(
          "",
          "sh",
          "-c",
          "for i in 1 2 3 4 5 6 7 8 9; do ss -tln | grep -q :8080 && exit 0; sleep 0.2; done; exit 1");
      assertThat(host.portmapctl(check.toArray(new String[0])).out())
          .contains("of this host listens on tcp port 8080: the mapping takes its new connections");
      listener.destroy();
      // a rule for an address: live it is known whether that is this host's
      for (String address : List.of("10.89.0.1", "198.51.100.1")) {
        host.must(
            "",
            "iptables",
            "-t",
            "nat",
            "-I",
            "PREROUTING",
            "-d",
            address,
            "-p",
            "tcp",
            "--dport",
            "8080",
            "-j",
            "ACCEPT");
        Run taken = host.portmapctl(check.toArray(new String[0]));
        boolean ours = address.equals("10.89.0.1");
        assertThat(taken.exit()).as(taken.out()).isEqualTo(ours ? 1 : 0);
        assertThat(taken.out()).doesNotContain("cannot be told");
        host.must("", "iptables", "-t", "nat", "-D", "PREROUTING", "1");
      }
      host.must("", "sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/cni-test0/route_localnet");
      Run off = host.portmapctl(check.toArray(new String[0]));
      assertThat(off.exit()).isEqualTo(1);
      assertThat(off.out())
          .contains("net/ipv4/conf/cni-test0/route_localnet is 0, not 1")
          .contains("1 attachment checked: 1 drifted.");
      Run mend = host.run("", List.of("sh", "-c", mending(off)));
      assertThat(mend.exit()).as(mend.err()).isZero();
      assertThat(host.portmapctl(check.toArray(new String[0])).exit()).isZero();
    }
  }

  /** Counters of real connections, and a cache record whose namespace is gone. */
  @Test
  void listCountsConnections() throws Exception {
    try (Namespace host = Namespace.withBridge()) {
      assertThat(
              host.portmapctl(
                      "add",
                      "--apply",
                      "-q",
                      "--net",
                      "web",
                      "--container-id",
                      "a1",
                      "--ip",
                      "10.89.0.9/16",
                      "-p",
                      "8080:80",
                      "--lock-file",
                      folder.resolve("lock").toString())
                  .exit())
          .isZero();
      host.run("", List.of("timeout", "1", "socat", "-u", "/dev/null", "TCP:10.89.0.1:8080"));
      Run list = host.portmapctl("list", "-o", "json", "--attachments", record("/run/netns/none"));
      JsonNode mapping = new ObjectMapper().readTree(list.out()).get("mappings").get(0);
      assertThat(mapping.get("connections").asInt()).isPositive();
      assertThat(mapping.get("state").asText()).isEqualTo("orphan");
      Run living =
          host.portmapctl(
              "list", "-o", "json", "--attachments", record("/run/netns/" + host.name()));
      assertThat(living.out()).contains("\"state\": \"ok\"");
      Run dead = host.portmapctl("check", record("/run/netns/none"));
      assertThat(dead.exit()).as(dead.out()).isZero();
      assertThat(dead.err()).contains("dead: network web, container a1");
      Run included = host.portmapctl("check", "--include-dead", record("/run/netns/none"));
      assertThat(included.out()).as(included.err()).contains("The attachment is exactly there");
    }
  }

  /**
   * The README's loop over 100 saved hosts, of which one lost a rule and one has a broken record.
   */
  @Test
  void theLoopOfTheReadmeChecksAFleet() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    int start = readme.indexOf("for host in hosts/*; do");
    String loop = readme.substring(start, readme.indexOf("```", start));
    Path capture = Path.of("testdata/podman-host");
    for (int i = 0; i < 100; i++) {
      Path one =
          Files.createDirectories(folder.resolve(String.format("hosts/host%02d/results", i)));
      for (String file : List.of("iptables", "ip6tables")) {
        String save =
            Files.readString(capture.resolve(file + "-save.txt"), StandardCharsets.ISO_8859_1);
        String kept = i == 7 ? save.replaceFirst("(?m)^-A PREROUTING .*\n", "") : save;
        Files.writeString(one.resolveSibling(file + ".save"), kept, StandardCharsets.ISO_8859_1);
      }
      try (var records = Files.newDirectoryStream(capture.resolve("cni-cache"))) {
        for (Path path : records) {
          Files.copy(path, one.resolve(path.getFileName()));
        }
      }
      if (i == 42) {
        Files.writeString(one.resolve("web-broken-eth0"), "{\"kind\":");
      }
    }
    String bin = Path.of(Namespace.launcher()).getParent().toString();
    Run run =
        Namespace.process(
            "", List.of("bash", "-c", "cd " + folder + " && PATH=" + bin + ":$PATH && " + loop));
    assertThat(run.out()).isEqualTo("hosts/host07: exit 1\nhosts/host42: exit 3\n");
    assertThat(run.err())
        .startsWith("portmapctl: hosts/host42/results/web-broken-eth0: not JSON:")
        .hasLineCount(1);
  }

  /** A reader that has seen enough is no error. */
  @Test
  void aBrokenPipeEndsQuietly() throws Exception {
    String list =
        Namespace.launcher() + " list -q --ruleset testdata/podman-host/iptables-save.txt";
    for (String reader : List.of("head -3", "head -c 1", "true")) {
      Run run =
          Namespace.process(
              "", List.of("bash", "-c", list + " -o wide | " + reader + "; echo ${PIPESTATUS[0]}"));
      assertThat(run.err()).isEmpty();
      assertThat(run.out()).endsWith("0\n");
    }
  }

  /** The last line of what check printed, with our launcher and a lock of the test's own. */
  private String mending(Run check) {
    String last = check.out().lines().reduce((a, b) -> b).orElseThrow().strip();
    return last.replaceFirst("^portmapctl", Namespace.launcher())
        + " --lock-file "
        + folder.resolve("lock");
  }

  private String record(String netns) throws Exception {
    String config =
        "{\"cniVersion\":\"1.0.0\",\"name\":\"web\",\"plugins\":[{\"type\":\"portmap\","
            + "\"capabilities\":{\"portMappings\":true}}]}";
    String text =
        "{\"kind\":\"cniCacheV1\",\"containerId\":\"a1\",\"ifName\":\"eth0\",\"networkName\":\"web\","
            + "\"netns\":\""
            + netns
            + "\",\"config\":\""
            + java.util.Base64.getEncoder().encodeToString(config.getBytes(StandardCharsets.UTF_8))
            + "\",\"capabilityArgs\":{\"portMappings\":[{\"hostPort\":8080,\"containerPort\":80}]},"
            + "\"result\":{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"eth0\",\"sandbox\":\""
            + netns
            + "\"}],\"ips\":[{\"address\":\"10.89.0.9/16\",\"interface\":0}]}}";
    Path file = folder.resolve("web-a1-eth0");
    Files.writeString(file, text);
    return file.toString();
  }

  /** Containers with ports of their own; their documents, a line each. */
  private static String containers(Namespace host) throws Exception {
    StringBuilder documents = new StringBuilder();
    Generator make = new Generator(11);
    for (int i = 0; i < CONTAINERS; i++) {
      Attachment attachment =
          Attachments.withHostPortsFrom(GoPlugin.comparable(make, i), 10_000 + 20 * i);
      String document = Attachments.document(attachment);
      String config = new ObjectMapper().readTree(document).get("config").toString();
      Run run = GoPlugin.run(host, "ADD", attachment.identity().containerId(), config);
      assertThat(run.exit()).as(config + run.out() + run.err()).isZero();
      documents.append(document);
    }
    return documents.toString();
  }

  private static boolean isPlugins(String line) {
    return line.startsWith("-A ") && line.matches(".*CNI-(HOSTPORT|DN|SN)-.*");
  }

  /** Equal rules cannot stand in a chain of the plugin's twice. */
  private static String without(String save, String rule) {
    return save.replaceFirst("(?m)^" + java.util.regex.Pattern.quote(rule) + "\n", "");
  }

  private static Run without(
      Namespace host, Path documents, Family family, String save, String rule) throws Exception {
    host.must(without(save, rule), family.program() + "-restore");
    Run run = host.portmapctl("check", documents.toString(), "--layout", "mark");
    host.must(save, family.program() + "-restore");
    return run;
  }
}
