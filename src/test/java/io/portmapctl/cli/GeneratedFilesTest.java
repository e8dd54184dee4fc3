package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cli.completion.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The completions and the manual are what the command line's model gives today. {@code
 * -Dportmapctl.update=true} writes them anew.
 */
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
