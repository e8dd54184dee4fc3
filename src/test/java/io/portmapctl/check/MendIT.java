package io.portmapctl.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Identity;
import io.portmapctl.portmap.ChainNames;
import io.portmapctl.testing.Attachments;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.GoPlugin;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Site;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host after a firewall reload, and after containers have gone. */
@Tag("live")
class MendIT {
  private static final int CONTAINERS = 50;
  private static final int PUT_BACK = Rounds.of("putBack", 50, 1000);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final List<String> namespaces = new ArrayList<>();

  private Run portmapctl(Namespace host, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    if (all.contains("--apply")) {
      all.addAll(List.of("--lock-file", folder.resolve("lock").toString()));
    }
    return host.portmapctl(all.toArray(new String[0]));
  }

  /** A namespace of a container, with nothing in it. */
  private String netns() throws Exception {
    String name = "portmapctl-c-" + ProcessHandle.current().pid() + "-" + namespaces.size();
    assertThat(Namespace.process("", List.of("ip", "netns", "add", name)).exit()).isZero();
    namespaces.add(name);
    return "/run/netns/" + name;
  }

  private void removeNetns(String name) throws Exception {
    Namespace.process("", List.of("ip", "netns", "del", name));
  }

  private void keep(Path cache, String document, String netns) throws Exception {
    JsonNode root = JSON.readTree(document);
    String name = root.get("config").get("name").asText() + "-" + root.get("containerID").asText();
    Files.writeString(cache.resolve(name + "-eth0"), Attachments.record(document, netns));
  }

  private static void byPlugin(Namespace host, String document) throws Exception {
    JsonNode root = JSON.readTree(document);
    Run run =
        GoPlugin.run(host, "ADD", root.get("containerID").asText(), root.get("config").toString());
    assertThat(run.exit()).as(run.out() + run.err()).isZero();
  }

  private static String real() {
    return "{\"containerID\":\"real\",\"ifName\":\"eth0\",\"config\":{\"cniVersion\":\"1.0.0\","
        + "\"type\":\"portmap\",\"name\":\"web\",\"runtimeConfig\":{\"portMappings\":["
        + "{\"hostPort\":8080,\"containerPort\":80,\"protocol\":\"tcp\"}]},"
        + "\"prevResult\":{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"eth0\","
        + "\"sandbox\":\"x\"}],\"ips\":[{\"address\":\"10.89.5.6/24\",\"interface\":0},"
        + "{\"address\":\"fd00:89:5::6/64\",\"interface\":0}]}}}";
  }

  /**
   * The tables; of the chains that hold all containers' rules the order is that of their making.
   */
  private static Map<String, List<String>> tables(Namespace host) throws Exception {
    Map<String, List<String>> tables = new TreeMap<>(host.natTables("nft"));
    tables.replaceAll(
        (name, rules) -> name.contains("CNI-HOSTPORT-") ? rules.stream().sorted().toList() : rules);
    return tables;
  }

  private static Map<String, List<String>> without(
      Map<String, List<String>> tables, Identity owner) {
    Map<String, List<String>> kept = new TreeMap<>();
    String hash = ChainNames.hash(owner);
    tables.forEach(
        (name, rules) -> {
          if (!name.endsWith(hash)) {
            kept.put(name, rules.stream().filter(r -> !r.endsWith(hash)).toList());
          }
        });
    return kept;
  }

  private static void flush(Namespace host) throws Exception {
    for (String program : List.of("iptables", "ip6tables")) {
      host.must("", program, "-t", "nat", "-F");
      host.must("", program, "-t", "nat", "-X");
    }
  }

  @Test
  void afterAFlushAllComesBackAndWhatBelongsToNobodyGoes() throws Exception {
    GoPlugin.needed();
    Path cache = Files.createDirectory(folder.resolve("results"));
    try (Site site = Site.make()) {
      Namespace host = site.host();
      Process server =
          site.container()
              .start(
                  "socat",
                  "TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0",
                  "SYSTEM:read line; echo here");
      byPlugin(host, real());
      keep(cache, real(), "/run/netns/" + site.container().name());
      Generator make = new Generator(5);
      List<Identity> identities = new ArrayList<>();
      for (int i = 1; i < CONTAINERS; i++) {
        Attachment attachment =
            Attachments.withHostPortsFrom(GoPlugin.comparable(make, i), 10_000 + 20 * i);
        identities.add(attachment.identity());
        String document = Attachments.document(attachment);
        byPlugin(host, document);
        keep(cache, document, netns());
      }
      Map<String, List<String>> before = tables(host);
      assertReached(site, true);
      flush(host);
      assertReached(site, false);
      Run back = portmapctl(host, "add", "--apply", cache.toString());
      assertThat(back.exit()).as(back.err()).isZero();
      assertThat(tables(host)).isEqualTo(before);
      assertReached(site, true);
      Run again = portmapctl(host, "add", "--apply", cache.toString());
      assertThat(again.out()).endsWith("No changes.\n");
      gone(host, cache, identities, before);
      server.destroy();
    } finally {
      for (String name : namespaces) {
        removeNetns(name);
      }
    }
  }

  private void gone(
      Namespace host, Path cache, List<Identity> identities, Map<String, List<String>> before)
      throws Exception {
    // by hand, and on a network that no record names: gc has nothing to do with it
    Run hand =
        portmapctl(
            host,
            "add",
            "--apply",
            "--net",
            "manual",
            "--container-id",
            "hand",
            "--ip",
            "10.89.5.77/24",
            "-p",
            "4040:40");
    assertThat(hand.exit()).as(hand.err()).isZero();
    Map<String, List<String>> with = tables(host);
    assertThat(with).isNotEqualTo(before);
    Identity removed = identities.get(3);
    Identity dead = identities.get(7);
    Files.delete(cache.resolve(removed.network() + "-" + removed.containerId() + "-eth0"));
    removeNetns(namespaces.get(3));
    removeNetns(namespaces.get(7)); // its record stays, as after a crash
    Run list =
        portmapctl(
            host, "list", "-o", "json", "--state", "orphan", "--attachments", cache.toString());
    TreeSet<String> orphans = new TreeSet<>();
    JSON.readTree(list.out())
        .get("mappings")
        .forEach(m -> orphans.add(m.get("containerID").asText()));
    assertThat(orphans)
        .containsExactlyInAnyOrder(removed.containerId(), dead.containerId(), "hand");
    Run gc = portmapctl(host, "gc", "--apply", cache.toString());
    assertThat(gc.exit()).as(gc.err()).isZero();
    assertThat(tables(host)).isEqualTo(without(without(with, removed), dead));
    Run add = portmapctl(host, "add", cache.toString());
    assertThat(add.err())
        .contains("dead: network " + dead.network() + ", container " + dead.containerId());
    assertThat(add.out()).endsWith("No changes.\n");
    assertThat(portmapctl(host, "gc", cache.toString()).out()).endsWith("No changes.\n");
    Run all = portmapctl(host, "gc", "--all-networks", "--apply", cache.toString());
    assertThat(all.exit()).as(all.err()).isZero();
    assertThat(tables(host)).isEqualTo(without(without(before, removed), dead));
    assertThat(portmapctl(host, "check", "-q", cache.toString()).exit()).isZero();
  }

  private static void assertReached(Site site, boolean reached) throws Exception {
    for (String address : List.of("192.0.2.1", "[2001:db8::1]")) {
      for (Namespace from : List.of(site.peer(), site.host(), site.sibling())) {
        String to = "TCP:" + address + ":8080,connect-timeout=1";
        boolean there = Site.reaches(from, to);
        // a first connection may have to wait for its neighbours' addresses
        for (int again = 0; reached && !there && again < 5; again++) {
          there = Site.reaches(from, to);
        }
        assertThat(there).as("%s from %s", address, from.name()).isEqualTo(reached);
      }
    }
  }

  /** A folder with everything that can be in one, read by an ordinary user; nothing hangs. */
  @Test
  void aFolderOfAllKinds() throws Exception {
    Needs.program("setpriv");
    Needs.that("root".equals(System.getProperty("user.name")), "to be another user needs root");
    Path bin = Files.createDirectory(folder.resolve("bin"));
    for (String file : List.of("portmapctl", "portmapctl.jar")) {
      Files.copy(Path.of("target", file), bin.resolve(file));
    }
    Namespace.process("", List.of("cp", "-r", "target/lib", bin + "/"));
    Path cache = Files.createDirectory(folder.resolve("results"));
    for (int i = 0; i < 5_000; i++) {
      Files.writeString(cache.resolve("web-c" + i + "-eth0"), Attachments.record(one(i), ""));
    }
    Path elsewhere = folder.resolve("elsewhere");
    Files.writeString(elsewhere, Attachments.record(one(6_000), ""));
    Files.writeString(
        cache.resolve("bridge-c1-eth0"),
        Attachments.record(one(1), "")
            .replaceAll("\"config\":\"[^\"]*\"", "\"config\":\"" + bridge() + "\""));
    Files.createSymbolicLink(cache.resolve("web-link-eth0"), elsewhere);
    Namespace.process("", List.of("mkfifo", cache.resolve("fifo").toString()));
    Namespace.process("", List.of("chmod", "-R", "a+rX", folder.toString()));
    for (String command : List.of("add", "gc")) {
      // to gc another plugin's record tells of a container that lives, as ours do
      String wellErr =
          command.equals("add")
              ? "2 folder entries of other kinds passed over (--verbose names them)\n"
              : "1 folder entry of other kinds passed over (--verbose names them)\n";
      Run well = asNobody(bin, command, cache.toString(), "--ruleset", "empty", "-o", "json");
      assertThat(well.exit()).as(well.err()).isZero();
      assertThat(well.err()).isEqualTo(wellErr);
    }
    Run verbose = asNobody(bin, "gc", cache.toString(), "--ruleset", "empty", "-v");
    assertThat(verbose.err()).contains("fifo: not a regular file");
    Map<String, String> broken =
        Map.of(
            "web-broken-eth0", "not JSON: line 1, column 9: it ends too early",
            "web-empty-eth0", "empty: expected a JSON document",
            "web-foreign", "not JSON: line 1, column 1: Unrecognized token 'hello'",
            "web-secret-eth0", "cannot be read: permission denied",
            "web-dangling-eth0", "no such file or folder");
    for (Map.Entry<String, String> each : broken.entrySet()) {
      Path file = cache.resolve(each.getKey());
      switch (each.getKey()) {
        case "web-broken-eth0" -> Files.writeString(file, "{\"kind\":");
        case "web-empty-eth0" -> Files.writeString(file, "");
        case "web-foreign" -> Files.writeString(file, "hello");
        case "web-secret-eth0" -> {
          Files.writeString(file, Attachments.record(one(7_000), ""));
          Namespace.process("", List.of("chmod", "0", file.toString()));
        }
        default -> Files.createSymbolicLink(file, folder.resolve("nowhere"));
      }
      String message = "portmapctl: " + file + ": " + each.getValue();
      for (String command : List.of("add", "gc")) {
        Run run = asNobody(bin, command, cache.toString(), "--ruleset", "empty");
        assertThat(run.exit()).as(run.err()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines().filter(l -> l.startsWith("portmapctl:")).toList())
            .hasSize(1)
            .first()
            .asString()
            .startsWith(message);
        Run going =
            asNobody(
                bin,
                command,
                cache.toString(),
                "--ruleset",
                "empty",
                "--keep-going",
                "-o",
                "save",
                "--family",
                "ipv4");
        assertThat(going.exit()).isEqualTo(3);
        assertThat(going.err()).contains(message);
        assertThat(going.out().lines().filter(l -> l.startsWith(":CNI-DN-")).count())
            .isEqualTo(command.equals("gc") ? 0 : 5_001);
      }
      Files.delete(file);
    }
  }

  private static String bridge() {
    return Base64.getEncoder()
        .encodeToString("{\"name\":\"web\",\"type\":\"bridge\"}".getBytes(StandardCharsets.UTF_8));
  }

  private static Run asNobody(Path bin, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "timeout",
                "60",
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                bin.resolve("portmapctl").toString()));
    command.addAll(List.of(words));
    return Namespace.process("", command);
  }

  private static String one(int number) {
    return "{\"containerID\":\"c"
        + number
        + "\",\"ifName\":\"eth0\",\"config\":{\"cniVersion\":\"1.0.0\",\"type\":\"portmap\",\"name\":"
        + "\"web\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":"
        + (1_024 + number)
        + ",\"containerPort\":80,\"protocol\":\"tcp\"}]},\"prevResult\":{\"cniVersion\":\"1.0.0\","
        + "\"interfaces\":[{\"name\":\"eth0\",\"sandbox\":\"x\"}],\"ips\":[{\"address\":\"10.90."
        + number / 250
        + "."
        + (2 + number % 250)
        + "/16\",\"interface\":0}]}}}";
  }

  /** How long it takes, beside as many calls of the Go plugin. */
  @Test
  void manyContainersPutBackBesideThePlugin() throws Exception {
    GoPlugin.needed();
    Path cache = Files.createDirectory(folder.resolve("results"));
    try (Namespace host = Namespace.withBridge()) {
      long start = System.nanoTime();
      for (int i = 0; i < PUT_BACK; i++) {
        byPlugin(host, one(i));
        keep(cache, one(i), "");
      }
      long plugin = System.nanoTime() - start;
      Map<String, List<String>> before = tables(host);
      flush(host);
      start = System.nanoTime();
      Run run = portmapctl(host, "add", "--apply", "-q", cache.toString());
      long ours = System.nanoTime() - start;
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(tables(host)).isEqualTo(before);
      System.out.printf(
          "%d containers: %.1f s by calls of the Go plugin, %.1f s put back by one add%n",
          PUT_BACK, plugin / 1e9, ours / 1e9);
    }
  }

  /** Who waits longer than a second is told that something goes on. */
  @Test
  void aLongApplySaysThatItGoesOn() throws Exception {
    Path documents = folder.resolve("many.json");
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      many.append(one(i)).append('\n');
    }
    Files.writeString(documents, many);
    try (Namespace host = Namespace.withBridge()) {
      String add =
          String.join(
              " ",
              List.of(Namespace.launcher(), "add", "--apply", documents.toString(), "--lock-file"));
      String all = add + " " + folder.resolve("lock") + " 2>&1 >/dev/null";
      Run run = host.run("", List.of("sh", "-c", all));
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.out())
          .startsWith("Applying the changes; this takes longer than a second ...\n");
    }
  }
}
