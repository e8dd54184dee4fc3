package io.portmapctl.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.CniCall;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Rounds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a call takes beside the Go plugin's, in pairs, and where ours goes; it prints. */
@Tag("live")
class PluginTimesIT {
  /** How many pairs of each; the cases with many mappings and other containers need several. */
  private static final int PAIRS = Rounds.of("pluginPairs", 1, 5);

  @TempDir private Path folder;

  /** Something that takes time. */
  private interface Work {
    void run() throws Exception;
  }

  private static long micros(Work work) throws Exception {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1000;
  }

  private static String median(List<Long> micros) {
    List<Long> sorted = micros.stream().sorted().toList();
    return String.format("%8.0f", sorted.get(sorted.size() / 2) / 1000.0);
  }

  @Test
  void besideTheGoPlugin() throws Exception {
    CniCall ours = CniCall.ours(folder);
    CniCall theirs = CniCall.theirs();
    int[][] cases =
        PAIRS == 1
            ? new int[][] {{1, 0}, {15, 0}}
            : new int[][] {{1, 0}, {15, 0}, {100, 0}, {1000, 0}, {1, 1000}, {1, 5000}};
    System.out.println(
        "ms: mappings, others | ADD ours, Go | DEL ours, Go | of ours: start, iptables' programs");
    for (int[] each : cases) {
      time(ours, theirs, each[0], each[1]);
    }
  }

  private static void time(CniCall ours, CniCall theirs, int mappings, int others)
      throws Exception {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < mappings; i++) {
      all.append(i == 0 ? "" : ",").append(CniCall.mapping(10_000 + i, 80));
    }
    String configuration = CniCall.configuration("web", all.toString(), "10.89.5.6/16");
    List<List<Long>> times = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      times.add(new ArrayList<>());
    }
    try (Namespace host = Namespace.withBridge()) {
      host.must(others(others), "iptables-restore", "--noflush");
      for (int pair = 0; pair < (mappings > 100 || others > 1000 ? 1 : PAIRS); pair++) {
        times.get(0).add(micros(() -> ours.must(host, "ADD", "timed", configuration)));
        var made = host.natTables("nft");
        times.get(2).add(micros(() -> ours.must(host, "DEL", "timed", configuration)));
        times.get(1).add(micros(() -> theirs.must(host, "ADD", "timed", configuration)));
        assertThat(host.natTables("nft")).isEqualTo(made);
        times.get(3).add(micros(() -> theirs.must(host, "DEL", "timed", configuration)));
        times.get(4).add(micros(() -> ours.must(host, "VERSION", "timed", configuration)));
        String change =
            host.must(
                "{\"containerID\":\"timed\",\"config\":" + configuration + "}",
                Namespace.launcher(),
                "add",
                "-",
                "--layout",
                "mark",
                "-o",
                "restore",
                "-q");
        times
            .get(5)
            .add(
                micros(
                    () -> {
                      host.must("", "iptables-save", "-t", "nat");
                      host.must("", "ip6tables-save", "-t", "nat");
                      host.must(change, "iptables-restore", "--noflush", "--test");
                      host.must("", "iptables-save", "-t", "nat");
                    }));
      }
    }
    System.out.printf(
        "%5d %5d | %s %s | %s %s | %s %s%n",
        mappings,
        others,
        median(times.get(0)),
        median(times.get(1)),
        median(times.get(2)),
        median(times.get(3)),
        median(times.get(4)),
        median(times.get(5)));
  }

  /** A table with so many containers that publish a port each. */
  private static String others(int containers) throws Exception {
    if (containers == 0) {
      return "*nat\nCOMMIT\n";
    }
    StringBuilder documents = new StringBuilder();
    for (int i = 0; i < containers; i++) {
      documents
          .append("{\"containerID\":\"other" + i + "\",\"config\":")
          .append(
              CniCall.configuration(
                  "web",
                  CniCall.mapping(20_000 + i, 80),
                  "10.89." + (i / 250 + 8) + "." + (i % 250 + 2) + "/16"))
          .append("}\n");
    }
    List<String> command =
        List.of(
            Namespace.launcher(),
            "add",
            "-",
            "--layout",
            "mark",
            "--ruleset",
            "empty",
            "-o",
            "restore",
            "-q");
    return Namespace.process(documents.toString(), command).out();
  }
}
