package io.portmapctl.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.portmapctl.testing.JsonSchema;
import io.portmapctl.testing.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every JSON document that the golden cases print, and what they print when asked for JSON, is as
 * its schema says; one that is not, is found out. A field that is new needs a line in {@code
 * src/main/resources/io/portmapctl/view/schema}, and portmapctl-json(5) has it from there.
 */
@Tag("fast")
class SchemasTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The commands that print JSON. */
  private static final Set<String> COMMANDS =
      Set.of("add", "del", "gc", "check", "list", "explain");

  /** What only a host prints that keeps something from its reader. */
  private static final Set<String> RARE =
      Set.of(
          // names of ours are UTF-8; others' stand in these places too
          "check: attachments[].missing[].encoding",
          "explanation: ports[].alsoClaimedBy[].encoding",
          "explanation: ports[].answers[].arrivals[].recipient.encoding",
          "reach: ports[].alsoClaimedBy[].encoding",
          "reach: ports[].answers[].arrivals[].recipient.encoding",
          "trace: alsoClaimedBy[].encoding",
          "snapshot: files[].reason",
          "snapshot: noInterfaces");

  /** What is seen of a live host alone. */
  private static final String PROBED =
      ".*\\.(places|idleListeners|foretold|attempt|differs)(\\W.*)?";

  private static final Map<String, JsonSchema> SCHEMAS = new TreeMap<>();
  private static final Map<String, List<JsonNode>> DOCUMENTS = new TreeMap<>();

  @BeforeAll
  static void read() throws Exception {
    for (String kind : Schemas.KINDS) {
      SCHEMAS.put(kind, JsonSchema.of(kind));
      DOCUMENTS.put(kind, new ArrayList<>());
    }
    List<Path> cases;
    try (Stream<Path> list = Files.list(Path.of("testdata/golden"))) {
      cases = list.filter(Files::isDirectory).sorted().toList();
    }
    for (Path each : cases) {
      add(Files.readString(each.resolve("stdout"), StandardCharsets.ISO_8859_1));
      add(asJson(each, ""));
      add(asJson(each, "explain"));
    }
    add(Files.readString(Path.of("testdata/inputs/host.snapshot.json")));
    add(
        Run.with(
                Map.of("CNI_CONTAINERID", "c", "CNI_IFNAME", "eth1"),
                "",
                List.of(
                    "add",
                    "testdata/quickstart.json",
                    "--host-interface",
                    "br0",
                    "--host",
                    "testdata/inputs/host.snapshot.json",
                    "-o",
                    "plan",
                    "--force",
                    "--keep"))
            .out());
    String many =
        "{\"name\":\"n\",\"type\":\"portmap\",\"runtimeConfig\":{\"portMappings\":[{}%s]}}";
    add(
        Run.with(
                Map.of(),
                many.formatted(",{}".repeat(60)),
                List.of("add", "-", "--container-id", "c", "--ruleset", "empty", "-o", "json"))
            .out());
    String host = "testdata/podman-host/";
    add(
        Run.of(
                "explain",
                "--packet",
                "tcp 203.0.113.9:40000 -> 10.89.5.1:7000",
                "--ruleset",
                host + "iptables-save.txt",
                "--addresses",
                host + "ip-addr.json",
                "-o",
                "json")
            .out());
  }

  /** What a golden case prints where JSON is asked for, or the same of another command. */
  private static String asJson(Path folder, String command) throws IOException {
    List<String> words = new ArrayList<>(Files.readAllLines(folder.resolve("command")));
    words.remove("#terminal");
    if (words.isEmpty() || !COMMANDS.contains(words.get(0)) || words.contains("--help")) {
      return "";
    }
    for (int i = words.indexOf("-o"); i >= 0; i = words.indexOf("-o")) {
      words.subList(i, i + 2).clear();
    }
    words.addAll(List.of("-o", "json"));
    words.set(0, command.isEmpty() ? words.get(0) : command);
    Path input = folder.resolve("stdin");
    return Run.with(
            Map.of("CNI_IFNAME", ""), Files.exists(input) ? Files.readString(input) : "", words)
        .out();
  }

  /** A document that has a kind is one of ours. */
  private static void add(String text) {
    if (text.startsWith("{")) {
      try {
        JsonNode document = MAPPER.readTree(text);
        Optional.ofNullable(DOCUMENTS.get(document.path("kind").asText()))
            .ifPresent(of -> of.add(document));
      } catch (JsonProcessingException e) {
        // what is no JSON has no schema
      }
    }
  }

  @Test
  void everyDocumentIsAsItsSchemaSays() {
    int documents = 0;
    for (Map.Entry<String, List<JsonNode>> of : DOCUMENTS.entrySet()) {
      assertThat(of.getValue()).as("documents of kind " + of.getKey()).isNotEmpty();
      for (JsonNode document : of.getValue()) {
        assertThat(SCHEMAS.get(of.getKey()).errors(document)).as("%s", document).isEmpty();
        documents++;
      }
    }
    System.out.printf("%d documents are as their schemas say%n", documents);
    assertThat(documents).isGreaterThan(150);
  }

  /** No field is described that nothing prints. */
  @Test
  void everyFieldIsPrinted() {
    List<String> never = new ArrayList<>();
    SCHEMAS.forEach(
        (kind, schema) -> {
          DOCUMENTS.get(kind).forEach(schema::errors);
          Set<String> unseen = new TreeSet<>(schema.fields().keySet());
          unseen.removeAll(schema.seen());
          unseen.removeIf(f -> f.contains("decidedBy.")); // EndingJsonTest prints each
          unseen.removeIf(f -> kind.equals("reach") && f.matches(PROBED)); // and ProbeIT these
          unseen.forEach(field -> never.add(kind + ": " + field));
        });
    assertThat(never).containsExactlyInAnyOrderElementsOf(RARE);
  }

  /** A field of another type, and one that is left out where it must be there. */
  @Test
  void whatIsOtherwiseIsFoundOut() {
    int changes = 0;
    for (Map.Entry<String, List<JsonNode>> of : DOCUMENTS.entrySet()) {
      JsonSchema schema = SCHEMAS.get(of.getKey());
      Map<String, Boolean> tried = new HashMap<>();
      for (JsonNode document : of.getValue()) {
        changes += mutated(schema, document, schema.root(), document, "", tried);
      }
    }
    System.out.printf("%d changed documents are found out%n", changes);
    assertThat(changes).isGreaterThan(300);
  }

  /** Changes each field of an object that was not changed before; how many changes. */
  private static int mutated(
      JsonSchema schema,
      JsonNode document,
      JsonNode given,
      JsonNode value,
      String path,
      Map<String, Boolean> tried) {
    JsonNode of = schema.resolved(given);
    int changes = 0;
    if (value instanceof ArrayNode array) {
      for (JsonNode item : array) {
        changes += mutated(schema, document, of.path("items"), item, path + "[]", tried);
      }
    } else if (value instanceof ObjectNode object && of.has("properties")) {
      for (Map.Entry<String, JsonNode> member :
          Map.copyOf(
                  object.properties().stream()
                      .collect(
                          java.util.stream.Collectors.toMap(
                              Map.Entry::getKey, Map.Entry::getValue)))
              .entrySet()) {
        String name = path + "." + member.getKey();
        if (tried.putIfAbsent(name, true) == null) {
          object.set(member.getKey(), IntNode.valueOf(-1));
          if (!schema
              .resolved(of.path("properties").path(member.getKey()))
              .path("type")
              .asText()
              .equals("integer")) {
            assertThat(schema.errors(document)).as(name + " of another type").isNotEmpty();
            changes++;
          }
          object.remove(member.getKey());
          boolean required = false;
          for (JsonNode each : of.path("required")) {
            required |= each.asText().equals(member.getKey());
          }
          assertThat(schema.errors(document).isEmpty()).as("without " + name).isEqualTo(!required);
          changes++;
          object.set("strange-" + member.getKey(), member.getValue());
          assertThat(schema.errors(document)).as(name + " by another name").isNotEmpty();
          changes++;
          object.remove("strange-" + member.getKey());
          object.set(member.getKey(), member.getValue());
        }
        changes +=
            mutated(
                schema,
                document,
                of.path("properties").path(member.getKey()),
                member.getValue(),
                name,
                tried);
      }
    }
    return changes;
  }

  @Test
  void everySchemaIsPrintedAndThereIsNoOther() throws IOException {
    List<String> files;
    try (Stream<Path> list = Files.list(Path.of("src/main/resources/io/portmapctl/view/schema"))) {
      files = list.map(f -> f.getFileName().toString()).toList();
    }
    assertThat(files)
        .containsExactlyInAnyOrderElementsOf(
            Schemas.KINDS.stream().map(k -> k + ".schema.json").toList());
    for (String kind : Schemas.KINDS) {
      assertThat(Run.of("help", "--schema", kind)).isEqualTo(new Run(0, Schemas.text(kind), ""));
      assertThat(SCHEMAS.get(kind).root().at("/properties/kind/const").asText()).isEqualTo(kind);
      assertThat(SCHEMAS.get(kind).fields().values())
          .allSatisfy(f -> assertThat(f.path("description").asText()).isNotBlank());
    }
    Run unknown = Run.of("help", "--schema", "lst");
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err()).contains("expected one of plan, saved-plan, check, list, ");
  }
}
