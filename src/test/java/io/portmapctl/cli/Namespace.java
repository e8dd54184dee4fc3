package io.portmapctl.cli;

import io.portmapctl.Needs;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace of the test's own: nothing in it is the machine's. */
final class Namespace implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private final String name =
      "portmapctl-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();

  private Namespace() {}

  /** Makes one; the test is skipped where that cannot be. */
  static Namespace make() throws Exception {
    for (String program : List.of("ip", "iptables", "iptables-legacy", "ip6tables", "nft")) {
      Needs.program(program);
    }
    Needs.that("root".equals(System.getProperty("user.name")), "making namespaces needs root");
    Namespace namespace = new Namespace();
    Run made = process("", List.of("ip", "netns", "add", namespace.name));
    Needs.that(made.exit() == 0, "no network namespace can be made: " + made.err());
    return namespace;
  }

  /** Its name, as {@code ip netns} knows it. */
  String name() {
    return name;
  }

  /** Starts a command in it that goes on until the namespace's end. */
  Process start(String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(List.of(command));
    return new ProcessBuilder(all)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Runs a command in it. */
  Run run(String stdin, List<String> command) throws Exception {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(command);
    return process(stdin, all);
  }

  /** Runs a command in it that must succeed; its output. */
  String must(String stdin, String... command) throws Exception {
    Run run = run(stdin, List.of(command));
    if (run.exit() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + run.err());
    }
    return run.out();
  }

  /** Runs the packaged portmapctl in it. */
  Run portmapctl(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher()));
    command.addAll(List.of(args));
    return run("", command);
  }

  /** The packaged launcher. */
  static String launcher() {
    return Path.of("target/portmapctl").toAbsolutePath().toString();
  }

  /** Runs a process to its end. */
  static Run process(String stdin, List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).start();
    CompletableFuture<byte[]> error = CompletableFuture.supplyAsync(() -> all(process));
    try (OutputStream out = process.getOutputStream()) {
      out.write(stdin.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      // it ended without reading all; its exit code tells
    }
    byte[] output = process.getInputStream().readAllBytes();
    return new Run(
        process.waitFor(),
        new String(output, StandardCharsets.ISO_8859_1),
        new String(error.join(), StandardCharsets.UTF_8));
  }

  private static byte[] all(Process process) {
    try {
      return process.getErrorStream().readAllBytes();
    } catch (IOException e) {
      return new byte[0];
    }
  }

  @Override
  public void close() {
    try {
      new ProcessBuilder("ip", "netns", "del", name).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
