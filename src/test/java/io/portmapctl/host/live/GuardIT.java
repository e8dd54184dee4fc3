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
 * Rules that iptables cannot delete by the text that it prints itself: they go, and no stranger's
 * rule goes in their place, whoever changes what in between.
 */
@Tag("live")
class GuardIT {
  private static final List<String> VARIANTS = List.of("nft", "legacy");
  private static final List<String> MATCHES =
      List.of("-m recent --name r --rcheck", "-m connlimit --connlimit-above 2");

  @TempDir private Path folder;

  private Run ask(Namespace host, String variant, String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("env", "PATH=" + folder + ":" + System.getenv("PATH")));
    command.add(Namespace.launcher());
    command.addAll(List.of(words));
    command.addAll(List.of("--iptables", variant, "--net", "web"));
    command.addAll(List.of("--apply", "--lock-file", folder.resolve("lock").toString()));
    return host.run("", command);
  }

  private static void done(Run run) {
    assertThat(run.exit()).as(run.err()).isZero();
  }

  private void add(Namespace host, String variant, String id, String match, String... ports)
      throws Exception {
    List<String> words = new ArrayList<>(List.of("add", "--container-id", id, "--layout", "mark"));
    words.addAll(List.of("--ip", "10.89.1.2/24", "--ip", "fd00:89::2/64"));
    for (String port : ports) {
      words.addAll(List.of("-p", port));
    }
    if (!match.isEmpty()) {
      words.addAll(List.of("--condition-v4", match, "--condition-v6", match));
    }
    done(ask(host, variant, words.toArray(new String[0])));
  }

  private static String rules(Namespace host, String variant, String program) throws Exception {
    return host.must("", program + "-" + variant + "-save", "-t", "nat")
        .replaceAll("(?m)^#.*\n", "")
        .replaceAll("\\[[0-9]+:[0-9]+\\]", "");
  }

  /** In both families, alone and beside other containers of the same transaction. */
  @Test
  void theyGoAndBlockNobody() throws Exception {
    for (String variant : VARIANTS) {
      for (String match : MATCHES) {
        try (Namespace host = Namespace.withBridge()) {
          add(host, variant, "other", "", "9000:90");
          String others4 = rules(host, variant, "iptables");
          String others6 = rules(host, variant, "ip6tables");
          add(host, variant, "c1", match, "8080:80");
          add(host, variant, "c1", match, "8080:80", "8081:81");
          assertThat(rules(host, variant, "iptables")).containsOnlyOnce("dports 8080,8081 -m");
          add(host, variant, "c1", "", "8082:80");
          assertThat(rules(host, variant, "ip6tables")).doesNotContain(match.substring(0, 9));
          add(host, variant, "c1", match, "8080:80");
          add(host, variant, "c2", "", "8090:80");
          Path living = folder.resolve("living");
          Files.writeString(
              living,
              "{\"containerID\":\"other\",\"config\":{\"name\":\"web\",\"type\":\"portmap\"}}");
          List<String> gc =
              List.of(
                  Namespace.launcher(),
                  "gc",
                  living.toString(),
                  "--iptables",
                  variant,
                  "--rehearse",
                  "--apply",
                  "--lock-file",
                  folder.resolve("lock").toString());
          done(host.run("", gc));
          assertThat(rules(host, variant, "iptables")).isEqualTo(others4);
          assertThat(rules(host, variant, "ip6tables")).isEqualTo(others6);
        }
      }
    }
  }

  /** A program of PATH that somebody's change comes before, once. */
  private void before(String program, String change) throws Exception {
    Path once = folder.resolve("once-" + program);
    Files.writeString(once, "");
    Path file = folder.resolve(program);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.writeString(
        file,
        "#!/bin/sh\nif rm "
            + once
            + " 2>/dev/null; then\n"
            + change
            + "\nfi </dev/null\nexec /usr/sbin/"
            + program
            + " \"$@\"\n");
  }

  private void programs() throws Exception {
    for (String name : List.of("iptables", "ip6tables")) {
      for (String variant : VARIANTS) {
        for (String end : List.of("", "-save", "-restore")) {
          before(name + "-" + variant + end, ":");
        }
      }
    }
  }

  /** Whoever comes first in a chain shifts the numbers of all that stand there. */
  @Test
  void whoComesBetweenLosesNothing() throws Exception {
    programs();
    for (String variant : VARIANTS) {
      List<String> moments =
          variant.equals("nft")
              ? List.of("iptables-nft-restore", "nft")
              : List.of("iptables-legacy-restore", "iptables-legacy");
      for (String moment : moments) {
        try (Namespace host = Namespace.withBridge()) {
          String iptables = "/usr/sbin/iptables-" + variant + " -t nat ";
          host.must("", "sh", "-c", iptables + "-A PREROUTING -s 10.1.0.0/16 -j ACCEPT");
          add(host, variant, "other", "", "9000:90");
          add(host, variant, "c1", MATCHES.get(1), "8080:80");
          before(
              moment,
              iptables
                  + "-I CNI-HOSTPORT-DNAT -s 10.2.0.0/16 -j RETURN\n"
                  + iptables
                  + "-I PREROUTING -s 10.3.0.0/16 -j RETURN");
          done(ask(host, variant, "del", "--container-id", "c1"));
          before(moment, ":");
          String left = rules(host, variant, "iptables");
          assertThat(left).contains("-s 10.1.0.0/16", "dports 9000");
          assertThat(left).doesNotContain("connlimit", "8080");
          if (!moment.startsWith("iptables-legacy")) { // else the lock was held: nobody came
            assertThat(left).contains("-s 10.2.0.0/16", "-s 10.3.0.0/16");
          }
        }
      }
    }
  }

  /** What would have to do it is not there: nothing is changed. */
  @Test
  void withoutTheProgramNothingIsChanged() throws Exception {
    for (String variant : VARIANTS) {
      try (Namespace host = Namespace.withBridge()) {
        add(host, variant, "c1", MATCHES.get(1), "8080:80");
        String before = rules(host, variant, "iptables");
        String program = variant.equals("nft") ? "nft" : "flock";
        List<String> command =
            List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "n="
                    + folder
                    + "/none && touch $n && mount --bind $n $(readlink -f $(command -v "
                    + program
                    + ")) && exec \"$@\"",
                "sh",
                Namespace.launcher(),
                "del",
                "--net",
                "web",
                "--container-id",
                "c1",
                "--iptables",
                variant,
                "--apply",
                "--lock-file",
                folder.resolve("lock").toString());
        Run run = host.run("", command);
        assertThat(run.exit()).as(run.err()).isEqualTo(4);
        assertThat(run.err()).contains(program + " is not installed");
        assertThat(rules(host, variant, "iptables")).isEqualTo(before);
      }
    }
  }
}
