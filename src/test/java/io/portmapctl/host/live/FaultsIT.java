package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that fail, on the way of a real apply: exit code, message, and the table that is left.
 */
@Tag("live")
class FaultsIT {
  @TempDir private Path folder;

  /** A program that stands before the real one of its name; its pair passes through. */
  private void program(String name, String script) throws Exception {
    String pair =
        name.endsWith("-save")
            ? name.replace("-save", "-restore")
            : name.replace("-restore", "-save");
    write(pair, "exec /usr/sbin/" + pair + " \"$@\"");
    write(name, script);
  }

  private void write(String name, String script) throws Exception {
    Path file = folder.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Run apply(Namespace host, String verb) throws Exception {
    String document =
        "{\"containerID\":\"c1\",\"config\":{\"cniVersion\":\"1.0.0\",\"type\":\"portmap\","
            + "\"name\":\"web\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":8080,"
            + "\"containerPort\":80}]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":["
            + "{\"address\":\"10.89.5.6/24\"},{\"address\":\"fd00:89:5::6/64\"}]}}}";
    List<String> command = new ArrayList<>();
    command.addAll(List.of("env", "PATH=" + folder + ":" + System.getenv("PATH")));
    command.addAll(List.of(Namespace.launcher(), verb, "-", "--apply", "--lock-file"));
    command.add(folder.resolve("lock").toString());
    return host.run(document, command);
  }

  private static String rules(Namespace host) throws Exception {
    StringBuilder rules = new StringBuilder();
    for (String program : List.of("/usr/sbin/iptables-save", "/usr/sbin/ip6tables-save")) {
      host.must("", program, "-t", "nat")
          .lines()
          .filter(l -> l.startsWith("-A"))
          .forEach(rules::append);
    }
    return rules.toString();
  }

  /**
   * It fails with this message, and nothing is changed; without the fault the same command works.
   * So for add, and then for del.
   */
  private void nothingChanges(String name, String script, String message) throws Exception {
    try (Namespace host = Namespace.make()) {
      program(name, script);
      Run run = apply(host, "add");
      assertThat(run.exit()).as(run.err()).isEqualTo(4);
      assertThat(run.out()).isEmpty();
      assertThat(run.err()).isEqualTo(message.replace("FOLDER", folder.toString()) + "\n");
      assertThat(rules(host)).isEmpty();
      program(name, "exec /usr/sbin/" + name + " \"$@\"");
      assertThat(apply(host, "add").exit()).isZero();
      String made = rules(host);
      assertThat(made).contains("--dport 8080");
      program(name, script);
      Run del = apply(host, "del");
      assertThat(del.exit()).as(del.err()).isEqualTo(4);
      assertThat(del.err()).isEqualTo(run.err());
      assertThat(rules(host)).isEqualTo(made);
      program(name, "exec /usr/sbin/" + name + " \"$@\"");
      assertThat(apply(host, "del").exit()).isZero();
      assertThat(rules(host)).doesNotContain("--dport 8080");
    }
  }

  @Test
  void aRestoreThatIsForbidden() throws Exception {
    nothingChanges(
        "iptables-restore",
        "echo 'iptables-restore: Permission denied (you must be root)' >&2; exit 4",
        "portmapctl: apply: the live ruleset cannot be changed: permission denied; run it with"
            + " sudo");
  }

  @Test
  void aLockThatIsBusy() throws Exception {
    nothingChanges(
        "iptables-restore",
        "echo 'Another app is currently holding the xtables lock.' >&2; exit 4",
        "portmapctl: apply: another program holds the lock of iptables; --wait SECONDS waits"
            + " longer");
  }

  @Test
  void aRestoreThatIsKilled() throws Exception {
    nothingChanges(
        "iptables-restore",
        "kill -9 $$",
        "portmapctl: apply: FOLDER/iptables-restore was killed by signal 9");
  }

  @Test
  void aRestoreThatTheKernelRefuses() throws Exception {
    nothingChanges(
        "iptables-restore",
        "echo 'line 2: CHAIN_ADD failed (No space left on device)' >&2; exit 1",
        "portmapctl: apply: FOLDER/iptables-restore refused the change (exit status 1): line 2:"
            + " CHAIN_ADD failed (No space left on device)");
  }

  @Test
  void ipv6ThatFailsAfterIpv4() throws Exception {
    nothingChanges(
        "ip6tables-restore",
        "echo 'no such module' >&2; exit 1",
        "portmapctl: apply: FOLDER/ip6tables-restore refused the change (exit status 1): no such"
            + " module");
  }

  @Test
  void aSaveThatIsCutOff() throws Exception {
    nothingChanges(
        "ip6tables-save",
        "echo '*nat'; echo ':PREROUTING ACCEPT [0:0]'",
        "portmapctl: apply: FOLDER/ip6tables-save -t nat: line 2: table nat of line 1 has no"
            + " COMMIT: cut off?; run it with sudo, or plan on --ruleset empty or on a saved file"
            + " (--ruleset FILE)");
  }

  @Test
  void aSaveThatFails() throws Exception {
    nothingChanges(
        "iptables-save",
        "echo 'cannot open netlink' >&2; exit 3",
        "portmapctl: apply: FOLDER/iptables-save failed with exit status 3: cannot open netlink;"
            + " run it with sudo, or plan on --ruleset empty or on a saved file (--ruleset FILE)");
  }

  /** Somebody else makes a chain of ours each time just before our transaction. */
  @Test
  void aTableThatChangesOneToFiveTimes() throws Exception {
    for (int times = 1; times <= 5; times++) {
      try (Namespace host = Namespace.make()) {
        Path left = folder.resolve("left");
        Files.writeString(left, times + "\n");
        // an insert at a place that is gone, or a chain that has come: the transaction fails as a
        // whole
        program(
            "iptables-restore",
            "n=$(cat "
                + left
                + ")\n"
                + "if [ \"$n\" -gt 0 ]; then echo $((n-1)) >"
                + left
                + "\n"
                + "  /usr/sbin/iptables -t nat -A INPUT -s 192.0.2.$n -j ACCEPT\n"
                + "  echo 'CHAIN_ADD failed (File exists)' >&2; exit 1; fi\n"
                + "exec /usr/sbin/iptables-restore \"$@\"");
        Run run = apply(host, "add");
        if (times < 5) {
          assertThat(run.exit()).as("%d times: %s", times, run.err()).isZero();
          assertThat(rules(host)).contains("--dport 8080");
        } else {
          assertThat(run.exit()).isEqualTo(4);
          assertThat(run.err())
              .isEqualTo(
                  "portmapctl: apply: somebody else changes the rules all the time: after 5"
                      + " attempts they are not as planned\n");
          assertThat(rules(host)).doesNotContain("--dport 8080");
        }
      }
    }
  }

  /** What is read back lacks a rule: once, it is planned again; always, it is given up. */
  @Test
  void aReadBackThatDiffers() throws Exception {
    for (int times : List.of(1, 99)) {
      try (Namespace host = Namespace.make()) {
        Path left = folder.resolve("left");
        Files.writeString(left, times + "\n");
        program(
            "iptables-restore",
            "/usr/sbin/iptables-restore \"$@\" || exit 1\n"
                + "n=$(cat "
                + left
                + ")\n"
                + "[ \"$n\" -gt 0 ] || exit 0\n"
                + "echo $((n-1)) >"
                + left
                + "\n"
                + "/usr/sbin/iptables -t nat -D OUTPUT 1");
        Run run = apply(host, "add");
        if (times == 1) {
          assertThat(run.exit()).as(run.err()).isZero();
          assertThat(rules(host)).contains("-A OUTPUT");
        } else {
          assertThat(run.exit()).isEqualTo(4);
          assertThat(run.err()).contains("after 5 attempts they are not as planned");
        }
      }
    }
  }

  /** Another portmapctl that waits in its question holds no lock; one at work does. */
  @Test
  void aLockFileThatCannotBeHad() throws Exception {
    try (Namespace host = Namespace.make()) {
      List<String> command = new ArrayList<>(List.of(Namespace.launcher(), "del", "--prune"));
      command.addAll(List.of("--apply", "--lock-file", "/proc/none/lock"));
      Run run = host.run("", command);
      assertThat(run.exit()).isEqualTo(4);
      assertThat(run.err())
          .isEqualTo("portmapctl: lock: /proc/none/lock cannot be locked: no such folder\n");
      program("iptables-save", "sleep 3; exec /usr/sbin/iptables-save \"$@\"");
      Process slow =
          host.start(
              "env",
              "PATH=" + folder + ":" + System.getenv("PATH"),
              Namespace.launcher(),
              "del",
              "--prune",
              "--apply",
              "--lock-file",
              folder.resolve("lock").toString());
      Thread.sleep(1500);
      List<String> impatient = new ArrayList<>(List.of(Namespace.launcher(), "del", "--prune"));
      impatient.addAll(List.of("--apply", "--wait", "0", "--lock-file"));
      impatient.add(folder.resolve("lock").toString());
      Run busy = host.run("", impatient);
      assertThat(slow.waitFor()).isZero();
      assertThat(busy.exit()).isEqualTo(4);
      assertThat(busy.err())
          .isEqualTo(
              "portmapctl: lock: "
                  + folder.resolve("lock")
                  + " cannot be locked: another portmapctl holds it; --wait SECONDS waits longer"
                  + " than 0\n");
    }
  }

  /** A script that cannot be kept: the change is not made. */
  @Test
  void withoutTheScriptThatTakesItBackNothingIsChanged() throws Exception {
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.setAttribute(shared, "unix:mode", 01777);
    Path target = Files.writeString(folder.resolve("target"), "old");
    Path link = Files.createSymbolicLink(shared.resolve("link"), target);
    Path pipe = shared.resolve("pipe");
    Namespace.process("", List.of("mkfifo", pipe.toString()));
    try (Namespace host = Namespace.make()) {
      for (String undo : List.of(link.toString(), pipe.toString(), "/dev/full", "/dev/stdout")) {
        Run run =
            host.portmapctl(
                "add",
                "testdata/quickstart.json",
                "--apply",
                "--undo",
                undo,
                "--lock-file",
                folder.resolve("lock").toString());
        assertThat(run.exit()).as(undo).isEqualTo(4);
        assertThat(run.err())
            .startsWith("portmapctl: apply: --undo: " + undo + " cannot be written: ");
        assertThat(rules(host)).as(undo).isEmpty();
      }
    }
    assertThat(Files.readString(target)).isEqualTo("old");
  }
}
