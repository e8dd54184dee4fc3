package io.portmapctl.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.model.Family;
import io.portmapctl.model.Rule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * However a match is written, it is the rule that the kernel prints; LiveIT asks the kernel the
 * same.
 */
class SpellingTest {

  @Test
  void everySpellingIsTheKernels() throws Exception {
    SoftAssertions all = new SoftAssertions();
    for (String line : Files.readAllLines(Path.of("testdata/spellings.tsv"))) {
      if (line.startsWith("#")) {
        continue;
      }
      String[] columns = line.split("\t", -1);
      Rule written = rule(columns[0]);
      all.assertThat(written.text().latin1()).isEqualTo((columns[1] + " -j RETURN").strip());
      all.assertThat(written).as(line).isEqualTo(rule(columns[1]));
      all.assertThat(written.hasUnmodelledMatch()).as(line).isFalse();
    }
    all.assertAll();
  }

  private static Rule rule(String matches) throws SaveFormat.FormatException {
    List<String> words = new ArrayList<>(SaveFormat.split(1, matches));
    words.addAll(List.of("-j", "RETURN"));
    return RuleSyntax.parse(Family.IPV4, words);
  }

  @Test
  void aMatchOfAnUnknownModuleIsKeptToTheLetter() throws Exception {
    String text = "-p tcp -m tcp --tcp-option 5 -m foo ! --bar \"a b\" --baz";
    assertThat(rule(text).text().latin1()).isEqualTo(text + " -j RETURN");
    assertThat(rule(text).hasUnmodelledMatch()).isTrue();
  }
}
