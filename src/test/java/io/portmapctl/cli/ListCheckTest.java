package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The captured podman host through list and check. */
@Tag("long")
class ListCheckTest {
  /** One of so many rules is removed. */
  private static final int EVERY = Rounds.of("removeEvery", 5, 1);

  private static final Path HOST = Path.of("testdata/podman-host");
  private static final String CACHE = HOST.resolve("cni-cache").toString();
  private static final Path V4 = HOST.resolve("iptables-save.txt");
  private static final Path V6 = HOST.resolve("ip6tables-save.txt");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static Run run(String... args) {
    return Run.with(Map.of(), "", List.of(args));
  }

  /**
   * Podman says which ports, the cache's results which addresses: no rule of ours has a part in it.
   */
  @Test
  void listIsWhatPodmanSays() throws Exception {
    TreeSet<String> expected = new TreeSet<>();
    for (JsonNode container : JSON.readTree(HOST.resolve("podman-ps.json").toFile())) {
      try (var records =
          Files.newDirectoryStream(Path.of(CACHE), "*-" + container.get("id").asText() + "-*")) {
        for (Path path : records) {
          JsonNode attached = JSON.readTree(path.toFile());
          for (JsonNode ip : attached.get("result").get("ips")) {
            for (JsonNode port : container.get("ports")) {
              published(expected, attached, ip.get("address").asText(), port);
            }
          }
        }
      }
    }
    Run run = run("list", "--ruleset", V4.toString(), "--ruleset6", V6.toString(), "-o", "json");
    assertThat(run.exit()).as(run.err()).isZero();
    List<String> found = new ArrayList<>();
    for (JsonNode mapping : JSON.readTree(run.out()).get("mappings")) {
      found.add(
          String.join(
              " ",
              mapping.get("protocol").asText(),
              mapping.get("hostIP").isNull() ? "" : mapping.get("hostIP").asText(),
              mapping.get("hostPort").asText(),
              mapping.get("containerIP").asText(),
              mapping.get("containerPort").asText(),
              mapping.get("network").asText(),
              mapping.get("containerID").asText(),
              mapping.get("family").asText(),
              mapping.get("state").asText()));
    }
    assertThat(found).doesNotHaveDuplicates().hasSizeGreaterThan(40);
    assertThat(new TreeSet<>(found)).isEqualTo(expected);
  }

  private static void published(
      TreeSet<String> expected, JsonNode attached, String address, JsonNode port) {
    String family = address.contains(":") ? "ipv6" : "ipv4";
    String hostIp = port.get("host_ip").asText();
    if (!hostIp.isEmpty() && hostIp.contains(":") != address.contains(":")) {
      return;
    }
    for (int i = 0; i < port.get("range").asInt(); i++) {
      expected.add(
          String.join(
              " ",
              port.get("protocol").asText(),
              hostIp,
              Integer.toString(port.get("host_port").asInt() + i),
              address.substring(0, address.indexOf('/')),
              Integer.toString(port.get("container_port").asInt() + i),
              attached.get("networkName").asText(),
              attached.get("containerId").asText(),
              family,
              "ok"));
    }
  }

  /** The folder against its own rulesets, and against those without any chain of ours. */
  @Test
  void checkOfTheWholeHost() throws Exception {
    Run intact = run("check", CACHE, "--ruleset", V4.toString(), "--ruleset6", V6.toString());
    assertThat(intact.exit()).as(intact.out()).isZero();
    TreeSet<String> ours = new TreeSet<>();
    List<Path> flushed = new ArrayList<>();
    for (Path file : List.of(V4, V6)) {
      List<String> kept = new ArrayList<>();
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        boolean rule = line.contains("CNI-HOSTPORT-") || line.contains("CNI-DN-");
        if (!rule) {
          kept.add(line);
        } else if (line.startsWith("-A")) {
          ours.add("+" + line);
        }
      }
      Path copy = folder.resolve(file.getFileName());
      Files.write(copy, kept, StandardCharsets.ISO_8859_1);
      flushed.add(copy);
    }
    Run run =
        run(
            "check",
            CACHE,
            "--ruleset",
            flushed.get(0).toString(),
            "--ruleset6",
            flushed.get(1).toString());
    assertThat(run.exit()).isEqualTo(1);
    TreeSet<String> named = new TreeSet<>();
    run.out().lines().filter(l -> l.startsWith("+-A ")).forEach(named::add);
    assertThat(named).isEqualTo(ours).hasSizeGreaterThan(150);
    assertThat(run.out().lines().filter(l -> l.startsWith("--A "))).isEmpty();
  }

  /** After a reload and a removal: put back what lives, sweep what does not, and all is well. */
  @Test
  void afterAReloadAndARemoval() throws Exception {
    Path flushed = HOST.resolve("after-flush-and-rm.txt");
    List<Path> records;
    try (var list = Files.list(Path.of(CACHE))) {
      records = list.sorted().toList();
    }
    for (Path removed : records) {
      Path living = Files.createDirectory(folder.resolve("without-" + removed.getFileName()));
      for (Path each : records) {
        if (!each.equals(removed)) {
          Files.copy(each, living.resolve(each.getFileName()));
        }
      }
      String cache = living.toString();
      for (Path before : List.of(flushed, V4)) {
        String v4 =
            after(
                "gc",
                cache,
                "ipv4",
                "--ruleset",
                after("add", cache, "ipv4", "--ruleset", before.toString()));
        String six = before.equals(V4) ? V6.toString() : "empty";
        String v6 =
            after(
                "gc", cache, "ipv6", "--ruleset6", after("add", cache, "ipv6", "--ruleset6", six));
        Run check = run("check", cache, "--ruleset", v4, "--ruleset6", v6);
        assertThat(check.exit()).as(check.out()).isZero();
        Run orphans =
            run(
                "list",
                "--ruleset",
                v4,
                "--ruleset6",
                v6,
                "--attachments",
                cache,
                "--state",
                "orphan",
                "--exit-code");
        assertThat(orphans.exit()).as(orphans.out()).isZero();
      }
    }
  }

  /** The exit code says whether there is what is asked for, and whether it is well. */
  @Test
  void theExitCodeOfAListAnswersItsFilter() throws Exception {
    String stale = "--ruleset testdata/inputs/stale.save --attachments testdata/quickstart.json";
    String well = "--ruleset " + V4;
    String none = "--ruleset empty";
    Map<String, Integer> codes = new LinkedHashMap<>();
    codes.put(well, 0);
    codes.put(none, 0);
    codes.put(stale, 1);
    codes.put(well + " --port 8080", 0);
    codes.put(well + " --port 1-9000", 0);
    codes.put(well + " --port 9001-9002/udp", 1);
    codes.put(well + " --net web", 0);
    codes.put(well + " --net nowhere", 1);
    codes.put(well + " --container-id 26", 0);
    codes.put(well + " --container-id 27", 1);
    codes.put(none + " --port 8080", 1);
    codes.put(stale + " --port 8080", 1);
    codes.put(stale + " --port 5353", 0);
    codes.put(stale + " --net web", 1);
    // of the states that are not ok the question is whether there are some
    codes.put(stale + " --state orphan", 1);
    codes.put(stale + " --state incomplete", 0);
    codes.put(stale + " --state ok", 0);
    codes.put(none + " --state ok", 1);
    codes.put(well + " --state orphan --port 8080", 0);
    for (Map.Entry<String, Integer> code : codes.entrySet()) {
      List<String> words = new ArrayList<>(List.of("list"));
      words.addAll(List.of(code.getKey().split(" ")));
      Run plain = run(words.toArray(new String[0]));
      assertThat(plain.exit()).as(code.getKey()).isZero();
      words.add("--exit-code");
      Run asked = run(words.toArray(new String[0]));
      assertThat(asked.exit()).as(code.getKey()).isEqualTo(code.getValue());
      assertThat(asked.out()).isEqualTo(plain.out());
    }
  }

  /** The file with one family's table as a command would leave it. */
  private String after(String command, String cache, String family, String option, String ruleset)
      throws Exception {
    Run run = run(command, cache, option, ruleset, "--family", family, "-o", "save");
    assertThat(run.exit()).as(run.err()).isZero();
    Path file = Files.createTempFile(folder, command, ".save");
    Files.writeString(file, run.out(), StandardCharsets.ISO_8859_1);
    return file.toString();
  }

  /** Without any one of our rules: it is named, and the command printed last puts it back. */
  @Test
  void whatCheckPrintsLastMendsIt() throws Exception {
    List<String> lines = Files.readAllLines(V4, StandardCharsets.ISO_8859_1);
    Path broken = folder.resolve("broken.save");
    Path mended = folder.resolve("mended.save");
    int count = 0;
    int ours = 0;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.startsWith("-A") || !line.contains("CNI-HOSTPORT-") && !line.contains("CNI-DN-")) {
        continue;
      }
      if (ours++ % EVERY != 0) {
        continue;
      }
      List<String> without = new ArrayList<>(lines);
      without.remove(i);
      Files.write(broken, without, StandardCharsets.ISO_8859_1);
      Run check = run("check", CACHE, "--ruleset", broken.toString(), "--ruleset6", V6.toString());
      assertThat(check.exit()).as(line).isEqualTo(1);
      assertThat(check.out().lines().filter(l -> l.matches("[+-]-A .*")))
          .containsExactly("+" + line);
      String last = check.out().lines().reduce((a, b) -> b).orElseThrow().strip();
      assertThat(last).startsWith("portmapctl add ");
      List<String> words = MappingOptions.split("mend", List.of(last));
      Run mend = Run.with(Map.of(), "", words.subList(1, words.size()));
      assertThat(mend.exit()).as(last + mend.err()).isZero();
      Files.writeString(mended, mend.out(), StandardCharsets.ISO_8859_1);
      Run again = run("check", CACHE, "--ruleset", mended.toString(), "--ruleset6", V6.toString());
      assertThat(again.exit()).as(again.out()).isZero();
      count++;
    }
    System.out.println("check: " + count + " rules removed one by one, each named and put back");
    assertThat(count).isGreaterThan(100 / EVERY);
  }
}
