package io.portmapctl.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Screen;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever reads what we print, and stops reading, holds up nobody else; signals are heard then. */
@Tag("live")
class StalledReaderIT {
  private static final int SECONDS = 30;

  @TempDir private Path folder;

  private String add(String id, int from, int ports) {
    String to = Integer.toString(from + ports - 1);
    return String.join(
        " ",
        Namespace.launcher(),
        "add --net web --container-id " + id + " --ip 10.89.5.6/24",
        "-p " + from + "-" + to + ":" + from + "-" + to,
        "--apply --wait 5 --lock-file " + folder.resolve("lock"));
  }

  private static String rules(Namespace host) throws Exception {
    return host.must("", "iptables-save", "-t", "nat");
  }

  private static void waitForRule(Namespace host, String rule) throws Exception {
    for (int i = 0; i < SECONDS * 10; i++) {
      if (rules(host).contains(rule)) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("no rule " + rule);
  }

  /** Starts a command whose output nobody reads. */
  private static Process unread(Namespace host, String command) throws Exception {
    return new ProcessBuilder("ip", "netns", "exec", host.name(), "sh", "-c", "exec " + command)
        .start();
  }

  /** One whose change is made, and that waits for its reader: it ends by a signal and in time. */
  private void holdsUpNobody(Namespace host, Process stalled, String rule) throws Exception {
    waitForRule(host, rule);
    Run other = host.run("", List.of("sh", "-c", add("other", 9_000, 1)));
    assertThat(other.exit()).as(other.err()).isZero();
    assertThat(stalled.isAlive()).as("it still waits").isTrue();
  }

  private static void endsBy(Process stalled, String signal, int exit) throws Exception {
    Namespace.process("", List.of("kill", "-" + signal, Long.toString(stalled.pid())));
    assertThat(stalled.waitFor(SECONDS, TimeUnit.SECONDS)).as("it ended").isTrue();
    assertThat(stalled.exitValue()).isEqualTo(exit);
  }

  @Test
  void aPipeThatNobodyEmpties() throws Exception {
    List<String> signals = new ArrayList<>(List.of("TERM", "INT", "HUP"));
    for (int exit : List.of(143, 130, 129)) {
      try (Namespace host = Namespace.make()) {
        Process stalled = unread(host, add("c1", 10_000, 1_000) + " -o json");
        holdsUpNobody(host, stalled, "--dport 10999");
        endsBy(stalled, signals.remove(0), exit);
        assertThat(rules(host)).contains("--dport 10999", "--dport 9000");
      }
    }
  }

  @Test
  void aDryRunThatNobodyReadsHoldsNothing() throws Exception {
    try (Namespace host = Namespace.make()) {
      Process stalled =
          unread(
              host,
              Namespace.launcher()
                  + " add --net web --container-id c1 --ip 10.89.5.6/24 -p"
                  + " 10000-10999:10000-10999");
      assertThat(stalled.getInputStream().read()).isPositive(); // it prints already
      holdsUpNobody(host, stalled, "");
      endsBy(stalled, "TERM", 143);
    }
  }

  /** What a rehearsal came to is said on standard error, which is full. */
  @Test
  void aStandardErrorThatNobodyEmpties() throws Exception {
    Path pipe = folder.resolve("pipe");
    try (Namespace host = Namespace.make()) {
      Process stalled =
          unread(
              host,
              "sh -c 'mkfifo "
                  + pipe
                  + "; exec 3<>"
                  + pipe
                  + "; head -c 65536 /dev/zero >&3; exec "
                  + add("c1", 10_000, 1)
                  + " --rehearse 2>&3'");
      holdsUpNobody(host, stalled, "--dport 10000");
      endsBy(stalled, "INT", 130);
    }
  }

  /** Nobody sees the question, so nobody has confirmed: the time runs all the same. */
  @Test
  void whatNobodyReadsNobodyHasConfirmed() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen =
            Screen.start(
                host, add("c1", 10_000, 1_000) + " --yes --confirm 6 -o json | sleep 100")) {
      waitForRule(host, "--dport 10999");
      screen.waitFor("Not confirmed: the changes are taken back.");
      assertThat(rules(host)).doesNotContain("--dport 1");
    }
  }

  /** The process of a Java in a namespace; empty where there is none. */
  private static String javas(Namespace host) throws Exception {
    Run run =
        Namespace.process(
            "",
            List.of(
                "sh",
                "-c",
                "for p in $(ip netns pids $0); do [ $(cat /proc/$p/comm) != java ] || echo $p;"
                    + " done",
                host.name()));
    return run.out().strip();
  }

  /** A terminal that is stopped, as by Ctrl-S. */
  @Test
  void aStoppedTerminal() throws Exception {
    try (Namespace host = Namespace.make();
        Screen screen =
            Screen.start(
                host,
                "stty ixon; echo ready; read -r line; " + add("c1", 10_000, 1_000) + " --yes")) {
      screen.waitFor("ready");
      screen.keys("Enter", "C-s");
      waitForRule(host, "--dport 10999");
      Run other = host.run("", List.of("sh", "-c", add("other", 9_000, 1)));
      assertThat(other.exit()).as(other.err()).isZero();
      assertThat(screen.text()).doesNotContain("EXIT=");
      Namespace.process("", List.of("kill", "-INT", javas(host)));
      for (int i = 0; i < SECONDS * 10 && !javas(host).isEmpty(); i++) {
        Thread.sleep(100);
      }
      assertThat(javas(host)).as("what runs, though the terminal is stopped").isEmpty();
      screen.keys("C-q");
      screen.waitFor("EXIT=130");
    }
  }
}
