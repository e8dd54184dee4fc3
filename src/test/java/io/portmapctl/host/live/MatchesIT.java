package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.MatchTrial;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every match that iptables 1.8.9 ships, as a condition: add, check, add again, change, check, del,
 * with both variants and in both families. (Not policy, whose {@code --pol} abbreviates an option
 * of iptables' own and is refused.)
 */
@Tag("live")
class MatchesIT {
  /** One match of so many is tried. */
  private static final int EVERY = Rounds.of("matchEvery", 6, 1);

  @TempDir private Path folder;

  @Test
  void everyMatchIsMadeCheckedChangedAndRemoved() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (String variant : List.of("nft", "legacy")) {
      for (String family : List.of("ipv4", "ipv6")) {
        int right = 0;
        int refused = 0;
        try (Namespace host = Namespace.withBridge()) {
          Run trial =
              host.java(MatchTrial.class, folder.toString(), variant, family, EVERY + "", "0");
          assertThat(trial.exit()).as(trial.err()).isZero();
          for (String line : trial.out().split("\n", -1)) {
            if (line.endsWith("\tright")) {
              right++;
            } else if (line.endsWith("\trefused")) {
              refused++;
            } else if (!line.isEmpty()) {
              wrong.add(variant + " " + family + " " + line);
            }
          }
        }
        System.out.println(
            "matches as conditions, "
                + variant
                + " "
                + family
                + ": "
                + right
                + " right, "
                + refused
                + " that the kernel refuses");
        assertThat(right).isGreaterThan(refused);
      }
    }
    assertThat(wrong).isEmpty();
  }
}
