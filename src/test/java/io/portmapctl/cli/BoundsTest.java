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
    String larger = "/dev/zero: cannot be read: larger than 256 MiB";
    refused(Run.of("list", "--ruleset", "/dev/zero"), larger);
    refused(Run.of("list", "--host", "/dev/zero"), larger);
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
        "*nat\n:PREROUTING ACCEPT [0:0]\n" + "-A PREROUTING\n".repeat(4_000_000) + "COMMIT\n");
    refused(
        Run.of("list", "--ruleset", file.toString()),
        "line 4000002: more than 4000000 chains and rules: -A PREROUTING");
  }

  @Test
  void itemsOfASnapshot() throws IOException {
    Path file = folder.resolve("host.json");
    Files.writeString(
        file, "{\"commands\":[{\"command\":[" + "\"/\",".repeat(1_000_000) + "\"/\"]}]}");
    refused(Run.of("list", "--host", file.toString()), "more than 1000000 values");
  }

  /** A host that publishes port 8080 of container c1, with other rules before the shared jumps. */
  private String host(String chains, String before) throws IOException {
    Run plan =
        Run.with(
            Map.of(),
            DOCUMENT.formatted("", MAPPING),
            List.of(
                "add",
                "-",
                "--container-id",
                "c1",
                "--ruleset",
                "empty",
                "--layout",
                "mark",
                "--family",
                "ipv4",
                "-o",
                "save"));
    String save =
        plan.out()
            .replace(":CNI-HOSTPORT-DNAT", chains + ":CNI-HOSTPORT-DNAT")
            .replaceFirst("-A PREROUTING", before + "-A PREROUTING");
    Path file = folder.resolve("save");
    Files.writeString(file, save);
    return file.toString();
  }

  /** What every command says of port 8080 while the rules before it cannot be followed. */
  private void isNotKnown(String chains, String before) throws IOException {
    String file = host(chains, before);
    Path document = folder.resolve("web.json");
    Files.writeString(document, DOCUMENT.formatted("", MAPPING));
    Run check =
        Run.of(
            "check",
            document.toString(),
            "--container-id",
            "c1",
            "--layout",
            "mark",
            "--ruleset",
            file,
            "--family",
            "ipv4",
            "-o",
            "json");
    assertThat(check.out() + check.err()).containsAnyOf("\"open\"", "too involved");
    assertThat(check.exit()).isIn(0, 3);
    Run port = Run.of("explain", "--port", "8080", "--ruleset", file);
    assertThat(port.out() + port.err()).containsAnyOf("not known", "too involved");
    assertThat(port.exit()).isIn(0, 3);
    Run packet =
        Run.of(
            "explain", "--packet", "tcp 203.0.113.9:40000 -> 192.0.2.10:8080", "--ruleset", file);
    assertThat(packet.out() + packet.err()).containsAnyOf("not known", "too involved");
    assertThat(packet.exit()).isIn(0, 3);
    assertThat(Run.of("list", "--ruleset", file).exit()).isZero();
  }

  private static String chains(int number) {
    StringBuilder chains = new StringBuilder();
    for (int i = 0; i < number; i++) {
      chains.append(":j").append(i).append(" - [0:0]\n");
    }
    return chains.toString();
  }

  @Test
  void jumpsThatLeadOnAndOn() throws IOException {
    StringBuilder rules = new StringBuilder("-A PREROUTING -j j0\n");
    for (int i = 0; i < 4999; i++) {
      rules.append("-A j%d -j j%d\n".formatted(i, i + 1));
    }
    isNotKnown(chains(5000), rules.toString());
  }

  @Test
  void pathsThatDouble() throws IOException {
    StringBuilder rules = new StringBuilder("-A PREROUTING -j j0\n");
    for (int i = 0; i < 60; i++) {
      rules.append("-A j%1$d -m foo%1$d --a -j j%2$d\n".formatted(i, i + 1));
      rules.append("-A j%1$d -m bar%1$d --b -j j%2$d\n".formatted(i, i + 1));
    }
    isNotKnown(chains(61), rules + "-A j60 -m foo --bar -j ACCEPT\n");
  }

  @Test
  void setsThatDouble() throws IOException {
    StringBuilder rules = new StringBuilder();
    for (int i = 0; i < 32; i++) {
      String mark = "0x" + Integer.toHexString(1 << i);
      rules.append("-A PREROUTING -m foo%d --a -j MARK --set-xmark %s/0x0\n".formatted(i, mark));
    }
    for (int i = 0; i < 16; i++) {
      String mark = "0x" + Integer.toHexString(1 << i | 1 << i + 16);
      rules.append(
          "-A PREROUTING -m mark --mark %1$s/%1$s -m a%2$d --a -j ACCEPT\n".formatted(mark, i));
    }
    isNotKnown("", rules.toString());
  }
}
