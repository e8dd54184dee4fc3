package io.portmapctl.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.OpenMetricsText;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What monitors read: metrics, held to the format's description, and the line of a Nagios plugin.
 */
@Tag("fast")
class MetricsTest {
  private static final String HOST = "testdata/podman-host/";
  private static final String SNAPSHOT = "testdata/inputs/host.snapshot.json";

  @TempDir private Path folder;

  private static OpenMetricsText metrics(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("-o", "metrics"));
    Run run = Run.of(all.toArray(new String[0]));
    assertThat(run.exit()).as(run.err()).isLessThan(2);
    return OpenMetricsText.of(run.out());
  }

  @Test
  void aListIsOfTheFormat() {
    OpenMetricsText list = metrics("list", "--host", SNAPSHOT);
    assertThat(list.types())
        .containsEntry("portmapctl_mappings", "gauge")
        .containsEntry("portmapctl_mapping_info", "gauge")
        .containsEntry("portmapctl_mapping_connections", "counter");
    assertThat(list.value("portmapctl_mappings{state=\"ok\"}")).isEqualTo("1");
    assertThat(list.value("portmapctl_mappings{state=\"orphan\"}")).isEqualTo("2");
    assertThat(list.value("portmapctl_mappings{state=\"shadowed\"}")).isEqualTo("0");
    long now = Instant.now().getEpochSecond();
    assertThat(Long.parseLong(list.value("portmapctl_list_timestamp_seconds{}")))
        .isBetween(now - 600, now);
    OpenMetricsText saved = metrics("list", "--ruleset", HOST + "iptables-save.txt");
    assertThat(saved.types()).doesNotContainKey("portmapctl_mapping_connections");
    assertThat(saved.samples().keySet())
        .filteredOn(s -> s.startsWith("portmapctl_mapping_info"))
        .hasSize(29);
  }

  @Test
  void aCheckIsOfTheFormat() {
    OpenMetricsText right =
        metrics(
            "check",
            HOST + "cni-cache",
            "--ruleset",
            HOST + "iptables-save.txt",
            "-q",
            "--family",
            "ipv4");
    assertThat(right.value("portmapctl_check_ok{}")).isEqualTo("1");
    OpenMetricsText wrong = metrics("check", HOST + "cni-cache", "--ruleset", "empty", "-q");
    assertThat(wrong.value("portmapctl_check_ok{}")).isEqualTo("0");
    assertThat(wrong.value("portmapctl_check_attachments{status=\"missing\"}")).isEqualTo("6");
    Run unreadable = Run.of("check", "nothing", "-o", "metrics", "--ruleset", "empty");
    assertThat(unreadable.out()).isEmpty();
    assertThat(unreadable.exit()).isEqualTo(3);
  }

  /** Names that would end a value, a line or the text, and one mapping that is found twice. */
  @Test
  void hostileNamesStayInTheirLabels() throws Exception {
    String entry =
        "-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment \"dnat name: \\\"%s\\\" id: \\\"%s\\\"\""
            + " -m multiport --dports 80 -j %s\n";
    String save =
        "*nat\n:PREROUTING ACCEPT [0:0]\n:CNI-HOSTPORT-DNAT - [0:0]\n:CNI-DN-1 - [0:0]\n"
            + ":CNI-DN-000000000000000000000 - [0:0]\n"
            + "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT\n"
            + entry.formatted("a\\\\b", "x} 1\n# EOF", "CNI-DN-000000000000000000000")
            + entry.formatted("a\\\\b", "x} 1\n# EOF", "CNI-DN-000000000000000000000")
            + "-A CNI-DN-000000000000000000000 -p tcp -m tcp --dport 80 -j DNAT"
            + " --to-destination 10.1.2.3:80\n"
            + "-A CNI-DN-000000000000000000000 -p tcp -m tcp --dport 80 -j DNAT"
            + " --to-destination 10.1.2.3:80\nCOMMIT\n";
    Path file = Files.writeString(folder.resolve("save"), save, StandardCharsets.ISO_8859_1);
    OpenMetricsText list = metrics("list", "--ruleset", file.toString());
    assertThat(list.samples().keySet())
        .filteredOn(s -> s.startsWith("portmapctl_mapping_info"))
        .hasSize(1);
    OpenMetrics metrics = new OpenMetrics();
    OpenMetrics.Family family = metrics.family("x", OpenMetrics.Type.COUNTER, "Some.");
    family.add(1, "b", "x\"} 1\n# EOF\n\\", "a", "");
    family.add(2, "a", "", "b", "x\"} 1\n# EOF\n\\");
    OpenMetricsText text = OpenMetricsText.of(metrics.text());
    assertThat(text.samples())
        .containsExactly(
            Map.entry("portmapctl_x_total{a=\"\",b=\"x\\\"} 1\\n# EOF\\n\\\\\"}", "3"));
  }

  @Test
  void randomRulesetsAreOfTheFormat() throws Exception {
    for (int seed = 0; seed < Rounds.of("rounds", 40, 400); seed++) {
      Generator make = new Generator(seed);
      String save = SaveFormat.print(make.tableWithContainers(Family.IPV4), true);
      Path file = Files.writeString(folder.resolve("s"), save, StandardCharsets.ISO_8859_1);
      OpenMetricsText first = metrics("list", "--ruleset", file.toString());
      assertThat(metrics("list", "--ruleset", file.toString()).types()).isEqualTo(first.types());
    }
  }

  /** The checker of the tests is one. */
  @Test
  void whatIsNotOfTheFormatIsFoundOut() {
    String right = Run.of("list", "--host", SNAPSHOT, "-o", "metrics").out();
    OpenMetricsText.of(right);
    for (String[] change :
        List.of(
            new String[] {"# EOF\n", ""},
            new String[] {"# EOF\n", "# EOF\n\n"},
            new String[] {"\"ok\"} 1", "\"ok\"} x"},
            new String[] {"\"ok\"}", "\"o\"k\"}"},
            new String[] {"state=\"ok\"", "state=\"orphan\""},
            new String[] {"connections_total{", "connections{"},
            new String[] {" counter", " info"})) {
      String wrong = right.replace(change[0], change[1]);
      assertThat(wrong).isNotEqualTo(right);
      assertThatThrownBy(() -> OpenMetricsText.of(wrong)).isInstanceOf(AssertionError.class);
    }
  }

  /**
   * Prometheus' own reader takes it. Its one complaint is of the counter's name: it looks for the
   * help of the sample, where OpenMetrics has it with the family.
   */
  @Test
  void promtoolReadsIt() throws Exception {
    boolean there =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool")));
    assumeTrue(there, "promtool is not installed: the checker of this test stands for it");
    for (String[] words :
        List.of(
            new String[] {"list", "--host", SNAPSHOT},
            new String[] {"check", "--host", SNAPSHOT},
            new String[] {"list", "--ruleset", HOST + "iptables-save.txt"})) {
      List<String> all = new ArrayList<>(List.of(words));
      all.addAll(List.of("-o", "metrics"));
      String text = Run.of(all.toArray(new String[0])).out();
      Run run = Namespace.process(text, List.of("promtool", "check", "metrics"));
      assertThat(run.out() + run.err())
          .matches("(portmapctl_mapping_connections_total no help text\n)?");
    }
  }

  /** The line, and its exit code. */
  @Test
  void nagiosIsToldInOneLine() throws Exception {
    String cache = HOST + "cni-cache";
    assertNagios(
        0, "OK", "check", cache, "--ruleset", HOST + "iptables-save.txt", "--family", "ipv4");
    assertNagios(2, "CRITICAL", "check", cache, "--ruleset", "empty");
    assertNagios(2, "CRITICAL", "check", "--host", SNAPSHOT);
    assertNagios(3, "UNKNOWN", "check", "nothing");
    assertNagios(3, "UNKNOWN", "check", "--no-such-option");
    assertNagios(3, "UNKNOWN", "check", cache, "--ruleset", "x".repeat(5000));
    Path bad = Files.writeString(folder.resolve("bad|name.json"), "{");
    assertNagios(3, "UNKNOWN", "check", bad.toString(), "--ruleset", "empty");
    String document =
        "{\"containerID\":\"%s\",\"config\":{\"cniVersion\":\"1.0.0\",\"type\":\"portmap\","
            + "\"name\":\"%s\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":80,"
            + "\"containerPort\":80}]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":"
            + "[{\"address\":\"10.1.2.3/24\"}]}}}";
    String name = "n".repeat(300);
    Run run =
        Run.with(
            Map.of(),
            document.formatted("c".repeat(300), name),
            List.of("check", "-", "--ruleset", "empty", "-o", "nagios"));
    assertLine(run, 2, "CRITICAL");
  }

  private static void assertNagios(int exit, String word, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("-o", "nagios"));
    assertLine(Run.of(all.toArray(new String[0])), exit, word);
  }

  private static void assertLine(Run run, int exit, String word) {
    assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(exit);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .hasSizeLessThanOrEqualTo(201)
        .matches(
            "PORTMAPCTL "
                + word
                + " - [^|\n]+"
                + (exit == 3 ? "" : "\\| ok=[0-9]+( [a-z]+=[0-9]+){6}")
                + "\n");
  }
}
