package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The table of bad inputs, a case a line in {@code testdata/bad/cases.ndjson}: arguments, standard
 * input, and the exact exit code and message. {@code -Dportmapctl.update=true} rewrites the last
 * two.
 */
@Tag("fast")
class BadInputTest {
  private static final Path CASES = Path.of("testdata/bad/cases.ndjson");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void everyCaseHasItsMessageAndExitCode() throws Exception {
    List<String> updated = new ArrayList<>();
    SoftAssertions all = new SoftAssertions();
    for (String line : Files.readAllLines(CASES)) {
      ObjectNode given = (ObjectNode) JSON.readTree(line);
      String name = given.get("case").asText();
      List<String> args = new ArrayList<>();
      given.get("args").forEach(a -> args.add(a.asText()));
      Run run = Run.with(Map.of(), given.get("stdin").asText(), args);
      all.assertThat(run.out()).as(name).isEmpty();
      all.assertThat(run.exit()).as(name).isIn(2, 3);
      all.assertThat(run.err()).as(name).doesNotContain("Exception").doesNotContain("\tat ");
      all.assertThat(run.err().replace("\n", "")).as(name).doesNotContainPattern("\\p{Cntrl}");
      if (Boolean.getBoolean("portmapctl.update")) {
        given.put("exit", run.exit());
        ArrayNode lines = given.putArray("stderr");
        run.err().lines().forEach(lines::add);
        updated.add(JSON.writeValueAsString(given));
        continue;
      }
      List<String> expected = new ArrayList<>();
      given.get("stderr").forEach(l -> expected.add(l.asText()));
      all.assertThat(run.err().lines().toList()).as(name).isEqualTo(expected);
      all.assertThat(run.exit()).as(name).isEqualTo(given.get("exit").asInt());
      asJson(all, name, args, given, run);
    }
    if (Boolean.getBoolean("portmapctl.update")) {
      Files.write(CASES, updated);
    }
    all.assertAll();
    assertThat(Files.readAllLines(CASES)).hasSizeGreaterThan(80);
  }

  /** With {@code -o json} the same errors are a document on standard output. */
  private static void asJson(
      SoftAssertions all, String name, List<String> args, ObjectNode given, Run plain)
      throws Exception {
    boolean parsed = plain.err().startsWith("portmapctl: ");
    if (args.isEmpty() || !parsed || args.contains("-o")) {
      return;
    }
    List<String> json = new ArrayList<>(args);
    json.addAll(List.of("-o", "json"));
    Run run = Run.with(Map.of(), given.get("stdin").asText(), json);
    if (run.err().contains("Try '")) {
      return;
    }
    JsonNode error = JSON.readTree(run.out());
    all.assertThat(error.get("kind").asText()).as(name).isEqualTo("error");
    all.assertThat(error.get("exitCode").asInt()).as(name).isEqualTo(plain.exit());
    long said =
        plain
            .err()
            .lines()
            .filter(l -> l.startsWith("portmapctl") && !l.contains("passed over"))
            .count();
    all.assertThat(error.get("errors").size()).as(name).isEqualTo((int) said);
  }
}
