package io.portmapctl.portmap;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real podman host: rulesets and the cache of its container runtime. */
@Tag("fast")
class PodmanCaptureTest {
  private static final Path HOST = Path.of("testdata/podman-host");
  private static final String CACHE = HOST.resolve("cni-cache").toString();

  @Test
  void rulesetsPrintBackToTheLetter() throws Exception {
    for (String name :
        List.of("iptables-save.txt", "ip6tables-save.txt", "iptables-save-counters.txt")) {
      String text = Files.readString(HOST.resolve(name), StandardCharsets.ISO_8859_1);
      Family family = name.startsWith("ip6") ? Family.IPV6 : Family.IPV4;
      int start = text.indexOf("*nat\n");
      String nat = text.substring(start, text.indexOf("COMMIT\n", start) + "COMMIT\n".length());
      assertThat(
              SaveFormat.print(SaveFormat.table(family, TableName.NAT, text).orElseThrow(), true))
          .as(name)
          .isEqualTo(nat);
    }
  }

  @Test
  void theCacheIsThereAlreadyInLayoutMark() {
    Run run =
        Run.of(
            "add",
            CACHE,
            "--ruleset",
            HOST.resolve("iptables-save.txt").toString(),
            "--ruleset6",
            HOST.resolve("ip6tables-save.txt").toString());
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).endsWith("\nNo changes.\n").doesNotContain("@@").contains("layout mark");
  }

  @Test
  void ontoAnEmptyTableItGivesTheCapturedChains() throws Exception {
    for (Family family : Family.values()) {
      Run run = Run.of("add", CACHE, "--ruleset", "empty", "-o", "save", "--family", family.id());
      assertThat(run.exit()).as(run.err()).isZero();
      String file = family == Family.IPV4 ? "iptables-save.txt" : "ip6tables-save.txt";
      assertThat(cni(run.out().lines()))
          .isEqualTo(cni(Files.readAllLines(HOST.resolve(file)).stream()));
    }
  }

  private static TreeSet<String> cni(Stream<String> lines) {
    TreeSet<String> kept = new TreeSet<>();
    lines
        .filter(l -> l.contains("CNI-HOSTPORT-") || l.contains("CNI-DN-"))
        .forEach(l -> kept.add(l.replace(" [0:0]", "")));
    return kept;
  }
}
