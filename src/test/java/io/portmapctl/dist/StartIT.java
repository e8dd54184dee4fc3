package io.portmapctl.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
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
              new String[] {"explain", "--port", "8080", "--ruleset", rules},
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

  /** A lambda is linked when it is first met, which takes three times what a class does. */
  @Test
  void noLambdaOfOursIsLinked() throws Exception {
    Needs.that(Files.exists(Path.of("target/portmapctl.jsa")), "target/portmapctl.jsa is built");
    try (Namespace host = Namespace.withBridge()) {
      List<String> loaded = loaded(host, "add", "testdata/quickstart.json", "--ruleset", "empty");
      assertThat(loaded)
          .anyMatch(l -> l.contains(" io.portmapctl.cli.Portmapctl "))
          .noneMatch(l -> l.contains(" io.portmapctl.") && l.contains("$$Lambda"));
    }
  }

  /** What the archive holds is not verified when it is loaded; here all of the jar is. */
  @Test
  void everyClassOfTheJarIsOne() throws Exception {
    Path jar = Path.of("target/portmapctl.jar");
    Needs.that(Files.exists(jar), jar + " is built");
    List<URL> places = new ArrayList<>(List.of(jar.toUri().toURL()));
    try (DirectoryStream<Path> libraries = Files.newDirectoryStream(Path.of("target/lib"))) {
      for (Path library : libraries) {
        places.add(library.toUri().toURL());
      }
    }
    List<String> names = new ArrayList<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      file.stream().map(JarEntry::getName).filter(n -> n.endsWith(".class")).forEach(names::add);
    }
    try (URLClassLoader loader =
        new URLClassLoader(places.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      for (String name : names) {
        String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
        assertThat(Class.forName(type, true, loader).getName()).isEqualTo(type);
      }
    }
    assertThat(names).anyMatch(n -> n.matches(".*\\$L[0-9]+\\.class"));
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
