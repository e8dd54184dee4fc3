package io.portmapctl.saved;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Plans that somebody wrote who knows their form: digests do not tell, but planning anew does. */
@Tag("fast")
class SavedPlanTest {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static ObjectNode plan() throws Exception {
    return (ObjectNode) MAPPER.readTree(Path.of("testdata/golden/saved-plan/stdout").toFile());
  }

  /** The document with the digests of what it says. */
  private static String forged(ObjectNode plan) throws Exception {
    ObjectNode digests = (ObjectNode) plan.get("digests");
    for (String part : List.copyOf(names(digests))) {
      byte[] text = MAPPER.writeValueAsString(plan.get(part)).getBytes(StandardCharsets.US_ASCII);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
      digests.put(part, "sha256:" + HexFormat.of().formatHex(digest));
    }
    return MAPPER.writeValueAsString(plan);
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Run apply(String plan, String... more) {
    List<String> words = new ArrayList<>(List.of("apply", "-"));
    words.addAll(List.of(more));
    return Run.with(Map.of(), plan, words);
  }

  /** The form is not what matters: what somebody has printed anew is the same plan. */
  @Test
  void itMayBePrintedAnew() throws Exception {
    String original = Files.readString(Path.of("testdata/golden/saved-plan-show/stdout"));
    assertThat(apply(MAPPER.writeValueAsString(plan()), "--show").out()).isEqualTo(original);
    assertThat(apply(forged(plan()), "--show").out()).isEqualTo(original);
  }

  /** Each part, whatever is changed in it. */
  @Test
  void everyPartThatWasChangedIsNamed() throws Exception {
    List<String> parts = names(plan().get("digests"));
    assertThat(parts).hasSize(9);
    for (String part : parts) {
      ObjectNode plan = plan();
      if (plan.get(part) instanceof ArrayNode array) {
        array.add(1);
      } else {
        ((ObjectNode) plan.get(part)).put("more", 1);
      }
      for (Run run :
          List.of(apply(plan.toString()), apply(plan.toString(), "--show", "-o", "restore"))) {
        assertThat(run.exit()).as(part).isEqualTo(3);
        assertThat(run.err()).as(part).contains("/" + part + ": it was changed");
        assertThat(run.out()).as(part).isEmpty();
      }
    }
  }

  /** A request is asked, and does nothing else: no file is named in it that is written. */
  @Test
  void aRequestHasNoOtherOptions() throws Exception {
    for (List<String> words :
        List.of(
            List.of("--undo", "/nowhere/undo"),
            List.of("--apply"),
            List.of("--lock-file", "/nowhere/lock"),
            List.of("--host", "/nowhere/host"),
            List.of("--ruleset", "empty"),
            List.of("--help"),
            List.of("--output", "save"))) {
      ObjectNode plan = plan();
      ArrayNode arguments = (ArrayNode) plan.get("request").get("arguments");
      for (int i = 0; i < words.size(); i++) {
        arguments.insert(i, words.get(i));
      }
      for (Run run : List.of(apply(forged(plan)), apply(forged(plan), "--show"))) {
        assertThat(run.exit()).as("%s: %s", words, run.err()).isEqualTo(3);
        assertThat(run.err()).contains("/request/arguments").contains(words.get(0));
        assertThat(run.out()).isEmpty();
      }
    }
    ObjectNode plan = plan();
    ((ArrayNode) plan.get("request").get("arguments")).insert(0, "--no-such-option");
    assertThat(apply(forged(plan)).err()).contains("the words of the request are not understood");
  }

  /** Changes that do not come of the request are nobody's, and come nowhere. */
  @Test
  void whatPlanningDoesNotGiveIsRefused() throws Exception {
    for (String part : List.of("changes", "sysctls", "conntrack", "kept", "state")) {
      ObjectNode plan = plan();
      ArrayNode lines = (ArrayNode) plan.get(part);
      if (part.equals("changes")) {
        ((ObjectNode) lines.get(0)).put("chain", "X\nCOMMIT\n*filter\n-P INPUT DROP");
      } else {
        lines.addObject().put("family", "ipv4").put("rule", "X\nCOMMIT");
      }
      Run run = apply(forged(plan));
      assertThat(run.exit()).as(run.err()).isEqualTo(3);
      assertThat(run.err()).contains("/" + part + ": it is not what planning");
      Run shown = apply(forged(plan), "--show", "-o", "restore", "--quiet");
      assertThat(shown.out()).doesNotContain("filter", "X");
    }
  }

  @Test
  void aPlanOfAnotherHostIsRefused() throws Exception {
    ObjectNode plan = plan();
    ((ObjectNode) plan.get("host")).put("name", "another\nhost");
    Run run = apply(forged(plan));
    assertThat(run.exit()).isEqualTo(5);
    assertThat(run.err()).contains("it was made for another host: for \"another\\nhost\"");
    assertThat(run.out()).isEmpty();
    assertThat(apply(forged(plan), "--show").exit()).isZero();
  }
}
