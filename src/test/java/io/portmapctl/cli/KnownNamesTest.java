package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The names in rulesets that completions offer. */
@Tag("fast")
class KnownNamesTest {

  private static KnownNames read(Path save, boolean ports) {
    PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
    Session session =
        new Session(
            new ByteArrayInputStream(new byte[0]), nowhere, nowhere, Map.of(), false, false);
    KnownNames.Reading reading =
        KnownNames.read(session, new ChosenRuleset(save.toString(), Optional.empty()), ports);
    assertThat(reading.problems()).as("%s", save).isEmpty();
    return reading.names();
  }

  /** Who wants no ports reads less, and is told the same of all else. */
  @Test
  void withoutPortsTheOtherNamesAreTheSame() throws Exception {
    int containers = 0;
    List<Path> saves;
    try (Stream<Path> cases = Files.walk(Path.of("testdata/inputs"))) {
      saves = cases.filter(p -> p.toString().endsWith("node.save")).toList();
    }
    for (Path save : saves) {
      KnownNames all = read(save, true);
      KnownNames less = read(save, false);
      assertThat(less.networks()).isEqualTo(all.networks());
      assertThat(less.containers()).isEqualTo(all.containers());
      assertThat(less.chains()).isEqualTo(all.chains());
      assertThat(less.ports()).isEmpty();
      containers += less.containers().size();
    }
    assertThat(containers).isGreaterThan(10);
  }
}
