package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which word was meant. */
@Tag("fast")
class NearestTest {
  private static final List<String> COMMANDS = List.of("add", "del", "check", "list", "gc", "help");

  @Test
  void aSlipOfTheHandIsUnderstood() {
    assertThat(Nearest.to("lsit", COMMANDS)).contains("list");
    assertThat(Nearest.to("chekc", COMMANDS)).contains("check");
    assertThat(Nearest.to("ad", COMMANDS)).contains("add");
    assertThat(Nearest.to("delete", COMMANDS)).contains("del");
    assertThat(Nearest.to("frobnicate", COMMANDS)).isEmpty();
    assertThat(Nearest.question("lst", COMMANDS)).isEqualTo("did you mean 'list'? ");
    assertThat(Nearest.question("zzz", COMMANDS)).isEmpty();
  }

  @Test
  void whatOtherProgramsCallItIsUnderstood() {
    assertThat(Nearest.to("rm", COMMANDS)).contains("del");
    assertThat(Nearest.to("status", COMMANDS)).contains("check");
    assertThat(Nearest.to("--port", List.of("--publish", "--host"))).contains("--publish");
    assertThat(Nearest.to("--publish", List.of("--port", "--host"))).contains("--port");
    assertThat(Nearest.to("trace", COMMANDS)).isEmpty(); // no such command here
  }

  @Test
  void distanceCountsSwapsOnce() {
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("ab", "ba")).isEqualTo(1);
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
  }
}
