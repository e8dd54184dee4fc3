package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Lines as a POSIX shell splits them; each expectation was tried in one. */
@Tag("fast")
class ShellWordsTest {

  private static List<String> words(String line) {
    return ShellWords.ofCommandLine(line).texts();
  }

  @Test
  void quotesAndBackslashesMakeWords() {
    assertThat(words("  a  b\tc ")).containsExactly("a", "b", "c");
    assertThat(words("'a b' \"c d\" e\\ f")).containsExactly("a b", "c d", "e f");
    assertThat(words("x'y z'\"w\"")).containsExactly("xy zw");
    assertThat(words("'' \"\"")).containsExactly("", "");
    assertThat(words("'\\a' \"\\a\" \\a \"\\\"\" \"\\\\\""))
        .containsExactly("\\a", "\\a", "a", "\"", "\\");
    assertThat(words("$HOME * ~")).containsExactly("$HOME", "*", "~");
  }

  @Test
  void aHashHidesTheRestWhereAWordBegins() {
    assertThat(words("# all")).isEmpty();
    assertThat(words("list # x")).containsExactly("list");
    assertThat(words("a#b '#' \\#")).containsExactly("a#b", "#", "#");
    assertThat(ShellWords.of("list # x").texts()).containsExactly("list", "#", "x");
  }

  @Test
  void anOpenQuoteIsKnown() {
    assertThat(ShellWords.of("a 'b").open()).isTrue();
    assertThat(ShellWords.of("a \"b'").open()).isTrue();
    assertThat(ShellWords.of("a 'b'").open()).isFalse();
  }

  @Test
  void wordsKnowWhereTheyStand() {
    ShellWords.Word word = ShellWords.of(" ab 'c d' e").words().get(1);
    assertThat(word).isEqualTo(new ShellWords.Word("c d", 4, 9));
  }
}
