package io.portmapctl.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import io.portmapctl.testing.CniCall;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many calls at once, and calls that are killed: nothing is lost, doubled, or half there. */
@Tag("live")
class ManyCallsIT {
  private static final int AT_ONCE = Rounds.of("pluginCalls", 50, 50);
  private static final int KILLS = Rounds.of("pluginKills", 12, 200);

  @TempDir private Path folder;

  private static String configuration(int number) {
    return CniCall.configuration(
        "web",
        CniCall.mapping(20_000 + number, 80) + "," + CniCall.mapping(30_000 + number, 443),
        "10.89.1." + (number + 2) + "/16",
        "fd00:89::1:" + Integer.toHexString(number + 2) + "/32");
  }

  private static String id(int number) {
    return "c" + number;
  }

  /** What portmapctl would still do for these containers; nothing, where all are exactly there. */
  private static String missing(Namespace host, int from, int to) throws Exception {
    StringBuilder documents = new StringBuilder();
    for (int i = from; i < to; i++) {
      documents.append("{\"containerID\":\"" + id(i) + "\",\"config\":" + configuration(i) + "}\n");
    }
    Run run =
        host.run(
            documents.toString(),
            List.of(Namespace.launcher(), "add", "-", "--layout", "mark", "-q"));
    assertThat(run.exit()).as(run.err()).isZero();
    return run.out();
  }

  /** Runs all at once; those whose code says so are tried again, as a runtime does. */
  private static void together(List<Callable<Run>> calls) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(calls.size());
    try {
      List<Future<Run>> runs = new ArrayList<>();
      for (Callable<Run> call : calls) {
        runs.add(threads.submit(call));
      }
      for (int i = 0; i < runs.size(); i++) {
        Run run = runs.get(i).get();
        for (int again = 0; again < 3 && run.out().contains("\"code\": 11,"); again++) {
          run = calls.get(i).call();
        }
        assertThat(run.exit()).as(run.out() + run.err()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void manyAtOnceAreAllThereAndOnce() throws Exception {
    CniCall ours = CniCall.ours(folder);
    try (Namespace host = Namespace.withBridge()) {
      List<Callable<Run>> calls = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        int number = i;
        calls.add(() -> ours.in(host, "ADD", id(number), configuration(number)));
      }
      together(calls);
      assertThat(missing(host, 0, AT_ONCE)).isEmpty();
      assertThat(entries(host)).isEqualTo(Map.of("ipv4", AT_ONCE, "ipv6", AT_ONCE));
    }
  }

  /**
   * Additions and removals of ours, and additions of the Go plugin, which looks and then appends.
   */
  @Test
  void additionsRemovalsAndTheGoPluginAtOnce() throws Exception {
    CniCall ours = CniCall.ours(folder);
    CniCall theirs = CniCall.theirs();
    int third = AT_ONCE / 3;
    try (Namespace host = Namespace.withBridge()) {
      for (int i = 0; i < third; i++) {
        theirs.must(host, "ADD", id(i), configuration(i));
      }
      List<Callable<Run>> calls = new ArrayList<>();
      for (int i = 0; i < third; i++) {
        int number = i;
        calls.add(() -> ours.in(host, "DEL", id(number), configuration(number)));
        calls.add(() -> ours.in(host, "ADD", id(third + number), configuration(third + number)));
        calls.add(
            () ->
                theirs.in(host, "ADD", id(2 * third + number), configuration(2 * third + number)));
      }
      together(calls);
      ours.must(host, "ADD", id(third), configuration(third)); // what came double is one again
      assertThat(missing(host, third, 3 * third)).isEmpty();
      assertThat(entries(host)).isEqualTo(Map.of("ipv4", 2 * third, "ipv6", 2 * third));
    }
  }

  private static Map<String, Integer> entries(Namespace host) throws Exception {
    Map<String, List<String>> tables = host.natTables("nft");
    Map<String, Integer> entries = new TreeMap<>();
    for (Family family : Family.values()) {
      entries.put(family.id(), tables.get(family.id() + ":CNI-HOSTPORT-DNAT").size());
    }
    return entries;
  }

  @Test
  void aKillLeavesTheTablesOfBeforeOrAfterAndTheSameCallCompletesIt() throws Exception {
    CniCall ours = CniCall.ours(folder);
    StringBuilder mappings = new StringBuilder();
    for (int port = 0; port < 60; port++) {
      mappings.append(port == 0 ? "" : ",").append(CniCall.mapping(10_000 + port, 80));
    }
    String configuration =
        CniCall.configuration("web", mappings.toString(), "10.89.5.6/16", "fd00:89:5::6/32");
    Generator random = new Generator(7);
    int before = 0;
    int after = 0;
    try (Namespace host = Namespace.withBridge()) {
      ours.must(host, "ADD", "killed", configuration);
      Map<String, Map<String, List<String>>> states = new TreeMap<>();
      states.put("ADD", host.natTables("nft"));
      long start = System.nanoTime();
      ours.must(host, "DEL", "killed", configuration);
      long millis = (System.nanoTime() - start) / 1_000_000;
      states.put("DEL", host.natTables("nft"));
      for (int i = 0; i < KILLS; i++) {
        String verb = i % 2 == 0 ? "ADD" : "DEL";
        Map<String, List<String>> was = states.get(i % 2 == 0 ? "DEL" : "ADD");
        double moment = millis * (0.4 + random.below(1000) / 1000.0) / 1000;
        List<String> command =
            new ArrayList<>(List.of("timeout", "-s", "KILL", String.format("%.3f", moment)));
        command.addAll(ours.command(verb, "killed"));
        host.run(configuration, command);
        Map<String, List<String>> now = host.natTables("nft");
        for (Family family : Family.values()) {
          Map<String, List<String>> table = of(family, now);
          assertThat(table).isIn(of(family, was), of(family, states.get(verb)));
          before += table.equals(of(family, was)) ? 1 : 0;
          after += table.equals(of(family, was)) ? 0 : 1;
        }
        long begin = System.nanoTime();
        ours.must(host, verb, "killed", configuration);
        millis = (System.nanoTime() - begin) / 1_000_000; // the machine is as slow as it is now
        assertThat(host.natTables("nft")).isEqualTo(states.get(verb));
      }
    }
    System.out.printf("killed plugin: %d tables of before, %d of after%n", before, after);
  }

  private static Map<String, List<String>> of(Family family, Map<String, List<String>> tables) {
    Map<String, List<String>> one = new TreeMap<>(tables);
    one.keySet().removeIf(chain -> !chain.startsWith(family.id() + ":"));
    return one;
  }
}
