package io.portmapctl.portmap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every ADD and DEL that the real plugins were recorded with, whole tables compared. What differs
 * is in {@code testdata/reference/deviations.tsv}: case, step, kind, a digest of what we print, and
 * reason.
 */
@Tag("long")
class ReferenceTest {
  private static final Path REFERENCE = Path.of("testdata/reference");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final Map<String, String> found = new TreeMap<>();
  private int compared;
  private int equal;
  private int refusedToo;

  @Test
  void everyStepEqualsThePluginsOrIsANamedDeviation() throws IOException {
    for (String layout : List.of("snat", "mark")) {
      try (Stream<Path> files = Files.list(REFERENCE.resolve(layout))) {
        for (Path file : files.sorted().toList()) {
          replay(layout, JSON.readTree(file.toFile()));
        }
      }
    }
    Map<String, String> listed = listed();
    System.out.printf(
        "reference: %d steps compared, %d equal to the plugin, %d refused by both, %d named"
            + " deviations%n",
        compared, equal, refusedToo, listed.size());
    if (Boolean.getBoolean("portmapctl.update")) {
      List<String> lines = new ArrayList<>();
      found.forEach((k, v) -> lines.add(k + "\t" + v + "\t" + reason(listed, k)));
      Files.write(Path.of("target/deviations.tsv"), lines);
    }
    TreeSet<String> actual = new TreeSet<>();
    found.forEach((k, v) -> actual.add(k + "\t" + v));
    assertThat(actual).isEqualTo(new TreeSet<>(listed.keySet()));
    assertThat(listed.values()).noneMatch(r -> r.isBlank() || r.equals("?"));
  }

  /** What was said of a step before, whatever it printed then. */
  private static String reason(Map<String, String> listed, String step) {
    return listed.entrySet().stream()
        .filter(e -> e.getKey().startsWith(step + "\t"))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("?");
  }

  private static Map<String, String> listed() throws IOException {
    Map<String, String> listed = new HashMap<>();
    Path file = REFERENCE.resolve("deviations.tsv");
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      String[] parts = line.split("\t", -1);
      listed.put(String.join("\t", List.of(parts).subList(0, 4)), parts[4]);
    }
    return listed;
  }

  private void replay(String layout, JsonNode experiment) throws IOException {
    JsonNode initial =
        experiment.has("initialState") ? experiment.get("initialState") : experiment.get("initial");
    Map<String, Path> current = write(initial);
    int number = 0;
    for (JsonNode step : experiment.get("steps")) {
      number++;
      String command = step.get("command").asText();
      JsonNode state = step.get("result").get("state");
      if (command.equals("ADD") || command.equals("DEL")) {
        String key = experiment.get("id").asText() + "\t" + number;
        compare(key, layout, command, experiment, step, current, state);
      }
      current = write(state);
    }
  }

  private Map<String, Path> write(JsonNode state) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    for (String nat : List.of("nat4", "nat6")) {
      StringBuilder text = new StringBuilder();
      state.path(nat).forEach(line -> text.append(line.asText()).append('\n'));
      Path file = folder.resolve(nat + "-" + Integer.toHexString(text.toString().hashCode()));
      Files.writeString(file, text);
      files.put(nat, file);
    }
    return files;
  }

  private void compare(
      String key,
      String layout,
      String command,
      JsonNode experiment,
      JsonNode step,
      Map<String, Path> current,
      JsonNode after) {
    compared++;
    Map<String, String> env = new HashMap<>();
    experiment
        .get("env")
        .fields()
        .forEachRemaining(e -> env.put(e.getKey(), e.getValue().asText()));
    step.path("env").fields().forEachRemaining(e -> env.put(e.getKey(), e.getValue().asText()));
    String stdin = step.has("config") ? step.get("config").toString() : step.path("stdin").asText();
    boolean pluginFailed = step.get("result").get("exit").asInt() != 0;
    List<String> differences = new ArrayList<>();
    StringBuilder printed = new StringBuilder();
    int refused = 0;
    for (String nat : List.of("nat4", "nat6")) {
      List<String> args = new ArrayList<>();
      args.addAll(List.of(command.toLowerCase(java.util.Locale.ROOT), "-", "-o", "save", "-q"));
      args.addAll(List.of("--force", "--family", nat.equals("nat4") ? "ipv4" : "ipv6"));
      args.addAll(List.of("--ruleset", current.get("nat4").toString()));
      args.addAll(List.of("--ruleset6", current.get("nat6").toString()));
      if (command.equals("ADD")) {
        args.addAll(List.of("--layout", layout));
      }
      Run run = Run.with(env, stdin, args);
      assertThat(run.exit()).as("%s: %s", key, run.err()).isIn(0, 2, 3);
      printed.append(run.exit()).append(run.exit() == 0 ? run.out() : run.err());
      if (run.exit() != 0) {
        assertThat(run.out()).as(key).isEmpty();
        refused++;
        continue;
      }
      List<String> expected = new ArrayList<>();
      after.get(nat).forEach(line -> expected.addAll(List.of(line.asText().split("\n", -1))));
      String ours =
          new String(run.out().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
      if (!chains(ours.lines().toList()).equals(chains(expected))) {
        differences.add(nat);
      }
    }
    String digest = "\t" + String.format("%08x", printed.toString().hashCode());
    if (pluginFailed && refused > 0) {
      refusedToo++;
    } else if (pluginFailed) {
      found.put(key, "plugin-failed-we-do-better" + digest);
    } else if (refused > 0) {
      found.put(key, "we-refuse" + digest);
    } else if (!differences.isEmpty()) {
      found.put(key, "differs-" + String.join("-", differences) + digest);
    } else {
      equal++;
    }
  }

  /** Chain by chain, rules in order; a virgin table has no lines at all. */
  private static Map<String, List<String>> chains(List<String> lines) {
    Map<String, List<String>> chains = new TreeMap<>();
    for (String name : List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING")) {
      chains.put(name, new ArrayList<>());
    }
    String last = "";
    for (String line : lines) {
      if (line.startsWith(":")) {
        chains.computeIfAbsent(line.substring(1).split(" ")[0], n -> new ArrayList<>());
      } else if (line.startsWith("-A ")) {
        last = line.split(" ")[1];
        chains.computeIfAbsent(last, n -> new ArrayList<>()).add(line);
      } else if (!line.equals("*nat") && !line.equals("COMMIT") && !last.isEmpty()) {
        chains.get(last).add(line);
      }
    }
    return chains;
  }
}
