package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Family;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.ruleset.iptables.SaveFormat;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.view.DocumentView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What people read. A folder a case: {@code command} holds a word a line, {@code #terminal} before
 * them where the output is one; {@code stdin}, where there is one, is its input; {@code exit},
 * {@code stdout} and {@code stderr} are what it must give. {@code -Dportmapctl.update=true}
 * rewrites those three, for a person to read.
 */
@Tag("fast")
class GoldenTest {
  private static final int DIFFS = Rounds.of("diffs", 50, 200);
  private static final Path CASES = Path.of("testdata/golden");

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> everyCase() throws IOException {
    List<Path> cases;
    try (Stream<Path> list = Files.list(CASES)) {
      cases = list.filter(Files::isDirectory).sorted().toList();
    }
    assertThat(cases).hasSizeGreaterThan(20);
    return cases.stream().map(c -> DynamicTest.dynamicTest(name(c), () -> check(c)));
  }

  private static void check(Path folder) throws IOException {
    Run run = run(folder);
    Map<String, String> got =
        Map.of("exit", run.exit() + "\n", "stdout", run.out(), "stderr", octets(run.err()));
    for (Map.Entry<String, String> entry : got.entrySet()) {
      Path file = folder.resolve(entry.getKey());
      if (Boolean.getBoolean("portmapctl.update")) {
        Files.writeString(file, entry.getValue(), StandardCharsets.ISO_8859_1);
      }
      assertThat(entry.getValue())
          .as("%s", file)
          .isEqualTo(Files.readString(file, StandardCharsets.ISO_8859_1));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(GoldenTest::name).filter(name -> !name.equals("stdin")))
          .as("%s: files that no case uses", folder)
          .containsExactlyInAnyOrder("command", "exit", "stdout", "stderr");
    }
  }

  private static Run run(Path folder, String... more) throws IOException {
    List<String> words = new ArrayList<>(Files.readAllLines(folder.resolve("command")));
    boolean terminal = words.remove("#terminal");
    words.addAll(List.of(more));
    Path input = folder.resolve("stdin");
    String stdin = Files.exists(input) ? Files.readString(input) : "";
    return Run.of(terminal, Map.of("TERM", "xterm", "CNI_IFNAME", ""), stdin, words);
  }

  /** Each family's diff, given to patch with the text before, gives the text after. */
  @Test
  void patchAppliesTheDiffs() throws Exception {
    Needs.program("patch");
    int applied = 0;
    for (String name : List.of("fresh-host", "changed-port", "removed-container", "conflict")) {
      Path folder = CASES.resolve(name);
      List<String> words = Files.readAllLines(folder.resolve("command"));
      for (Family family : Family.values()) {
        String option = family == Family.IPV4 ? "--ruleset" : "--ruleset6";
        int at = words.indexOf(option);
        Table before =
            at < 0 ? Table.empty(TableName.NAT, family) : table(family, words.get(at + 1));
        Run save = run(folder, "--force", "--family", family.id(), "-o", "save");
        Run diff = run(folder, "--force", "--family", family.id());
        applied += patch(before, diff.out(), save.out(), name);
      }
    }
    for (int seed = 0; seed < DIFFS; seed++) {
      Generator make = new Generator(seed);
      Family family = make.pick(Family.values());
      Table before = make.tableWithContainers(family);
      Path file = folder.resolve("before");
      Files.writeString(file, SaveFormat.print(before, true), StandardCharsets.ISO_8859_1);
      String document = DocumentView.render(make.attachment(make.identity()), Optional.empty());
      List<String> words = new ArrayList<>();
      words.addAll(
          List.of(make.pick("add", "add", "add", "del"), "-", "--force", "--family", family.id()));
      words.addAll(List.of(family == Family.IPV4 ? "--ruleset" : "--ruleset6", file.toString()));
      Run diff = Run.with(Map.of(), document, words);
      words.addAll(List.of("-q", "-o", "save"));
      Run save = Run.with(Map.of(), document, words);
      if (save.exit() != ExitCode.INPUT.number()) { // a rule of others fits into no line of it
        applied += patch(before, diff.out(), save.out(), "seed " + seed);
      }
    }
    applied += manyChains();
    System.out.printf("patch applied %d diffs%n", applied);
    assertThat(applied).isGreaterThan(DIFFS / 2);
  }

  /** Hundreds of new chains around hundreds that stay. */
  private int manyChains() throws Exception {
    String some = documents(0, 300, 1) + "\n";
    Run first = Run.with(Map.of(), some, List.of("add", "-", "--ruleset", "empty", "-o", "save"));
    Path file = folder.resolve("many");
    Files.writeString(file, first.out(), StandardCharsets.ISO_8859_1);
    List<String> words = List.of("add", "-", "--force", "--ruleset", file.toString());
    String all = documents(0, 1000, 1);
    Run diff = Run.with(Map.of(), all, words);
    List<String> save = new ArrayList<>(words);
    save.addAll(List.of("-q", "-o", "save"));
    Run saved = Run.with(Map.of(), all, save);
    return patch(table(Family.IPV4, file.toString()), diff.out(), saved.out(), "many chains");
  }

  private static String documents(int from, int to, int port) {
    StringBuilder out = new StringBuilder();
    for (int i = from; i < to; i++) {
      out.append(
          String.format(
              "{\"containerID\":\"c%d\",\"config\":{\"cniVersion\":\"1.0.0\",\"type\":\"portmap\","
                  + "\"name\":\"n\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":%d,"
                  + "\"containerPort\":80}]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":"
                  + "[{\"address\":\"10.1.2.3/24\"}]}}}%n",
              i, port + i));
    }
    return out.toString();
  }

  private static Table table(Family family, String ruleset) throws Exception {
    return ruleset.equals("empty")
        ? Table.empty(TableName.NAT, family)
        : SaveFormat.table(
                family,
                TableName.NAT,
                Files.readString(Path.of(ruleset), StandardCharsets.ISO_8859_1))
            .orElseThrow();
  }

  private int patch(Table before, String diff, String after, String what) throws Exception {
    if (!diff.contains("\n--- ")) {
      assertThat(SaveFormat.print(before, false)).as(what).isEqualTo(after);
      return 0;
    }
    Path file = folder.resolve("patched");
    Files.writeString(file, SaveFormat.print(before, false), StandardCharsets.ISO_8859_1);
    Path input = folder.resolve("diff");
    Files.writeString(input, diff, StandardCharsets.ISO_8859_1);
    Process process =
        new ProcessBuilder("patch", "--fuzz=0", "--batch", file.toString())
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", what, said).isZero();
    assertThat(said).as(what).doesNotContain("offset").doesNotContain("fuzz");
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).as(what).isEqualTo(after);
    return 1;
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static String octets(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
