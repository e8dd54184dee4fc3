package io.portmapctl.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bundle with a runtime of its own, unpacked anywhere: it says what the ordinary program says.
 */
@Tag("live")
class BundleIT {
  private static final Path BUILT = Path.of("target/bundle");
  private static final String RULES = "testdata/podman-host/iptables-save.txt";

  /** No Java is found by these, nor a program. */
  private static final List<String> NO_JAVA =
      List.of(
          "env",
          "-i",
          "LC_ALL=C.UTF-8",
          "PATH=/nonexistent",
          "JAVA_HOME=/nonexistent",
          "PORTMAPCTL_JAVA=/bin/false");

  @TempDir private static Path folder;
  private static Path place = Path.of("");

  @BeforeAll
  static void unpack() throws Exception {
    List<Path> bundles = List.of();
    if (Files.isDirectory(BUILT)) {
      try (Stream<Path> files = Files.list(BUILT)) {
        bundles = files.filter(f -> f.toString().endsWith(".tar.gz")).toList();
      }
    }
    // it takes a JDK that not every machine has
    Assumptions.assumeFalse(
        bundles.isEmpty(), "no bundle is built; -Pdist,bundle -Dbundle.jdk=FOLDER builds it");
    assertThat(bundles).hasSize(1);
    place = Files.createDirectory(folder.resolve("a place"));
    Run unpacked =
        Namespace.process(
            "",
            List.of(
                "tar",
                "-xzf",
                bundles.get(0).toString(),
                "-C",
                place.toString(),
                "--strip-components=1"));
    assertThat(unpacked.exit()).as(unpacked.err()).isZero();
  }

  private static Run run(List<String> environment, Path program, String stdin, String... words)
      throws Exception {
    List<String> command = new ArrayList<>(environment);
    command.add(program.toString());
    command.addAll(List.of(words));
    return Namespace.process(stdin, command);
  }

  private static Run bundled(String stdin, String... words) throws Exception {
    return run(NO_JAVA, program(), stdin, words);
  }

  private static Run ordinary(String stdin, String... words) throws Exception {
    return run(List.of("env", "LC_ALL=C.UTF-8"), Path.of(Namespace.launcher()), stdin, words);
  }

  @Test
  void itSaysTheSameWithoutAnyOtherJava() throws Exception {
    for (String[] words :
        new String[][] {
          {"--version"},
          {"add", "--help"},
          {"add", "--hepl"},
          {"add", "testdata/quickstart.json", "--ruleset", "empty"},
          {"add", "testdata/quickstart.json", "--ruleset", "empty", "-o", "json"},
          {"del", "testdata/quickstart.json", "--ruleset", RULES},
          {"list", "--ruleset", RULES, "-o", "wide"},
          {"check", "testdata/podman-host/cni-cache", "--family", "ipv4", "--ruleset", RULES},
          {"explain", "--port", "8080", "--ruleset", RULES, "--local-address", "10.89.5.1"},
          {"generate-completion", "zsh"}
        }) {
      Run ordinary = ordinary("", words);
      assertThat(ordinary.exit()).as(String.join(" ", words)).isLessThan(3);
      assertThat(bundled("", words)).as(String.join(" ", words)).isEqualTo(ordinary);
    }
  }

  @Test
  void itsShellRunsLines() throws Exception {
    String lines = "use " + RULES + "\nlist --port 8080\nexplain --port 8080\n";
    Run ordinary = ordinary(lines, "shell");
    assertThat(ordinary.out()).contains("8080");
    assertThat(bundled(lines, "shell")).isEqualTo(ordinary);
  }

  @Test
  void itIsAPluginWithoutAnyOtherJava() throws Exception {
    List<String> environment = new ArrayList<>(NO_JAVA);
    environment.add("CNI_COMMAND=VERSION");
    Run run = run(environment, program(), "{\"cniVersion\": \"1.0.0\"}");
    assertThat(run.exit()).as(run.err() + run.out()).isZero();
    assertThat(new ObjectMapper().readTree(run.out()).path("supportedVersions")).isNotEmpty();
  }

  private static Path program() {
    return place.resolve("bin/portmapctl");
  }

  /** Where it is unpacked is another place than where its archive was made. */
  @Test
  void theArchiveIsUsed() throws Exception {
    String share = program().getParent() + "/../share/portmapctl/";
    Run run =
        Namespace.process(
            "",
            List.of(
                share + "runtime/bin/java",
                "-XX:SharedArchiveFile=" + share + "portmapctl.jsa",
                "-Xshare:on",
                "-Xlog:aot,class+load",
                "-XX:+UseSerialGC",
                "-cp",
                share + "portmapctl.jar",
                "io.portmapctl.Main",
                "list",
                "--ruleset",
                "empty"));
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("Using AOT-linked classes: true");
    for (String name : List.of("io.portmapctl.cli.Portmapctl ", "picocli.CommandLine ")) {
      assertThat(run.out().lines().filter(l -> l.contains(name)))
          .singleElement()
          .asString()
          .contains("source: shared objects file");
    }
    assertThat(Namespace.process("", List.of("sh", "-x", program().toString(), "-V")).err())
        .contains("-XX:SharedArchiveFile=" + share + "portmapctl.jsa");
  }

  /** What is others' is named as it is in here, and comes with its licence. */
  @Test
  void whatIsInItIsTold() throws Exception {
    JsonNode bill =
        new ObjectMapper()
            .readTree(place.resolve("share/doc/portmapctl/portmapctl.cdx.json").toFile());
    Map<String, String> named = new TreeMap<>();
    String runtime = "";
    for (JsonNode component : bill.path("components")) {
      String version = component.path("version").asText();
      if (component.path("type").asText().equals("platform")) {
        runtime = version;
      } else {
        for (JsonNode hash : component.path("hashes")) {
          if (hash.path("alg").asText().equals("SHA-256")) {
            named.put(
                component.path("name").asText() + "-" + version + ".jar",
                hash.path("content").asText());
          }
        }
      }
    }
    Map<String, String> there = new TreeMap<>();
    try (Stream<Path> jars = Files.list(place.resolve("share/portmapctl/lib"))) {
      for (Path jar : jars.toList()) {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
        there.put(jar.getFileName().toString(), HexFormat.of().formatHex(digest));
      }
    }
    assertThat(named).isEqualTo(there);
    assertThat(Files.readString(place.resolve("share/portmapctl/runtime/release")))
        .contains("JAVA_VERSION=\"" + runtime.split("\\+")[0] + "\"");
    assertThat(Files.readString(place.resolve("share/doc/portmapctl/NOTICE")))
        .contains(runtime)
        .contains("picocli-");
    assertThat(place.resolve("share/portmapctl/runtime/legal/java.base/LICENSE")).isNotEmptyFile();
  }
}
