package io.portmapctl.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the README shows is what it prints. */
@Tag("fast")
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

  private static String find(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }
}
