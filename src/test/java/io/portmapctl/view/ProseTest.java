package io.portmapctl.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is told at length fits a terminal, and what may be copied stays whole. */
@Tag("fast")
class ProseTest {
  private static final List<String> EXPLAIN =
      List.of("explain", "testdata/quickstart.json", "--ruleset", "empty");

  @Test
  void breaksBetweenWordsAndKeepsTheIndent() {
    assertThat(Prose.line("  - one two three four", 14)).isEqualTo("  - one two\n    three four");
    assertThat(Prose.line("one two", 7)).isEqualTo("one two");
    assertThat(Prose.line("a-word-that-is-too-long b", 10))
        .isEqualTo("a-word-that-is-too-long\n  b");
  }

  /** Colours take no room. */
  @Test
  void coloursAreNotCounted() {
    String colored = new Theme(true).warning("warning: ") + "one two";
    assertThat(Prose.line(colored, 16)).isEqualTo(colored);
    assertThat(Prose.line(colored, 15)).contains("\n");
  }

  @Test
  void rulesAndCommandsStayWhole() {
    String text = "+   -A CHAIN -p tcp -j X\nportmapctl add a b c d\nwords to be parted\n";
    assertThat(Prose.wrapped(text, 10))
        .isEqualTo("+   -A CHAIN -p tcp -j X\nportmapctl add a b c d\nwords to\n  be\n  parted\n");
  }

  @Test
  void ofAPlanOnlyTheNotesAreParted() {
    String text = " -A CHAIN of context\nwarning: a b c\n";
    assertThat(Prose.notesWrapped(text, 10)).isEqualTo(" -A CHAIN of context\nwarning: a\n  b c\n");
  }

  /** Where it is a terminal, and only there. */
  @Test
  void explainFitsTheTerminal() throws Exception {
    for (int width : List.of(50, 80, 132)) {
      Run run = Run.of(true, Map.of("COLUMNS", width + "", "NO_COLOR", "1"), "", EXPLAIN);
      assertThat(run.out().lines().filter(l -> l.length() > width))
          .allMatch(l -> l.strip().replaceFirst("^[+-] +", "").startsWith("-A "));
      assertThat(words(run.out())).isEqualTo(words(Run.with(Map.of(), "", EXPLAIN).out()));
    }
    assertThat(Run.with(Map.of("COLUMNS", "50"), "", EXPLAIN).out().lines())
        .anyMatch(l -> l.length() > 50 && !l.contains("-A "));
    assertThat(Files.readString(Path.of("testdata/golden/explain-quickstart/stdout")).lines())
        .anyMatch(l -> l.length() > 80 && !l.contains("-A "));
  }

  private static String words(String text) {
    return text.replaceAll("\\s+", " ");
  }
}
