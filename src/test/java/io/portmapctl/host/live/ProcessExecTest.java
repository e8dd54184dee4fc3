package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.host.Exec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One deadline bounds a program wholly. */
@Tag("fast")
class ProcessExecTest {
  private static final String MUCH = "x".repeat(1 << 20);

  private static void ends(List<String> command) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatThrownBy(() -> new ProcessExec(1).run(command, MUCH))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("did not end within 1 seconds"));
  }

  @Test
  void aProgramThatReadsNothing() {
    ends(List.of("sleep", "60"));
  }

  @Test
  void aProgramThatHangsAfterItsInput() {
    ends(List.of("sh", "-c", "cat >/dev/null; exec sleep 60"));
  }

  /** Whether what it printed is had depends on who is first: the reader, or its end. */
  @Test
  void aProgramWhoseChildHoldsItsOutputOpen() {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          try {
            Exec.Result result =
                new ProcessExec(1).run(List.of("sh", "-c", "sleep 60 & exit 5"), MUCH);
            assertThat(result.exit()).isEqualTo(5);
          } catch (IOException e) {
            assertThat(e).hasMessageContaining("did not end within 1 seconds");
          }
        });
  }

  @Test
  void aProgramThatEndsBeforeItHasReadAll() throws Exception {
    assertThat(new ProcessExec(20).run(List.of("sh", "-c", "echo no >&2; exit 3"), MUCH))
        .isEqualTo(new Exec.Result(3, "", "no\n"));
  }
}
