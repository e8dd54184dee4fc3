package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.host.Exec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /** One waits for what the other writes. */
  @Test
  void programsThatWereStartedRunSideBySide(@TempDir Path folder) throws Exception {
    String pipe = folder.resolve("pipe").toString();
    ProcessExec exec = new ProcessExec(20);
    assertThat(exec.run(List.of("mkfifo", pipe), "").exit()).isZero();
    Exec.Running reader = exec.start(List.of("cat", pipe), "");
    Exec.Running writer = exec.start(List.of("tee", pipe), "told");
    assertThat(reader.result()).isEqualTo(new Exec.Result(0, "told", ""));
    assertThat(writer.result()).isEqualTo(new Exec.Result(0, "told", ""));
  }

  @Test
  void whatNobodyWaitsForIsEnded() throws Exception {
    Exec.Running running = new ProcessExec(60).start(List.of("sleep", "60"), "");
    running.close();
    assertThat(running.result().exit()).isEqualTo(128 + 9);
  }

  @Test
  void whatCannotBeStartedIsSaidWhenItsResultIsAskedFor() {
    Exec.Running running = new ProcessExec(20).start(List.of("/nowhere/program"), "");
    assertThatThrownBy(running::result).isInstanceOf(IOException.class);
    running.close();
  }
}
