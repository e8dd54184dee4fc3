package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.HostileWords;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rules with hostile words in kernels, nft and legacy: a removal takes those that lead to what goes
 * and no other, by {@code --apply}, by restore input and by shell lines in three shells, the script
 * of {@code --undo} gives them back, and nothing that they say is run.
 */
@Tag("live")
class InjectionIT {
  private static final int WORDS = Rounds.of("liveInjections", 90, 10_000);

  /** Words of one table. */
  private static final int BATCH = 30;

  private static final List<List<String>> SHELLS =
      List.of(List.of("dash"), List.of("bash"), List.of("busybox", "sh"));

  @TempDir private Path folder;

  private static final String DOCUMENT =
      "{\"containerID\":\"c1\",\"config\":{\"cniVersion\":\"1.0.0\",\"type\":\"portmap\",\"name\":\"web\","
          + "\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":8080,\"containerPort\":80}]},"
          + "\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.89.0.9/16\"}]}}}";

  /** A table of one round, its hostile rules among it. */
  private String table(Namespace host, String variant, Random random, boolean lines)
      throws Exception {
    String iptables = "iptables-" + variant;
    Run add = ask(host, variant, "add", "--apply", "--lock-file", "lock");
    assertThat(add.exit()).as(add.err()).isZero();
    String chain =
        state(host, variant)
            .lines()
            .filter(l -> l.startsWith("-A CNI-DN-"))
            .findFirst()
            .orElseThrow()
            .split(" ")[1];
    StringBuilder restored = new StringBuilder("*nat\n");
    StringBuilder one = new StringBuilder();
    for (int i = 0; i < BATCH; i++) {
      String word = HostileWords.word(random);
      String comment =
          word.substring(0, Math.min(255, word.length())).replace("\n", lines ? "\n" : "");
      // one that goes with the chain it leads to, beside one that says the same and stays
      for (String target : List.of(chain, "RETURN")) {
        if (comment.indexOf('\n') < 0) {
          restored.append("-A PREROUTING -p tcp -m tcp --dport ").append(9_000 + i);
          restored
              .append(" -m comment --comment \"")
              .append(comment.replaceAll("([\\\\\"])", "\\\\$1"));
          restored.append("\" -j ").append(target).append('\n');
        } else {
          one.append(iptables).append(" -t nat -A PREROUTING -p tcp --dport ").append(9_000 + i);
          one.append(" -m comment --comment '").append(comment.replace("'", "'\\''"));
          one.append("' -j ").append(target).append('\n');
        }
      }
    }
    host.must(restored + "COMMIT\n", iptables + "-restore", "--noflush");
    host.must(one.toString(), "bash", "-s");
    return state(host, variant);
  }

  private Run ask(Namespace host, String variant, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("env", "-C", folder.toString(), Namespace.launcher()));
    command.addAll(List.of(words));
    command.addAll(List.of("-", "--family", "ipv4", "--iptables", variant));
    return host.run(DOCUMENT, command);
  }

  private static String state(Namespace host, String variant) throws Exception {
    return host.must("", "iptables-" + variant + "-save")
        .replaceAll("(?m)^# (Generated|Completed) .*\n", "")
        .replaceAll("\\[[0-9]+:[0-9]+\\]", "");
  }

  /** Back to a table, whatever stands in its rules. */
  private void again(Namespace host, String variant, Random random, String table, boolean lines)
      throws Exception {
    host.must("", "iptables-" + variant, "-t", "nat", "-F");
    host.must("", "iptables-" + variant, "-t", "nat", "-X");
    assertThat(table(host, variant, random, lines)).isEqualTo(table);
  }

  private void nothingRan() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(
              files
                  .map(f -> String.valueOf(f.getFileName()))
                  .filter(f -> !List.of("lock", "undo").contains(f)))
          .isEmpty();
    }
  }

  @Test
  void whatGoesAndWhatComesBackIsWhatWasPlanned() throws Exception {
    int rules = 0;
    for (int round = 0; round * BATCH < WORDS; round++) {
      String variant = round % 2 == 0 ? "nft" : "legacy";
      // every third table has line breaks, which fit into no restore
      boolean lines = round % 3 == 1;
      try (Namespace host = Namespace.withBridge()) {
        long seed = 1_700 + round;
        String before = table(host, variant, new Random(seed), lines);
        String script = ask(host, variant, "del", "-o", "restore").out();
        String commands = ask(host, variant, "del", "-o", "commands").out();
        Run del = ask(host, variant, "del", "--apply", "--lock-file", "lock", "--undo", "undo");
        assertThat(del.exit()).as(del.err()).isZero();
        String after = state(host, variant);
        assertThat(after).doesNotContain("CNI-DN-");
        assertThat(after.split(" -j RETURN", -1)).hasSize(BATCH + 1);
        for (List<String> shell : SHELLS.subList(0, 2)) {
          host.must("", shell.get(0), folder.resolve("undo").toString());
          assertThat(state(host, variant)).as("seed %d, undone", seed).isEqualTo(before);
          Run back = ask(host, variant, "del", "--apply", "--lock-file", "lock");
          assertThat(back.exit()).as(back.err()).isZero();
          assertThat(state(host, variant)).isEqualTo(after);
        }
        again(host, variant, new Random(seed), before, lines);
        host.must(script, "iptables-" + variant + "-restore", "--noflush");
        assertThat(state(host, variant)).as("seed %d, restored", seed).isEqualTo(after);
        String here = "iptables() { iptables-" + variant + " \"$@\"; }\ncd " + folder + "\n";
        for (List<String> shell : SHELLS) {
          again(host, variant, new Random(seed), before, lines);
          List<String> words = new ArrayList<>(shell);
          words.add("-s");
          host.must(here + commands, words.toArray(new String[0]));
          assertThat(state(host, variant)).as("seed %d, %s", seed, shell).isEqualTo(after);
        }
        nothingRan();
        rules += BATCH;
      }
    }
    System.out.printf(
        "injection: %d hostile rules removed and given back in 6 ways, with as many that stayed%n",
        rules);
  }
}
