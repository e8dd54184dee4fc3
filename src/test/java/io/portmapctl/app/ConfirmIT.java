package io.portmapctl.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change that waits to be confirmed outlives whoever made it, and is taken back in time. */
@Tag("live")
class ConfirmIT {
  private static final int KILLS = Rounds.of("confirmKills", 4, 50);
  private static final Path WAITING = Path.of("/run/portmapctl");
  private static final String SETTING = "/proc/sys/net/ipv4/conf/cni-test0/route_localnet";
  private static final int SECONDS = 4;

  /** More than a slow machine needs. */
  private static final int LONGEST_SECONDS = 60;

  @TempDir private Path folder;

  private List<String> words(int number, String... more) {
    List<String> words = new ArrayList<>(List.of(Namespace.launcher(), "add", "--apply", "-y"));
    words.addAll(List.of("--net", "web", "--container-id", "c" + number, "--ip", "10.89.1.7/16"));
    words.addAll(List.of("-p", "8080:80", "--lock-file", folder.resolve("lock").toString()));
    words.addAll(List.of(more));
    return words;
  }

  private static boolean isMade(Namespace host) throws Exception {
    return host.must("", "iptables-nft-save", "-t", "nat").contains("--dport 8080 ");
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static boolean within(int seconds, Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end) {
      if (condition.holds()) {
        return true;
      }
      Thread.sleep(50);
    }
    return condition.holds();
  }

  /** In a terminal: script, the session's leader, a shell, the program. */
  private Process terminal(Namespace host, int number) throws IOException {
    String line =
        "sh -c '" + String.join(" ", words(number, "--confirm", SECONDS + "")) + "; true'; true";
    return host.start("script", "-qfec", line, "/dev/null");
  }

  private static Optional<ProcessHandle> program(Process terminal) {
    return terminal
        .descendants()
        .filter(p -> p.info().command().map(c -> c.endsWith("/java")).orElse(false))
        .findFirst();
  }

  /** What is written down of the program's change. */
  private static Optional<Path> waiting(long pid) throws IOException {
    if (!Files.isDirectory(WAITING)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(WAITING)) {
      return all.filter(f -> f.getFileName().toString().endsWith("-" + pid)).findFirst();
    }
  }

  @Test
  void whateverIsKilledTheChangeIsTakenBackOrKept() throws Exception {
    Needs.program("script");
    Map<String, Integer> counts = new TreeMap<>();
    try (Namespace host = Namespace.withBridge()) {
      Map<String, List<String>> before = host.natTables("nft");
      for (int round = 0; round < KILLS; round++) {
        Random random = new Random(round);
        String victim = List.of("program", "shell", "leader", "terminal").get(round % 4);
        boolean keeps = round % 3 == 2;
        boolean early = !keeps && random.nextInt(3) == 0;
        String about = "round " + round + ", " + victim + (keeps ? ", kept" : "");
        Process terminal = terminal(host, round);
        assertThat(within(LONGEST_SECONDS, () -> program(terminal).isPresent())).isTrue();
        ProcessHandle program = program(terminal).orElseThrow();
        long pid = program.pid();
        boolean there =
            within(
                LONGEST_SECONDS,
                () ->
                    early
                        ? waiting(pid).isPresent()
                        : waiting(pid).map(f -> Files.exists(f.resolve("made"))).orElse(false));
        assertThat(there).as(about).isTrue();
        Thread.sleep(random.nextInt(early ? 300 : 1500));
        kill(victim, terminal, program);
        if (keeps) {
          String id = waiting(pid).orElseThrow().getFileName().toString();
          Run confirm = host.run("", List.of("setsid", Namespace.launcher(), "confirm", id));
          assertThat(confirm.exit()).as(about + confirm.err()).isZero();
          assertThat(confirm.out()).contains("Kept: " + id, "tcp *:8080 -> 10.89.1.7:80");
          assertThat(within(LONGEST_SECONDS, () -> waiting(pid).isEmpty())).as(about).isTrue();
          Thread.sleep((SECONDS + 1) * 1000L);
          assertThat(isMade(host)).as(about).isTrue();
          remove(host, round);
        }
        assertThat(within(SECONDS + LONGEST_SECONDS, () -> !isMade(host) && isOver(pid)))
            .as(about + ": taken back")
            .isTrue();
        assertThat(strangers(host)).as(about).isEqualTo(before.toString());
        assertThat(host.must("", "cat", SETTING)).as(about).isEqualTo("0\n");
        counts.merge(victim + (keeps ? " kept" : " taken back"), 1, Integer::sum);
        end(terminal);
        forget(host, pid);
      }
    }
    System.out.println("confirmations that were killed: " + counts);
  }

  private static String strangers(Namespace host) throws Exception {
    return host.natTables("nft").toString();
  }

  private static boolean isOver(long pid) throws IOException {
    // without a guard nothing was made
    return waiting(pid)
        .map(f -> Files.exists(f.resolve("ended")) || !Files.exists(f.resolve("guard")))
        .orElse(true);
  }

  private void remove(Namespace host, int number) throws Exception {
    Run removed =
        host.portmapctl(
            "del",
            "--apply",
            "--prune",
            "--net",
            "web",
            "--container-id",
            "c" + number,
            "--lock-file",
            folder.resolve("lock").toString());
    assertThat(removed.exit()).as(removed.err()).isZero();
    host.must("", "sh", "-c", "echo 0 > " + SETTING);
  }

  private static void forget(Namespace host, long pid) throws Exception {
    Optional<Path> left = waiting(pid);
    if (left.isPresent()) {
      boolean made = Files.exists(left.get().resolve("made"));
      Run told = host.portmapctl("confirm", left.get().getFileName().toString());
      assertThat(told.out())
          .containsPattern(
              made
                  ? "Was not confirmed, and was taken back"
                  : "Its program ended before|Nobody watches over it");
      assertThat(told.exit()).isEqualTo(1);
      assertThat(left.get()).doesNotExist();
    }
  }

  private static void kill(String victim, Process terminal, ProcessHandle program) {
    ProcessHandle shell = program.parent().orElseThrow();
    switch (victim) {
      case "program" -> program.destroyForcibly();
      case "shell" -> shell.destroyForcibly();
      case "leader" -> shell.parent().orElseThrow().destroyForcibly();
      default -> terminal.destroyForcibly();
    }
  }

  private static void end(Process terminal) throws Exception {
    terminal.descendants().forEach(ProcessHandle::destroyForcibly);
    terminal.destroyForcibly().waitFor();
  }

  /** A connection confirms, and none does not; nobody need be there. */
  @Test
  void aConnectionConfirms() throws Exception {
    Needs.program("python3");
    try (Namespace host = Namespace.withBridge()) {
      Run none = host.run("", words(1, "--confirm", "2", "--probe", "tcp:127.0.0.1:7"));
      assertThat(none.exit()).as(none.err()).isEqualTo(1);
      assertThat(none.err()).contains("Not confirmed: the changes are taken back.");
      assertThat(isMade(host)).isFalse();
      String listen =
          "import socket,time\ns=socket.create_server(('127.0.0.1',7))\n"
              + "while True: s.accept()";
      Process server = host.start("python3", "-c", listen);
      try {
        Run some = host.run("", words(1, "--confirm", "30", "--probe", "tcp:127.0.0.1:7"));
        assertThat(some.exit()).as(some.err()).isZero();
        assertThat(some.err()).contains("Confirmed: a connection to tcp:127.0.0.1:7 works.");
        assertThat(isMade(host)).isTrue();
      } finally {
        server.destroyForcibly();
      }
    }
  }

  /** Told to end, it takes the change back at once; a confirmation elsewhere ends its waiting. */
  @Test
  void itEndsWithWhatIsDecidedElsewhere() throws Exception {
    try (Namespace host = Namespace.withBridge()) {
      List<String> probing = words(1, "--confirm", "50", "--probe", "tcp:127.0.0.1:7");
      Process first = host.start(probing.toArray(new String[0]));
      assertThat(within(LONGEST_SECONDS, () -> isMade(host))).isTrue();
      assertThat(within(LONGEST_SECONDS, () -> waiting(first.pid()).isPresent())).isTrue();
      String id = waiting(first.pid()).orElseThrow().getFileName().toString();
      assertThat(host.portmapctl("confirm", "--list").out()).contains("Waits: " + id);
      assertThat(host.portmapctl("confirm", id).exit()).isZero();
      assertThat(first.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(first.exitValue()).isZero();
      assertThat(isMade(host)).isTrue();
      remove(host, 1);

      Process second = host.start(probing.toArray(new String[0]));
      assertThat(within(LONGEST_SECONDS, () -> isMade(host))).isTrue();
      second.destroy();
      assertThat(within(LONGEST_SECONDS, () -> !isMade(host))).isTrue();
      assertThat(within(LONGEST_SECONDS, () -> isOver(second.pid()))).isTrue();
    }
  }
}
