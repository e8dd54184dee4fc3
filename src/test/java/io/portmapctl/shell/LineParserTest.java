package io.portmapctl.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.jline.reader.CompletingParsedLine;
import org.jline.reader.Parser.ParseContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which word is typed, and how a completed one is written. */
@Tag("fast")
class LineParserTest {

  /** The bar is the cursor. */
  private static CompletingParsedLine at(String line) {
    int cursor = line.indexOf('|');
    return (CompletingParsedLine)
        new LineParser().parse(line.replace("|", ""), cursor, ParseContext.COMPLETE);
  }

  @Test
  void theWordAtTheCursor() {
    assertThat(at("list --po|").words()).containsExactly("list", "--po");
    assertThat(at("list --po|").wordIndex()).isEqualTo(1);
    assertThat(at("list |").wordIndex()).isEqualTo(1);
    assertThat(at("list |").word()).isEmpty();
    assertThat(at("li|st --port").wordCursor()).isEqualTo(2);
    assertThat(at("list  |  --port 1").wordIndex()).isEqualTo(1);
    assertThat(at("sudo portmapctl li|").wordIndex()).isZero();
    assertThat(at("|").wordIndex()).isZero();
  }

  @Test
  void quotedWords() {
    CompletingParsedLine line = at("use 'my fi|");
    assertThat(line.word()).isEqualTo("my fi");
    assertThat(line.wordCursor()).isEqualTo(5);
    assertThat(line.rawWordCursor()).isEqualTo(6);
    assertThat(line.rawWordLength()).isEqualTo(6);
    assertThat(line.escape("my file's", true)).hasToString("my\\ file\\'s");
  }
}
