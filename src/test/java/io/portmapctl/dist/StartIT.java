package io.portmapctl.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start does not load: what it would feel. */
@Tag("live")
class StartIT {
  private static final String HOST = "testdata/podman-host/";

  @TempDir private Path folder;

  private List<String> loaded(Namespace host, String... words) throws Exception {
    Path log = folder.resolve("classes");
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:SharedArchiveFile=target/portmapctl.jsa",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dpicocli.converters.excludes=java.sql.*,java.time.*",
                "-Dpicocli.disable.closures=true",
                "-Xlog:disable",
                "-Xlog:class+load:file=" + log,
                "-cp",
                "target/portmapctl.jar",
                "io.portmapctl.Main"));
    command.addAll(List.of(words));
    Run run = host.run("", command);
    assertThat(run.exit()).as(run.err()).isLessThan(2);
    return Files.readAllLines(log);
  }

  /** A record's own equals is linked when it is first called, which takes ten milliseconds. */
  @Test
  void noRecordsOwnEqualsIsLinked() throws Exception {
    Needs.that(Files.exists(Path.of("target/portmapctl.jsa")), "target/portmapctl.jsa is built");
    String rules = HOST + "iptables-save.txt";
    try (Namespace host = Namespace.withBridge()) {
      for (String[] words :
          List.of(
              new String[] {"add", "testdata/quickstart.json", "--ruleset", "empty"},
              new String[] {"del", "testdata/quickstart.json", "--ruleset", rules},
              new String[] {"list", "--ruleset", rules},
              new String[] {"check", HOST + "cni-cache", "--family", "ipv4", "--ruleset", rules},
              new String[] {
                "add",
                "testdata/quickstart.json",
                "--apply",
                "--yes",
                "--lock-file",
                folder.resolve("lock").toString()
              })) {
        assertThat(loaded(host, words))
            .as(String.join(" ", words))
            .anyMatch(l -> l.contains(" io.portmapctl.cli.Portmapctl "))
            .noneMatch(l -> l.contains(" java.lang.runtime.ObjectMethods "));
      }
    }
  }

  @Test
  void versionAndHelpNeedNoModelOfTheCommandLine() throws Exception {
    Needs.that(Files.exists(Path.of("target/portmapctl.jsa")), "target/portmapctl.jsa is built");
    try (Namespace host = Namespace.withBridge()) {
      for (String[] words :
          List.of(
              new String[] {"--version"},
              new String[] {"--help"},
              new String[] {"add", "--help"},
              new String[] {"help", "add"})) {
        assertThat(loaded(host, words))
            .as(String.join(" ", words))
            .anyMatch(l -> l.contains(" io.portmapctl.cli.Portmapctl "))
            .noneMatch(l -> l.contains(" picocli.CommandLine$Model$CommandSpec "));
      }
    }
  }

  /** What every run says, and what is made of lambdas as of all others: no class of ours. */
  private static List<String> outside(List<String> loaded) {
    return loaded.stream()
        .filter(l -> !l.contains("shared objects file"))
        .filter(l -> !l.contains(" java.lang.invoke.LambdaForm$"))
        .toList();
  }

  /**
   * A class that is not in the archive is looked for in a jar, read and verified, and a lambda is
   * compiled: a millisecond each.
   */
  @Test
  void theArchiveHoldsWhatCommandsLoad() throws Exception {
    Needs.that(Files.exists(Path.of("target/portmapctl.jsa")), "target/portmapctl.jsa is built");
    String rules = HOST + "iptables-save.txt";
    try (Namespace host = Namespace.withBridge()) {
      for (String[] words :
          List.of(
              new String[] {"--version"},
              new String[] {"add", "--help"},
              new String[] {"add", "testdata/quickstart.json", "--ruleset", "empty"},
              new String[] {"del", "testdata/quickstart.json", "--ruleset", rules},
              new String[] {"list", "--ruleset", rules},
              new String[] {"check", HOST + "cni-cache", "--family", "ipv4", "--ruleset", rules})) {
        assertThat(outside(loaded(host, words))).as(String.join(" ", words)).isEmpty();
      }
    }
  }

  /** The JDK's providers of digests, and what a lambda needs, are each felt. */
  @Test
  void whatIsFeltIsLoadedByNoneThatCanDoWithout() throws Exception {
    Needs.that(Files.exists(Path.of("target/portmapctl.jsa")), "target/portmapctl.jsa is built");
    try (Namespace host = Namespace.withBridge()) {
      assertThat(loaded(host, "--version"))
          .noneMatch(l -> l.contains(" java.lang.invoke.InnerClassLambdaMetafactory "))
          .noneMatch(l -> l.contains(" io.portmapctl.cli.AddCommand "));
      assertThat(loaded(host, "add", "testdata/quickstart.json", "--ruleset", "empty"))
          .noneMatch(l -> l.contains(" java.security.Provider "))
          .noneMatch(l -> l.contains(" io.portmapctl.cli.ListCommand "));
    }
  }
}
