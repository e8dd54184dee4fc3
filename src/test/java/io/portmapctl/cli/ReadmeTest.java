package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows is what it prints. */
class ReadmeTest {

  @Test
  void theCommandPrintsThePicture() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    String build = "mvn -q -DskipTests package && target/portmapctl ";
    Run run = Run.of(find("```sh\n" + build + "(.*)\n```", readme).split(" "));
    assertThat(run.exit()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(find("```diff\n(?s)(.*?)```", readme)).isEqualTo(run.out());
  }

  /** The other examples are live; that their options are ours is seen on an empty table. */
  @Test
  void theExamplesAreCommands() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    Matcher examples =
        Pattern.compile("`(?:sudo )?portmapctl ((?:add|del) --net[^`]*)`").matcher(readme);
    int count = 0;
    while (examples.find()) {
      String command = examples.group(1) + " --ruleset empty";
      assertThat(Run.of(command.split(" ")).exit()).as(command).isZero();
      count++;
    }
    assertThat(count).isEqualTo(2);
  }

  private static String find(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }
}
