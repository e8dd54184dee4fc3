package io.portmapctl.testing;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The machine's files with a layer of its own over them, in memory: what is installed there is
 * nowhere else, and gone with the process that holds it, however the test ends. The project stands
 * in it as {@code /mnt}.
 */
public final class Overlay implements AutoCloseable {
  private static final String LAYERS =
      """
      set -e
      mount -t tmpfs none "$1"
      mkdir "$1/upper" "$1/work" "$1/root"
      mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
      mount -t proc none "$1/root/proc"
      mount --rbind /dev "$1/root/dev"
      mount -t tmpfs none "$1/root/run"
      mount --bind "$2" "$1/root/mnt"
      echo ready
      exec cat
      """;
  private final Process holder;
  private final Path root;

  private Overlay(Process holder, Path root) {
    this.holder = holder;
    this.root = root;
  }

  /** Lays it over an empty folder; the test is skipped where that cannot be. */
  public static Overlay make(Path folder) throws Exception {
    for (String program : List.of("unshare", "nsenter", "chroot", "apt-get", "dpkg", "setpriv")) {
      Needs.program(program);
    }
    Needs.that("root".equals(System.getProperty("user.name")), "mounting needs root");
    String project = Path.of("").toAbsolutePath().toString();
    Process holder =
        new ProcessBuilder(
                "unshare", "--mount", "sh", "-c", LAYERS, "sh", folder.toString(), project)
            .redirectErrorStream(true)
            .start();
    BufferedReader said =
        new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
    String first = said.readLine();
    Needs.that("ready".equals(first), "no layer can be mounted over the machine's files: " + first);
    return new Overlay(holder, folder.resolve("root"));
  }

  /** Runs a shell command in it. */
  public Run run(String command) throws Exception {
    List<String> words = new ArrayList<>(List.of("nsenter", "--mount"));
    words.addAll(List.of("--target", Long.toString(holder.pid()), "chroot", root.toString()));
    words.addAll(List.of("env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"));
    words.addAll(List.of("sh", "-c", command));
    return Namespace.process("", words);
  }

  /** Runs a shell command in it that must succeed; its output. */
  public String must(String command) throws Exception {
    Run run = run(command);
    if (run.exit() != 0) {
      throw new AssertionError(command + ": " + run.out() + run.err());
    }
    return run.out();
  }

  @Override
  public void close() {
    holder.destroy();
    try {
      holder.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
