package io.portmapctl.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.host.MemoryBackend;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.MemoryHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every call that the real plugins were recorded with, through the protocol: results, error codes,
 * whole tables and settings compared. What differs is in {@code
 * testdata/reference/plugin-deviations.tsv}: case, step, what differs, and the reason.
 */
@Tag("long")
class PluginReferenceTest {
  private static final Path DEVIATIONS = Path.of("testdata/reference/plugin-deviations.tsv");
  private static final Map<String, List<String>> INTERFACES =
      Map.of(
          "bridge", List.of("cni0", "eth0"),
          "ptp", List.of("veth1a2b"),
          "dotted", List.of("br0.100"),
          "noroute", List.of("cni0"));

  @TempDir private Path folder;

  @Test
  void everyCallEndsAsThePluginsOrIsANamedDeviation() throws Exception {
    Map<String, String> found = new TreeMap<>();
    List<RecordedStep> steps = RecordedStep.all();
    for (RecordedStep step : steps) {
      String deviation = step.deviation(called(step));
      if (!deviation.isEmpty()) {
        found.put(step.key(), deviation);
      }
    }
    Map<String, String> listed = RecordedStep.deviations();
    Map<String, String> reasons = new HashMap<>();
    for (String line : Files.readAllLines(DEVIATIONS)) {
      String[] parts = line.split("\t", -1);
      reasons.put(parts[0] + "\t" + parts[1], parts[3]);
    }
    System.out.printf(
        "plugin: %d recorded calls, %d end as the plugin's, %d named deviations%n",
        steps.size(), steps.size() - found.size(), listed.size());
    if (Boolean.getBoolean("portmapctl.update")) {
      List<String> lines = new ArrayList<>();
      found.forEach((k, v) -> lines.add(k + "\t" + v + "\t" + reasons.getOrDefault(k, "?")));
      Files.write(Path.of("target/plugin-deviations.tsv"), lines);
    }
    assertThat(found).isEqualTo(listed);
    assertThat(reasons.values()).noneMatch(r -> r.isBlank() || r.equals("?"));
  }

  private RecordedStep.Left called(RecordedStep step) throws IOException {
    List<Table> tables = new ArrayList<>();
    for (Family family : Family.values()) {
      String text = RecordedStep.table(step.before(), family == Family.IPV4 ? "nat4" : "nat6");
      String octets =
          new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      try {
        tables.add(
            SaveFormat.table(family, TableName.NAT, octets)
                .orElse(Table.empty(TableName.NAT, family)));
      } catch (SaveFormat.FormatException e) {
        throw new AssertionError(step.key(), e);
      }
    }
    MemoryBackend backend = new MemoryBackend(tables);
    MemoryHost host =
        new MemoryHost(INTERFACES.get(step.topology()), a -> route(step.topology(), a));
    step.before()
        .path("routeLocalnet")
        .fields()
        .forEachRemaining(e -> host.localnet.put(e.getKey(), e.getValue().asText()));
    Answer answer =
        new Plugin(variant -> host.with(backend), folder.resolve("lock").toString())
            .call(step.environment(), step.stdin().getBytes(StandardCharsets.UTF_8));
    Map<String, List<String>> after = new LinkedHashMap<>();
    for (Family family : Family.values()) {
      String printed = SaveFormat.print(backend.table(family), false);
      String text =
          new String(printed.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
      after.put(family == Family.IPV4 ? "nat4" : "nat6", List.of(text.split("\n", -1)));
    }
    return new RecordedStep.Left(answer.exit(), answer.out(), after, host.localnet);
  }

  /** The interface to which an address is linked, without a gateway. */
  private static Optional<String> route(String topology, IpAddress address) {
    boolean linked =
        Cidr.parse(topology.equals("noroute") ? "10.77.0.0/16" : "10.88.0.0/16")
            .orElseThrow()
            .contains(Cidr.host(address));
    return linked ? Optional.of(INTERFACES.get(topology).get(0)) : Optional.empty();
  }
}
