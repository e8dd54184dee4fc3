package io.portmapctl.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One call that a real plugin was recorded with: what it was given, and what it left
 * (testdata/reference/README.md).
 *
 * @param id the experiment's
 * @param number of the step, from 1
 * @param topology the name of what the host looked like
 * @param variant of iptables: nft or legacy
 * @param before the state before it
 * @param environment the variables
 * @param stdin standard input
 * @param result what it left
 */
record RecordedStep(
    String id,
    int number,
    String topology,
    String variant,
    JsonNode before,
    Map<String, String> environment,
    String stdin,
    JsonNode result) {
  private static final Path REFERENCE = Path.of("testdata/reference");
  private static final Path DEVIATIONS = REFERENCE.resolve("plugin-deviations.tsv");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a call of ours left: tables as iptables-save prints them, settings by interface. */
  record Left(
      int exit, String stdout, Map<String, List<String>> tables, Map<String, String> localnet) {}

  /** All that were recorded, of every layout. */
  static List<RecordedStep> all() throws IOException {
    List<RecordedStep> steps = new ArrayList<>();
    for (String layout : List.of("mark", "snat")) {
      try (Stream<Path> files = Files.list(REFERENCE.resolve(layout))) {
        for (Path file : files.sorted().toList()) {
          steps.addAll(of(layout, JSON.readTree(file.toFile())));
        }
      }
    }
    return steps;
  }

  /** How the calls differ that are known to, by their names. */
  static Map<String, String> deviations() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    for (String line : Files.readAllLines(DEVIATIONS)) {
      String[] parts = line.split("\t", -1);
      listed.put(parts[0] + "\t" + parts[1], parts[2]);
    }
    return listed;
  }

  private static List<RecordedStep> of(String layout, JsonNode experiment) {
    List<RecordedStep> steps = new ArrayList<>();
    JsonNode before =
        experiment.has("initialState") ? experiment.get("initialState") : experiment.get("initial");
    int number = 0;
    for (JsonNode step : experiment.get("steps")) {
      number++;
      String verb = step.get("command").asText();
      if (!verb.equals("TAMPER")) {
        Map<String, String> environment = new HashMap<>();
        for (JsonNode variables : List.of(experiment.get("env"), step.path("env"))) {
          variables
              .fields()
              .forEachRemaining(e -> environment.put(e.getKey(), e.getValue().asText()));
        }
        environment.put("CNI_COMMAND", verb);
        steps.add(
            new RecordedStep(
                experiment.get("id").asText(),
                number,
                experiment.get("topology").asText(),
                experiment.get("iptables").asText().contains("legacy") ? "legacy" : "nft",
                before,
                environment,
                stdin(layout, step),
                step.get("result")));
      }
      before = step.get("result").get("state");
    }
    return steps;
  }

  /** The configuration; the layout that is not the first choice is asked for in it. */
  private static String stdin(String layout, JsonNode step) {
    if (!step.has("config")) {
      String text = step.path("stdin").asText();
      return layout.equals("mark")
          ? text
          : text.replaceFirst("^(\\s*)\\{", "$1{\"layout\":\"" + layout + "\",");
    }
    JsonNode config = step.get("config").deepCopy();
    if (!layout.equals("mark") && config instanceof ObjectNode object) {
      object.put("layout", layout);
    }
    return config.toString();
  }

  /** Its name in the list of deviations. */
  String key() {
    return id + "\t" + number;
  }

  /** The text of a recorded table, as iptables-restore takes it. */
  static String table(JsonNode state, String name) {
    StringBuilder text = new StringBuilder();
    state.path(name).forEach(line -> text.append(line.asText()).append('\n'));
    return text.toString();
  }

  /** How ours differs from the plugin's; empty where it does not. */
  String deviation(Left ours) throws IOException {
    boolean failed = result.get("exit").asInt() != 0;
    int code = ours.exit() == 0 ? 0 : JSON.readTree(ours.stdout()).get("code").asInt();
    if (ours.exit() != 0) {
      String unchanged = difference(before, ours);
      if (!unchanged.isEmpty()) {
        return "failed with a change: " + unchanged;
      }
      if (!failed) {
        return "only we fail: " + code;
      }
      int theirs = JSON.readTree(result.get("stdout").asText()).get("code").asInt();
      // 100 was what 999 is now
      boolean right = theirs == code || (theirs == 999 || theirs == 100) && code < 999;
      return right ? "" : "code " + theirs + ", ours " + code;
    }
    if (failed) {
      return "only the plugin fails";
    }
    if (!value(ours.stdout()).equals(value(result.get("stdout").asText()))) {
      return "result";
    }
    return difference(result.get("state"), ours);
  }

  /** A result without an empty {@code dns}, which the recorded plugins always print. */
  private static JsonNode value(String text) throws IOException {
    JsonNode value = JSON.readTree(text.getBytes(StandardCharsets.ISO_8859_1));
    if (value instanceof ObjectNode object && object.path("dns").isEmpty()) {
      object.remove("dns");
    }
    return value;
  }

  private static String difference(JsonNode state, Left ours) {
    List<String> differences = new ArrayList<>();
    for (String nat : List.of("nat4", "nat6")) {
      List<String> expected = new ArrayList<>();
      state.path(nat).forEach(line -> expected.addAll(List.of(line.asText().split("\n", -1))));
      if (!chains(expected).equals(chains(ours.tables().get(nat)))) {
        differences.add(nat);
      }
    }
    if (state.has("routeLocalnet")) {
      state
          .get("routeLocalnet")
          .fields()
          .forEachRemaining(
              e -> {
                if (!ours.localnet().getOrDefault(e.getKey(), "0").equals(e.getValue().asText())) {
                  differences.add("route_localnet of " + e.getKey());
                }
              });
    }
    return String.join(" ", differences);
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
      } else if (!line.startsWith("#")
          && !line.startsWith("*")
          && !line.equals("COMMIT")
          && !line.isEmpty()
          && !last.isEmpty()) {
        chains.get(last).add(line);
      }
    }
    return chains;
  }
}
