package io.portmapctl.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The manual as the programs read it that show it. */
@Tag("live")
class ManualIT {

  private static List<Path> pages() throws Exception {
    try (Stream<Path> pages = Files.list(Path.of("man"))) {
      return pages.sorted().toList();
    }
  }

  @Test
  void manShowsEveryPageWithoutAWarning() throws Exception {
    Needs.program("man");
    for (Path page : pages()) {
      Run run =
          Namespace.process(
              "",
              List.of("env", "MANWIDTH=80", "man", "--warnings", "-E", "UTF-8", "-l", page + ""));
      assertThat(run.err()).as(page.toString()).isEmpty();
      assertThat(run.exit()).as(page.toString()).isZero();
      assertThat(run.out()).contains("NAME").contains("SEE ALSO");
      assertThat(
              run.out()
                  .lines()
                  .filter(l -> l.replaceAll("\\e\\[[0-9;]*m|.\\x08", "").length() > 80))
          .as("lines of %s that a terminal of 80 columns breaks", page)
          .isEmpty();
    }
  }

  @Test
  void mandocFindsNothingWrong() throws Exception {
    Needs.program("mandoc");
    for (Path page : pages()) {
      Run run = Namespace.process("", List.of("mandoc", "-Tlint", page.toString()));
      assertThat(run.out() + run.err()).as(page.toString()).isEmpty();
      assertThat(run.exit()).as(page.toString()).isZero();
    }
  }
}
