package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.InterleavingTrial;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody else inserts, appends, deletes, flushes, replaces, publishes another container between
 * our reading and writing, and between writing and reading back: what others wrote is whole, and
 * our change is made or not there.
 */
@Tag("live")
class InterleavingIT {
  private static final int SEEDS = Rounds.of("interleavings", 60, 2000);

  @TempDir private Path folder;

  @Test
  void nobodyLosesAnything() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (String variant : List.of("nft", "legacy")) {
      Path place = Files.createDirectories(folder.resolve(variant));
      InterleavingTrial.programs(place, variant);
      int made = 0;
      int givenUp = 0;
      try (Namespace host = Namespace.withBridge()) {
        Run trial =
            host.java(InterleavingTrial.class, place.toString(), variant, "0", SEEDS / 2 + "");
        assertThat(trial.exit()).as(trial.err()).isZero();
        for (String line : trial.out().split("\n", -1)) {
          if (line.endsWith("\tmade")) {
            made++;
          } else if (line.endsWith("\tgiven up")) {
            givenUp++;
          } else if (!line.isEmpty()) {
            wrong.add(variant + " " + line);
          }
        }
      }
      System.out.println(
          "interleavings, " + variant + ": " + made + " made, " + givenUp + " given up");
      assertThat(made).isGreaterThan(0);
    }
    assertThat(wrong).isEmpty();
  }
}
