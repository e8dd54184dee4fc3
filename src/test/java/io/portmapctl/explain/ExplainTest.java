package io.portmapctl.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.cni.Identity;
import io.portmapctl.portmap.ContainerChains;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.NodeList;

/** What explain says of a real podman host, and the form of what it says. */
@Tag("fast")
class ExplainTest {
  private static final Path HOST = Path.of("testdata/podman-host");
  private static final Path TRACES = Path.of("testdata/traces");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Run explain(String... words) {
    List<String> all = new ArrayList<>(List.of("explain"));
    all.addAll(List.of(words));
    all.addAll(
        List.of(
            "--ruleset",
            HOST.resolve("iptables-save.txt").toString(),
            "--ruleset6",
            HOST.resolve("ip6tables-save.txt").toString(),
            "--addresses",
            HOST.resolve("ip-addr.json").toString()));
    Run run = Run.of(all.toArray(new String[0]));
    assertThat(run.exit()).as(run.err()).isZero();
    return run;
  }

  private static JsonNode json(Run run) throws IOException {
    return JSON.readTree(run.out().getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Protocol and host port of all that is published. */
  private static Set<String> published() throws IOException {
    Set<String> ports = new TreeSet<>();
    for (JsonNode container : JSON.readTree(HOST.resolve("podman-ps.json").toFile())) {
      for (JsonNode port : container.path("ports")) {
        for (int i = 0; i < port.path("range").asInt(); i++) {
          ports.add(port.get("protocol").asText() + "-" + (port.get("host_port").asInt() + i));
        }
      }
    }
    return ports;
  }

  /**
   * For every published port the traces from the LAN, the host, localhost, the container itself and
   * another container; {@code -Dportmapctl.update=true} writes them, for a person to read.
   */
  @TestFactory
  Stream<DynamicTest> tracesOfEveryPublishedPort() throws IOException {
    Set<String> ports = published();
    assertThat(ports).hasSizeGreaterThan(25);
    if (Boolean.getBoolean("portmapctl.update")) {
      Files.createDirectories(TRACES);
    }
    return Stream.concat(
        ports.stream().map(p -> DynamicTest.dynamicTest(p, () -> traces(p))),
        Stream.of(DynamicTest.dynamicTest("no others", () -> noOthers(ports))));
  }

  private static void noOthers(Set<String> ports) throws IOException {
    try (Stream<Path> files = Files.list(TRACES)) {
      assertThat(files.map(f -> f.getFileName().toString().replace(".txt", "")))
          .containsExactlyInAnyOrderElementsOf(ports);
    }
  }

  private static void traces(String name) throws IOException {
    String protocol = name.substring(0, name.indexOf('-'));
    String port = name.substring(name.indexOf('-') + 1) + "/" + protocol;
    StringBuilder out = new StringBuilder(explain("--port", port).out());
    for (JsonNode family : json(explain("--port", port, "-o", "json")).get("ports")) {
      Set<String> kinds = new TreeSet<>();
      for (JsonNode answer : family.get("answers")) {
        String to = answer.get("destination").asText();
        if (!kinds.add(answer.get("from").asText())) {
          continue; // one address of the host is like another
        }
        String packet =
            protocol
                + " "
                + end(answer.get("source").asText(), "40000")
                + " -> "
                + end(to, port.replace("/" + protocol, ""));
        out.append("\n===== from ").append(answer.get("from").asText()).append('\n');
        out.append(explain("--packet", packet).out());
      }
    }
    Path file = TRACES.resolve(name + ".txt");
    if (Boolean.getBoolean("portmapctl.update")) {
      Files.writeString(file, out, StandardCharsets.ISO_8859_1);
    }
    assertThat(out).hasToString(Files.readString(file, StandardCharsets.ISO_8859_1));
  }

  private static String end(String address, String port) {
    return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
  }

  /** Who gets what podman published, and where. */
  @Test
  void everyPublishedPortGoesWherePodmanSays() throws Exception {
    SoftAssertions all = new SoftAssertions();
    int compared = 0;
    for (JsonNode container : JSON.readTree(HOST.resolve("podman-ps.json").toFile())) {
      String id = container.get("id").asText();
      for (JsonNode port : container.path("ports")) {
        for (int i = 0; i < port.get("range").asInt(); i++) {
          String hostIp = port.path("host_ip").asText();
          boolean any = hostIp.isEmpty();
          boolean v6 = hostIp.contains(":");
          String to = any ? "10.89.5.1" : hostIp;
          String from = any ? "203.0.113.9" : v6 ? "::1" : "127.0.0.1";
          int number = port.get("host_port").asInt() + i;
          String packet =
              port.get("protocol").asText()
                  + " "
                  + end(from, "40000")
                  + " -> "
                  + end(to, "" + number);
          JsonNode trace = json(explain("--packet", packet, "-o", "json"));
          all.assertThat(trace.at("/owner/containerID").asText()).as(packet).isEqualTo(id);
          all.assertThat(trace.at("/after/destination").asText())
              .as(packet)
              .endsWith(":" + (port.get("container_port").asInt() + i));
          all.assertThat(trace.get("verdict").asText())
              .as(packet)
              .isEqualTo(any ? "forwarded" : "sent");
          compared++;
        }
      }
    }
    all.assertAll();
    System.out.printf("explain and podman agree on %d published ports%n", compared);
    assertThat(compared).isGreaterThan(25);
  }

  @Test
  void thePortsContainerIsNamed() {
    assertThat(explain("--port", "8080/tcp").out())
        .contains(
            "network web, container"
                + " 26447870ce462b982f1c11276d224a3771528d03c9b89deccb9a67b088072d92 gets it");
  }

  @Test
  void aTraceIsOneDocumentWithTheFieldsOfTheContract() throws Exception {
    JsonNode trace =
        json(explain("--packet", "tcp 203.0.113.9:40000 -> 10.89.5.1:8080", "-o", "json"));
    assertThat(trace.get("kind").asText()).isEqualTo("trace");
    assertThat(trace.get("version").asInt()).isEqualTo(1);
    assertThat(names(trace))
        .contains("packet", "steps", "verdict", "after", "owner", "assumptions");
    assertThat(names(trace.get("after")))
        .containsExactlyInAnyOrder("source", "destination", "mark");
    assertThat(names(trace.get("owner"))).containsExactlyInAnyOrder("network", "containerID");
    for (JsonNode step : trace.get("steps")) {
      assertThat(names(step)).contains("chain", "index", "rule", "result", "why");
      assertThat(step.get("result").asText()).isIn("match", "no-match", "unknown");
    }
  }

  private static Collection<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Every rule that is printed comes after a sentence that says what it is for. */
  @Test
  void everyRuleComesAfterASentence() throws IOException {
    int rules = 0;
    List<Path> files = new ArrayList<>();
    try (Stream<Path> golden = Files.list(Path.of("testdata/golden"));
        Stream<Path> traces = Files.list(TRACES)) {
      golden
          .filter(f -> f.getFileName().toString().startsWith("explain-"))
          .map(f -> f.resolve("stdout"))
          .forEach(files::add);
      traces.forEach(files::add);
    }
    for (Path file : files) {
      List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i).replaceAll("\u001b\\[[0-9]*m", "");
        if (line.matches("^[ +-] {3,}-A .*|^ +[0-9]+ {2}(! )?-.*")) {
          int first = i - 1; // of a sentence that is wrapped
          while (first > 0 && !lines.get(first).strip().matches("[A-Z].*")) {
            first--;
          }
          assertThat(String.join(" ", lines.subList(first, i)).strip())
              .as("%s: before %s", file, line)
              .matches("[A-Z].*\\.");
          rules++;
        }
      }
    }
    System.out.printf("%d printed rules, each after its sentence%n", rules);
    assertThat(rules).isGreaterThan(500);
  }

  @Test
  void graphvizRendersTheGraphs() throws Exception {
    Needs.program("dot");
    String plan =
        Run.of("explain", "testdata/quickstart.json", "--ruleset", "empty", "-o", "dot").out();
    String ruleset = explain("-o", "dot").out();
    String packet =
        explain("--packet", "tcp 203.0.113.9:40000 -> 10.89.5.1:8080", "-o", "dot").out();
    String port = explain("--port", "8080", "-o", "dot").out();
    String hostile =
        Run.of("explain", "-o", "dot", "--ruleset", "testdata/inputs/hostile.save").out();
    for (String graph : List.of(plan, ruleset, packet, port, hostile)) {
      assertThat(drawn(graph)).contains("PREROUTING");
    }
    // one way, through three jumps: to the entries, to the container's chain, to the masquerade
    assertThat(packet).contains("-j DNAT --to-destination 10.89.5.7:80").contains("decides");
    assertThat(packet).contains("CNI-HOSTPORT-DNAT").contains("CNI-HOSTPORT-MASQ");
  }

  private static String drawn(String graph) throws Exception {
    Run svg = Namespace.process(graph, List.of("dot", "-Tsvg"));
    assertThat(svg.exit()).as(svg.err()).isZero();
    assertThat(svg.err()).isEmpty();
    assertThat(svg.out()).contains("</svg>");
    return svg.out();
  }

  /** Names that would break a graph, or a picture, stand in it as they are read. */
  @Test
  void graphvizRendersWhateverThingsAreCalled(@TempDir Path folder) throws Exception {
    Needs.program("dot");
    Identity evil = new Identity("we<b>\"&\\N'", "</td>]; } x\n-->&#1; \uffff\u202e");
    String chain = ContainerChains.of(evil).names().get(1);
    String comment = "dnat name: \"%s\" id: \"%s\"".formatted(evil.network(), evil.containerId());
    String ruleset =
        """
        *nat
        :PREROUTING ACCEPT [0:0]
        :INPUT ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        :<b>&N - [0:0]
        :CNI-HOSTPORT-DNAT - [0:0]
        :%s - [0:0]
        -A PREROUTING -j CNI-HOSTPORT-DNAT
        -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "%s" -m multiport --dports 8080 -j %s
        -A %s -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.89.5.6:80
        -A POSTROUTING -o <&> -m comment --comment "]>;" -j <b>&N
        -A <b>&N -j MASQUERADE
        COMMIT
        """
            .formatted(chain, comment.replace("\\", "\\\\").replace("\"", "\\\""), chain, chain);
    Path file = Files.writeString(folder.resolve("nat.save"), ruleset);
    String[] from = {"--ruleset", file.toString(), "--local-address", "192.0.2.10", "-o"};
    for (List<String> asked :
        List.of(
            List.of("--port", "8080"),
            List.of("--packet", "tcp 203.0.113.9:40000 -> 192.0.2.10:8080"),
            List.<String>of())) {
      List<String> words = new ArrayList<>(List.of("explain"));
      words.addAll(asked);
      words.addAll(List.of(from));
      words.add("dot");
      Run graph = Run.of(words.toArray(new String[0]));
      assertThat(graph.exit()).as(graph.err()).isZero();
      String svg = drawn(graph.out());
      if (!asked.isEmpty()) {
        assertThat(read(svg))
            .contains("network we<b>\"&\\N', container </td>]; } x\\n-->&#1; \\uffff");
      }
      words.set(words.size() - 1, "svg");
      Map<String, String> path = Map.of("PATH", System.getenv("PATH"));
      assertThat(Run.with(path, "", words).out()).isEqualTo(svg);
      Run without = Run.with(Map.of("PATH", folder.toString()), "", words);
      assertThat(without.exit()).isEqualTo(4);
      assertThat(without.out()).isEmpty();
      assertThat(without.err()).contains("dot is not installed (package graphviz");
    }
  }

  /** The words of a picture, in one line. */
  private static String read(String svg) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    NodeList texts =
        factory
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.ISO_8859_1)))
            .getElementsByTagName("text");
    List<String> words = new ArrayList<>();
    for (int i = 0; i < texts.getLength(); i++) {
      words.add(texts.item(i).getTextContent().strip());
    }
    return String.join(" ", words);
  }
}
