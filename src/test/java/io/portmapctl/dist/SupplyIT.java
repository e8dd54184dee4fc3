package io.portmapctl.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the packages: the same from the same sources, and what of it is others', named. */
@Tag("live")
class SupplyIT {
  private static final Path TARGET = Path.of("target");
  private static final Path DOC = TARGET.resolve("dist/share/doc/portmapctl");

  @TempDir private Path folder;

  /** From another folder, with another umask, time zone and locale, from the classes on. */
  @Test
  void packedAnywhereItIsTheSame() throws Exception {
    List<String> packages = packages(TARGET);
    Needs.program("mvn");
    Path other = Files.createDirectory(folder.resolve("another folder"));
    String sources =
        ".mvn pom.xml src completions man testdata/podman-host testdata/quickstart.json"
            + " LICENSE README.md CHANGELOG.md SECURITY.md";
    must("umask 077; cp -r --parents " + sources + " '" + other + "'");
    must("umask 077; mkdir '" + other + "/target'");
    must(
        "umask 077; cp -r --parents target/portmapctl.jar target/portmapctl.cdx.json target/lib '"
            + other
            + "'");
    // the repository of the build that this is part of
    String repository = System.getProperty("localRepository", "");
    must(
        "umask 077; cd '"
            + other
            + "' && TZ=Asia/Tokyo LC_ALL=C mvn -o -q -B -Pdist"
            + (repository.isEmpty() ? "" : " -Dmaven.repo.local='" + repository + "'")
            + " exec:exec@launcher exec:exec@dist jdeb:jdeb@deb");
    assertThat(packages(other.resolve("target"))).isEqualTo(packages);
    assertThat(other.resolve("target/portmapctl.classes"))
        .hasSameTextualContentAs(TARGET.resolve("portmapctl.classes"));
    for (String name : packages) {
      assertThat(sha256(other.resolve("target").resolve(name)))
          .as(name)
          .isEqualTo(sha256(TARGET.resolve(name)));
    }
  }

  /** A folder in a jar keeps the permissions that it had. */
  @Test
  void theJarHasNobodysUmask() throws Exception {
    packages(TARGET);
    Needs.program("unzip");
    Run run = Namespace.process("", List.of("unzip", "-Z", "target/portmapctl.jar"));
    assertThat(run.out().lines().filter(l -> l.matches("[d-][rwx-]{9} .*")))
        .isNotEmpty()
        .allMatch(l -> l.startsWith("drwxr-xr-x ") || l.startsWith("-rw-r--r-- "));
  }

  @Test
  void theBillOfMaterialsNamesWhatIsBundled() throws Exception {
    packages(TARGET);
    JsonNode bill = new ObjectMapper().readTree(DOC.resolve("portmapctl.cdx.json").toFile());
    assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(bill.at("/metadata/component/name").asText()).isEqualTo("portmapctl");
    Map<String, String> named = new TreeMap<>();
    for (JsonNode component : bill.path("components")) {
      String jar = component.path("name").asText() + "-" + component.path("version").asText();
      named.put(jar + ".jar", hash(component));
      assertThat(component.path("licenses")).as(jar).isNotEmpty();
      for (JsonNode license : component.path("licenses")) {
        assertThat(licenses(component.path("name").asText()))
            .as("src/main/dist/copyright of " + jar)
            .contains(license.at("/license/id").asText().toLowerCase(Locale.ROOT));
      }
    }
    Map<String, String> bundled = new TreeMap<>();
    for (Path jar : libraries()) {
      bundled.put(jar.getFileName().toString(), sha256(jar));
    }
    assertThat(named).isEqualTo(bundled);
  }

  /** What a library's licence asks for: its notices, word by word. */
  @Test
  void theNoticesOfLibrariesAreTold() throws Exception {
    packages(TARGET);
    String told = Files.readString(DOC.resolve("NOTICE")).replaceAll("\\s+", " ");
    for (Path library : libraries()) {
      try (ZipFile jar = new ZipFile(library.toFile())) {
        for (ZipEntry entry :
            jar.stream().filter(e -> e.getName().matches("META-INF/[^/]*NOTICE[^/]*")).toList()) {
          try (InputStream notice = jar.getInputStream(entry)) {
            assertThat(told)
                .as(library + ", " + entry)
                .contains(
                    new String(notice.readAllBytes(), StandardCharsets.UTF_8)
                        .strip()
                        .replaceAll("\\s+", " "));
          }
        }
      }
    }
  }

  /** Every licence that is named has its text, and every text is asked for. */
  @Test
  void theCopyrightIsWhole() throws Exception {
    String copyright = Files.readString(Path.of("src/main/dist/copyright"));
    List<String> asked =
        Stream.of(copyright.split("\n\n"))
            .filter(p -> p.startsWith("Files: "))
            .flatMap(p -> Stream.of(field(p, "License").split(" and ")))
            .distinct()
            .sorted()
            .toList();
    List<String> texts =
        Stream.of(copyright.split("\n\n"))
            .filter(p -> p.startsWith("License: "))
            .map(p -> field(p, "License"))
            .sorted()
            .toList();
    assertThat(texts).isEqualTo(asked);
  }

  /** The licences of a library, as src/main/dist/copyright has them. */
  private static List<String> licenses(String library) throws Exception {
    return Stream.of(Files.readString(Path.of("src/main/dist/copyright")).split("\n\n"))
        .filter(p -> p.startsWith("Files: usr/share/portmapctl/lib/" + library + "-*.jar\n"))
        .flatMap(p -> Stream.of(field(p, "License").toLowerCase(Locale.ROOT).split(" and ")))
        .toList();
  }

  private static String field(String paragraph, String name) {
    return paragraph
        .lines()
        .filter(l -> l.startsWith(name + ": "))
        .findFirst()
        .orElseThrow()
        .substring(name.length() + 2);
  }

  private static List<Path> libraries() throws Exception {
    try (Stream<Path> files = Files.list(TARGET.resolve("lib"))) {
      return files.sorted().toList();
    }
  }

  /** The names of what -Pdist has built. */
  private static List<String> packages(Path target) throws Exception {
    List<String> names;
    try (Stream<Path> files = Files.list(target)) {
      names =
          files
              .map(f -> f.getFileName().toString())
              .filter(n -> n.endsWith(".deb") || n.endsWith(".tar.gz"))
              .sorted()
              .toList();
    }
    Needs.that(!names.isEmpty(), "no package is built; -Pdist builds it");
    return names;
  }

  private static String hash(JsonNode component) {
    return StreamSupport.stream(component.path("hashes").spliterator(), false)
        .filter(h -> h.path("alg").asText().equals("SHA-256"))
        .map(h -> h.path("content").asText())
        .findFirst()
        .orElse("");
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private static void must(String command) throws Exception {
    Run run = Namespace.process("", List.of("sh", "-c", command));
    assertThat(run.exit()).as(command + ": " + run.out() + run.err()).isZero();
  }
}
