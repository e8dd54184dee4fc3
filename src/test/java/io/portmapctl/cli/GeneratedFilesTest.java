package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cli.completion.Shell;
import io.portmapctl.testing.ManPages;
import io.portmapctl.testing.Roff;
import io.portmapctl.testing.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The completions, the manual and the help are what the command line's model gives today. {@code
 * -Dportmapctl.update=true} writes them anew.
 */
@Tag("fast")
class GeneratedFilesTest {

  @Test
  void completions() throws IOException {
    Map<String, String> files = new TreeMap<>();
    for (Shell shell : Shell.values()) {
      files.put(shell.fileName(), shell.script(Portmapctl.root()));
    }
    holds(Path.of("completions"), files);
    for (Shell shell : Shell.values()) {
      assertThat(Run.of("generate-completion", shell.name()).out())
          .isEqualTo(files.get(shell.fileName()));
    }
    assertThat(Run.of("generate-completion").out()).isEqualTo(files.get(Shell.BASH.fileName()));
  }

  @Test
  void manual() throws IOException {
    ManPages manual = new ManPages(Portmapctl.root());
    holds(Path.of("man"), manual.pages());
    try (Stream<Path> templates = Files.list(ManPages.TEMPLATES)) {
      assertThat(templates.map(t -> t.getFileName().toString().replaceFirst("\\.in$", "")))
          .as("templates without a page, and pages without a template")
          .containsExactlyInAnyOrderElementsOf(manual.pages().keySet());
    }
  }

  /** What help prints without picocli: after an update it is what the next build has. */
  @Test
  void help() throws IOException {
    holds(Path.of("src/main/resources/io/portmapctl/cli/help"), styledHelp());
  }

  private static Map<String, String> styledHelp() {
    Map<String, String> styled = new TreeMap<>();
    styled.put(BuiltHelp.fileName(""), new CommandLine(Portmapctl.root()).getUsageMessage(Ansi.ON));
    Portmapctl.commands()
        .forEach(
            (name, spec) ->
                styled.put(
                    BuiltHelp.fileName(name),
                    new CommandLine(spec.name("portmapctl " + name)).getUsageMessage(Ansi.ON)));
    return styled;
  }

  /** With one word more it is picocli who answers. */
  @Test
  void helpIsPrintedAsPicocliWould() {
    Map<String, String> styled = styledHelp();
    assertThat(styled).hasSize(Portmapctl.names().size() + 1);
    assertThat(octets(BuiltHelp.text("", true))).isEqualTo(styled.get(BuiltHelp.fileName("")));
    Run whole = Run.of("--help", "--");
    assertThat(whole.exit()).isZero();
    assertThat(whole.out()).startsWith("Usage: portmapctl [").doesNotContain("\u001b");
    for (String[] words : new String[][] {{"--help"}, {"-h"}, {"help"}}) {
      assertThat(Run.of(words)).isEqualTo(whole);
    }
    assertThat(Run.of(true, Map.of(), "", List.of())).isEqualTo(whole);
    for (String name : Portmapctl.names()) {
      Run run = Run.of(name, "--help", "--");
      assertThat(run.exit()).isZero();
      assertThat(run.out()).startsWith("Usage: portmapctl " + name + " ");
      for (String[] words : new String[][] {{name, "--help"}, {name, "-h"}, {"help", name}}) {
        assertThat(Run.of(words)).as(name).isEqualTo(run);
      }
      assertThat(octets(BuiltHelp.text(name, true)))
          .as(name)
          .isEqualTo(styled.get(BuiltHelp.fileName(name)));
    }
  }

  private static String octets(String octets) {
    return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  @Test
  void everyOptionIsInItsPage() {
    ManPages manual = new ManPages(Portmapctl.root());
    Map<String, String> pages = manual.pages();
    int options = 0;
    for (Map.Entry<String, CommandSpec> command : manual.commands().entrySet()) {
      String page = pages.get("portmapctl-" + command.getKey() + ".1");
      for (OptionSpec option : command.getValue().options()) {
        for (String name : option.names()) {
          assertThat(page).as(command.getKey()).contains(Roff.bold(name));
          options++;
        }
      }
      assertThat(pages.get("portmapctl.1")).contains(Roff.text("portmapctl-" + command.getKey()));
    }
    assertThat(options).isGreaterThan(100);
  }

  /** What the manual refers to is there: pages of ours, and nothing left of a template. */
  @Test
  void everyReferenceLeadsSomewhere() {
    Map<String, String> pages = new ManPages(Portmapctl.root()).pages();
    pages.forEach(
        (name, page) -> {
          assertThat(page).as(name).doesNotContainPattern("(?m)^@");
          Matcher references =
              Pattern.compile("(?m)^\\.BR (portmapctl\\S*) \\(([0-9])\\)")
                  .matcher(page.replace("\\-", "-"));
          while (references.find()) {
            assertThat(pages).as(name).containsKey(references.group(1) + "." + references.group(2));
          }
        });
  }

  /** The commands in the manual's examples can be given so. */
  @Test
  void everyExampleIsACommand() throws IOException {
    int examples = 0;
    for (String name : new ManPages(Portmapctl.root()).pages().keySet()) {
      for (String line : Files.readAllLines(ManPages.TEMPLATES.resolve(name + ".in"))) {
        Matcher command =
            Pattern.compile("^(?:\\. <\\()?(?:sudo )?portmapctl ([^<>|&;)\\\\]*).*").matcher(line);
        if (command.matches() && !line.contains(" \\- ")) {
          List<String> words = new ArrayList<>();
          Matcher word = Pattern.compile("'([^']*)'|(\\S+)").matcher(command.group(1));
          while (word.find()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
          }
          new CommandLine(Portmapctl.root()).parseArgs(words.toArray(new String[0]));
          examples++;
        }
      }
    }
    assertThat(examples).isGreaterThan(15);
  }

  /** The chains that are drawn are those that are made. */
  @Test
  void theDrawnChainsAreMade() {
    String page = ManPages.read(ManPages.TEMPLATES.resolve("portmapctl-chains.7.in"));
    for (String layout : List.of("snat", "mark")) {
      String drawing = page.split(".SH LAYOUT " + layout.toUpperCase(Locale.ROOT))[1];
      String[] words = drawing.split("\n\\.EE")[0].split("[^A-Za-z0-9-]+");
      String saved =
          Run.of(
                  "add",
                  "testdata/quickstart.json",
                  "--ruleset",
                  "empty",
                  "--layout",
                  layout,
                  "-o",
                  "save")
              .out();
      assertThat(Stream.of(words).filter(w -> w.startsWith("CNI-")).distinct())
          .as(layout)
          .containsExactlyInAnyOrderElementsOf(
              saved
                  .lines()
                  .filter(l -> l.startsWith(":CNI-"))
                  .map(l -> l.substring(1).split(" ")[0])
                  .toList());
    }
  }

  /** A folder holds these files and no others. */
  private static void holds(Path folder, Map<String, String> files) throws IOException {
    if (Boolean.getBoolean("portmapctl.update")) {
      Files.createDirectories(folder);
      for (Map.Entry<String, String> file : files.entrySet()) {
        Files.writeString(folder.resolve(file.getKey()), file.getValue());
      }
    }
    try (Stream<Path> list = Files.list(folder)) {
      assertThat(list.map(f -> f.getFileName().toString()))
          .as("files in %s", folder)
          .containsExactlyInAnyOrderElementsOf(files.keySet());
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      assertThat(file.getValue())
          .as("%s; -Dportmapctl.update=true writes it anew", folder.resolve(file.getKey()))
          .isEqualTo(Files.readString(folder.resolve(file.getKey())));
    }
  }
}
