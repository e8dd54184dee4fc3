package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is too large, too many or too deep is refused by a bound that the message names. */
@Tag("long")
class BoundsTest {
  private static final String MAPPING = "{\"hostPort\":8080,\"containerPort\":80}";
  private static final String DOCUMENT =
      "{\"cniVersion\":\"1.0.0\",\"name\":\"web\",\"type\":\"portmap\",%s"
          + "\"runtimeConfig\":{\"portMappings\":[%s]},"
          + "\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.0.0.2/24\"}]}}";

  @TempDir Path folder;

  private static Run add(String document) {
    return add(document, "diff");
  }

  private static Run add(String document, String format) {
    return Run.with(
        Map.of(),
        document,
        List.of(
            "add",
            "-",
            "--container-id",
            "c1",
            "--ruleset",
            "empty",
            "--layout",
            "mark",
            "-o",
            format));
  }

  private static String mappings(int number) {
    return DOCUMENT.formatted("", MAPPING + ("," + MAPPING).repeat(number - 1));
  }

  private static void refused(Run run, String message) {
    assertThat(run.err()).contains(message);
    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void valuesOfAText() {
    String message = "standard input: not JSON: more than 1000000 values";
    refused(add("[" + "[],".repeat(1_000_000) + "[]]"), message);
    refused(add("{} ".repeat(1_000_001)), message);
    refused(add(mappings(400_000)), message);
  }

  @Test
  void mappingsOfAContainer() {
    assertThat(add(mappings(65_536)).exit()).isZero();
    refused(
        add(mappings(65_537)),
        "runtimeConfig.portMappings: 65537 port mappings, expected 65536 at most");
    Run byHand =
        Run.of(
            "add",
            "--net",
            "n",
            "--container-id",
            "c",
            "--ip",
            "10.0.0.2/24",
            "-p",
            "1-65535:1-65535",
            "-p",
            "1-2:1-2/udp",
            "--ruleset",
            "empty");
    assertThat(byHand.exit()).isEqualTo(2);
    assertThat(byHand.err()).contains("-p: more than 65536 port mappings for one container");
  }

  @Test
  void addressesOfConditions() {
    String some = "10.0.0.1" + ",10.0.0.1".repeat(399);
    String conditions = "\"conditionsV4\":[\"-s\",\"" + some + "\",\"-d\",\"" + some + "\"],";
    refused(
        add(DOCUMENT.formatted(conditions, MAPPING)),
        "conditionsV4: with these addresses the port mappings make 160000 entries");
  }

  @Test
  void errorsAreCounted() {
    String wrong = DOCUMENT.formatted("", "{}" + ",{}".repeat(99));
    Run text = add(wrong);
    assertThat(text.exit()).isEqualTo(3);
    assertThat(text.err().lines()).hasSize(101);
    assertThat(text.err()).endsWith("\nportmapctl: 100 more errors\n");
    Run json = add(wrong, "json");
    assertThat(json.out().split("\"code\"", -1)).hasSize(101);
    assertThat(json.out()).contains("\"more\": 100");
  }

  @Test
  void filesThatDoNotEnd() {
    String message = "/dev/zero: cannot be read: larger than 64 MiB";
    refused(Run.of("list", "--ruleset", "/dev/zero"), message);
    refused(Run.of("list", "--host", "/dev/zero"), message);
    refused(
        Run.of("explain", "--port", "80", "--ruleset", "empty", "--addresses", "/dev/zero"),
        message);
    refused(Run.of("check", "/dev/zero", "--ruleset", "empty"), message);
  }

  @Test
  void linesOfARuleset() throws IOException {
    Path file = folder.resolve("save");
    Files.writeString(
        file,
        "*nat\n:PREROUTING ACCEPT [0:0]\n" + "-A PREROUTING\n".repeat(1_000_000) + "COMMIT\n");
    refused(
        Run.of("list", "--ruleset", file.toString()),
        "line 1000002: more than 1000000 chains and rules: -A PREROUTING");
  }

  @Test
  void itemsOfASnapshot() throws IOException {
    Path file = folder.resolve("host.json");
    Files.writeString(file, "{\"existing\":[" + "\"/\",".repeat(1_000_000) + "\"/\"]}");
    refused(Run.of("list", "--host", file.toString()), "more than 1000000 values");
  }
}
