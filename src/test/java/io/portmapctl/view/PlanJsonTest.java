package io.portmapctl.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.cni.Attachment;
import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The changes of {@code -o json}, carried out one after another by an interpreter that knows
 * nothing of the planner, give the table of {@code -o save}.
 */
@Tag("long")
class PlanJsonTest {
  private static final int ROUNDS = Rounds.of("rounds", 250, 1500);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void changesCarriedOutGiveTheSavedTable() throws Exception {
    int changes = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Family family = make.pick(Family.values());
      Table current = make.tableWithContainers(family);
      Attachment attachment = make.attachment(make.identity());
      Path file = folder.resolve("current");
      Files.writeString(file, SaveFormat.print(current, true), StandardCharsets.ISO_8859_1);
      List<String> args = new ArrayList<>();
      args.add(make.chance(3) ? "del" : "add");
      args.addAll(List.of("-", "--force", "-q", "--family", family.id()));
      args.addAll(List.of(family == Family.IPV4 ? "--ruleset" : "--ruleset6", file.toString()));
      if (args.get(0).equals("del") && make.chance(2)) {
        args.add("--prune");
      }
      String document =
          new String(
              DocumentView.render(attachment, Optional.empty())
                  .getBytes(StandardCharsets.ISO_8859_1),
              StandardCharsets.UTF_8);
      Run json = run(document, args, "json");
      Run save = run(document, args, "save");
      if (save.exit() == 3) {
        assertThat(save.err()).contains("fits into no line");
        continue; // a rule of others has a line break in its comment
      }
      JsonNode plan = JSON.readTree(json.out().getBytes(StandardCharsets.ISO_8859_1));
      Map<String, List<String>> table = chains(SaveFormat.print(current, false));
      for (JsonNode change : plan.get("changes")) {
        assertThat(change.get("family").asText()).isEqualTo(family.id());
        assertThat(change.get("table").asText()).isEqualTo("nat");
        carryOut(table, change, seed);
        changes++;
      }
      assertThat(table).as("seed %d", seed).isEqualTo(chains(save.out()));
    }
    System.out.printf("plan as JSON: %d plans, %d changes carried out%n", ROUNDS, changes);
    assertThat(changes).isGreaterThan(ROUNDS);
  }

  private static Run run(String document, List<String> args, String format) {
    List<String> all = new ArrayList<>(args);
    all.addAll(List.of("-o", format));
    Run run = Run.with(Map.of(), document, all);
    assertThat(run.exit()).as(run.err()).isIn(0, format.equals("save") ? 3 : 0);
    return run;
  }

  private static void carryOut(Map<String, List<String>> table, JsonNode change, int seed) {
    String chain = change.get("chain").asText();
    int position = change.path("position").asInt();
    String rule = change.path("rule").asText();
    String what = "seed " + seed + ": " + change;
    switch (change.get("op").asText()) {
      case "create-chain" -> assertThat(table.put(chain, new ArrayList<>())).as(what).isNull();
      case "delete-chain" -> {
        assertThat(table.remove(chain)).as(what).isEmpty();
        assertThat(table.values())
            .as(what)
            .allMatch(
                rules ->
                    rules.stream()
                        .noneMatch(r -> r.endsWith("-j " + chain) || r.endsWith("-g " + chain)));
      }
      case "insert-rule" -> {
        assertThat(position).as(what).isBetween(1, table.get(chain).size());
        table.get(chain).add(position - 1, octets(rule));
      }
      case "append-rule" -> {
        assertThat(position).as(what).isEqualTo(table.get(chain).size() + 1);
        table.get(chain).add(octets(rule));
      }
      case "delete-rule" ->
          assertThat(decoded(table.get(chain).remove(position - 1))).as(what).isEqualTo(rule);
      default -> throw new AssertionError(what);
    }
  }

  /** Rules by chain, without {@code -A CHAIN}; a rule may go on over the next line. */
  private static Map<String, List<String>> chains(String save) {
    Map<String, List<String>> chains = new LinkedHashMap<>();
    List<String> last = new ArrayList<>();
    for (String line : save.split("\n", -1)) {
      if (line.startsWith(":")) {
        chains.put(line.substring(1).split(" ")[0], new ArrayList<>());
      } else if (line.startsWith("-A ")) {
        String[] parts = line.split(" ", 3);
        last = chains.get(parts[1]);
        last.add(parts.length < 3 ? "" : parts[2]);
      } else if (!line.equals("*nat") && !line.equals("COMMIT") && !line.isEmpty()) {
        last.set(last.size() - 1, last.get(last.size() - 1) + "\n" + line);
      }
    }
    return chains;
  }

  private static String octets(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String decoded(String octets) {
    return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
