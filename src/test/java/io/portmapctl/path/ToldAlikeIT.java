package io.portmapctl.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Of packets on random hosts a snapshot tells what the host itself does, byte for byte. Saved
 * tables, addresses and routes tell the same of a host that has nothing else, and of others say
 * what they cannot tell.
 */
@Tag("live")
class ToldAlikeIT {
  private static final int HOSTS = Rounds.of("toldHosts", 6, 100);
  private static final int A_HOST = 16;

  /** So many are asked of the host itself, in a process each. */
  private static final int LIVE = 2;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private final Map<String, Integer> tally = new TreeMap<>();
  private final List<String> differences = new ArrayList<>();

  @Test
  void snapshotsAndFilesTellWhatTheHostDoes() throws Exception {
    long first = Long.getLong("portmapctl.pathSeed", 0);
    try (TrialSite ground = new TrialSite()) {
      for (long seed = first; seed < first + HOSTS; seed++) {
        boolean plain = seed % 2 == 0;
        try (RandomHost host = new RandomHost(seed, ground, folder, plain)) {
          host.record();
          packets(host, plain, "seed " + seed);
        }
      }
    }
    System.out.printf("told live, by snapshots and by files: %s%n", tally);
    assertThat(differences).isEmpty();
    assertThat(tally.keySet())
        .contains("live as by the snapshot", "alike", "not in files, as said");
  }

  private void packets(RandomHost host, boolean plain, String seed) throws Exception {
    List<String> files = host.files();
    for (int i = 0; i < A_HOST; i++) {
      String packet = host.packet().text();
      List<String> question = List.of("explain", "--packet", packet, "-o", "json");
      Run kept = asked(question, List.of("--host", host.snapshot().toString()));
      if (i < LIVE) {
        assertThat(host.asked(question)).as(seed + ": " + packet).isEqualTo(kept);
        count("live as by the snapshot");
      }
      JsonNode whole = json(kept);
      JsonNode told = json(asked(question, files));
      if (outcome(told).equals(outcome(whole))) {
        count("alike");
      } else if (!plain && saysWhatIsMissing(told)) {
        count("not in files, as said");
      } else {
        differences.add(seed + ": " + packet + "\n  " + outcome(whole) + "\n  " + outcome(told));
      }
    }
  }

  private static Run asked(List<String> question, List<String> of) {
    List<String> words = new ArrayList<>(question);
    words.addAll(of);
    return Run.of(words.toArray(new String[0]));
  }

  private static JsonNode json(Run run) throws Exception {
    assertThat(run.exit()).as(run.err()).isZero();
    return JSON.readTree(run.out().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String outcome(JsonNode told) {
    StringBuilder out = new StringBuilder();
    for (String field : List.of("result", "disposition", "onTheWayBack", "decidedBy", "after")) {
      out.append(field).append(' ').append(told.path(field)).append("; ");
    }
    // a file does not always tell which variant it is of
    return out.toString().replaceAll("\"variant\":(null|\"\\w+\"),", "");
  }

  private static boolean saysWhatIsMissing(JsonNode told) {
    String said = told.path("assumptions").toString();
    return said.contains("the other variant of iptables")
        && said.contains("rules that nft wrote itself")
        && said.contains("no policy rule");
  }

  private void count(String what) {
    tally.merge(what, 1, Integer::sum);
  }
}
