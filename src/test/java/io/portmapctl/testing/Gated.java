package io.portmapctl.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command that runs in a group of processes of its own, and is sent signals meanwhile. */
public final class Gated {
  private static final int PATIENCE_SECONDS = 60;
  private final Process process;

  private Gated(Process process) {
    this.process = process;
  }

  /**
   * Starts it in a namespace.
   *
   * @param place the folder in which it runs
   * @param programs the programs that stand before the real ones
   */
  public static Gated start(Namespace host, Path place, Path programs, List<String> command)
      throws Exception {
    List<String> words = new ArrayList<>(List.of("setsid", "ip", "netns", "exec", host.name()));
    // whoever started the tests may have had them ignore a hang-up
    words.addAll(List.of("env", "--default-signal", "-C", place.toString()));
    words.add("PATH=" + programs + ":" + System.getenv("PATH"));
    words.addAll(command);
    return new Gated(
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** Waits until a file is there. */
  public void waitFor(Path file) throws Exception {
    for (int i = 0; i < PATIENCE_SECONDS * 50 && process.isAlive() && !Files.exists(file); i++) {
      Thread.sleep(20);
    }
    assertThat(file).exists();
  }

  /** Sends a signal to it alone, or, as a terminal does for {@code Ctrl-C}, to all of its group. */
  public void signal(String name) throws Exception {
    boolean all = name.equals("Ctrl-C");
    String target = (all ? "-" : "") + process.pid();
    Run run = Namespace.process("", List.of("kill", "-s", all ? "INT" : name, "--", target));
    assertThat(run.exit()).as(run.err()).isZero();
    Thread.sleep(100); // it is heard before anything else happens
  }

  /** Its exit code, at its end; 128 and the signal's number where that ended it. */
  public int exit() throws Exception {
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended).as("ended within %d seconds", PATIENCE_SECONDS).isTrue();
    return process.exitValue();
  }
}
