package io.portmapctl.testing;

import io.portmapctl.net.Family;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** A network namespace of the test's own: nothing in it is the machine's. */
public final class Namespace implements AutoCloseable {
  /** What a run says on standard error of itself where the machine is slow. */
  private static final Pattern PROGRESS =
      Pattern.compile(
          "(?m)^(Applying the changes; this takes longer than a second|\\.\\.\\. still at it"
              + " after [0-9]+ seconds).*\n");

  private static final AtomicInteger NUMBER = new AtomicInteger();
  private final String name =
      "portmapctl-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();

  private Namespace() {}

  /** Makes one; the test is skipped where that cannot be. */
  public static Namespace make() throws Exception {
    for (String program : List.of("ip", "iptables", "iptables-legacy", "ip6tables", "nft")) {
      Needs.program(program);
    }
    Needs.that("root".equals(System.getProperty("user.name")), "making namespaces needs root");
    Namespace namespace = new Namespace();
    Run made = process("", List.of("ip", "netns", "add", namespace.name));
    Needs.that(made.exit() == 0, "no network namespace can be made: " + made.err());
    return namespace;
  }

  /** One with a bridge, {@code cni-test0}, that has addresses of both families. */
  public static Namespace withBridge() throws Exception {
    Namespace host = make();
    host.must("", "ip", "link", "add", "cni-test0", "type", "bridge");
    host.must("", "ip", "link", "set", "cni-test0", "up");
    host.must("", "ip", "link", "set", "lo", "up");
    host.must("", "ip", "addr", "add", "10.89.0.1/16", "dev", "cni-test0");
    host.must("", "ip", "addr", "add", "fd00:89::1/32", "dev", "cni-test0", "nodad");
    return host;
  }

  /** Its name, as {@code ip netns} knows it. */
  public String name() {
    return name;
  }

  /** Starts a command in it that goes on until the namespace's end. */
  public Process start(String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(List.of(command));
    return new ProcessBuilder(all)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Runs a command in it. */
  public Run run(String stdin, List<String> command) throws Exception {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(command);
    return process(stdin, all);
  }

  /** Runs a command in it that must succeed; its output. */
  public String must(String stdin, String... command) throws Exception {
    Run run = run(stdin, List.of(command));
    if (run.exit() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + run.err());
    }
    return run.out();
  }

  /** The rules of its nat tables of both families, by family and {@code :CHAIN}. */
  public Map<String, List<String>> natTables(String variant) throws Exception {
    Map<String, List<String>> rules = new TreeMap<>();
    for (Family family : Family.values()) {
      String save = must("", family.program() + "-" + variant + "-save", "-t", "nat");
      for (String line : save.split("\n", -1)) {
        if (line.startsWith(":")) {
          rules.put(family.id() + line.split(" ")[0], new ArrayList<>());
        } else if (line.startsWith("-A ")) {
          rules.get(family.id() + ":" + line.split(" ")[1]).add(line);
        }
      }
    }
    return rules;
  }

  /** Runs the packaged portmapctl in it. */
  public Run portmapctl(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher()));
    command.addAll(List.of(args));
    return run("", command);
  }

  /** Runs a class of the tests in it, in a virtual machine of its own. */
  public Run java(Class<?> main, String... args) throws Exception {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>();
    command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classes, main.getName()));
    command.addAll(List.of(args));
    return run("", command);
  }

  /** The packaged launcher. */
  public static String launcher() {
    return Path.of("target/portmapctl").toAbsolutePath().toString();
  }

  /**
   * The same for anybody: the build may stand in a folder that nobody else can look into.
   *
   * @param folder where it is copied to
   */
  public static String launcherForAnybody(Path folder) throws Exception {
    Run run =
        process(
            "",
            List.of(
                "sh",
                "-c",
                "cp -r target/portmapctl target/portmapctl.jar target/lib \"$0\" && chmod -R a+rX"
                    + " \"$0\"",
                folder.toString()));
    if (run.exit() != 0) {
      throw new AssertionError(run.err());
    }
    return folder.resolve("portmapctl").toString();
  }

  /** Runs a process to its end; what tells only how slow the machine is, is left out. */
  public static Run process(String stdin, List<String> command) throws Exception {
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
        PROGRESS.matcher(new String(error.join(), StandardCharsets.UTF_8)).replaceAll(""));
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
