package io.portmapctl.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.HostileWords;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Rounds;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What shells make of words that somebody else wrote. */
@Tag("fast")
class ShellWordTest {
  private static final int WORDS = Rounds.of("hostileWords", 10_000, 1_000_000);

  private static void comesBack(String program, String... arguments) throws Exception {
    Needs.program(program);
    Random random = new Random(17);
    List<String> words = new ArrayList<>();
    ByteArrayOutputStream script = new ByteArrayOutputStream();
    for (int i = 0; i < WORDS; i++) {
      String word = HostileWords.word(random);
      words.add(word);
      String line = "printf '%s\\000' " + ShellWord.quoted(word) + "\n";
      script.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
    }
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    Process shell = new ProcessBuilder(command).start();
    Thread writer =
        new Thread(
            () -> {
              try (var in = shell.getOutputStream()) {
                in.write(script.toByteArray());
              } catch (java.io.IOException e) {
                // the shell ended early; what it printed tells
              }
            });
    writer.start();
    String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    writer.join();
    assertThat(shell.waitFor()).isZero();
    List<String> back = List.of(printed.split("\0", -1));
    assertThat(back.subList(0, back.size() - 1)).isEqualTo(words);
  }

  @Test
  void wordsComeBackFromBash() throws Exception {
    comesBack("bash", "-s");
  }

  @Test
  void wordsComeBackFromDash() throws Exception {
    comesBack("dash", "-s");
  }

  @Test
  void wordsComeBackFromBusybox() throws Exception {
    comesBack("busybox", "sh", "-s");
  }

  /** A line that is pasted holds nothing that a terminal obeys, and no half of a character. */
  @Test
  void whatCannotBeSeenIsEscaped() {
    Random random = new Random(18);
    for (int i = 0; i < WORDS; i++) {
      String word = HostileWords.word(random);
      String quoted = new Octets(ShellWord.quoted(word)).decoded();
      if (!word.endsWith("\n")) {
        assertThat(Printable.escaped(quoted)).isEqualTo(quoted);
        assertThat(Octets.utf8(quoted)).isEqualTo(new Octets(ShellWord.quoted(word)));
      }
    }
    assertThat(ShellWord.quotedText("B\u00fcro")).isEqualTo("'B\u00fcro'");
    assertThat(ShellWord.quoted("B\u00fcro")).isEqualTo("\"$(printf 'B\\374ro')\"");
    assertThat(ShellWord.quotedText("a\u202eb")).isEqualTo("\"$(printf 'a\\342\\200\\256b')\"");
  }

  @Test
  void whatNeedsNoQuotesHasNone() {
    assertThat(ShellWord.quoted("net/ipv4/conf/cni0/route_localnet=1"))
        .isEqualTo("net/ipv4/conf/cni0/route_localnet=1");
    assertThat(ShellWord.quoted("")).isEqualTo("''");
    assertThat(ShellWord.quoted("it's")).isEqualTo("'it'\\''s'");
    assertThat(ShellWord.quoted("a\tb")).isEqualTo("\"$(printf 'a\\011b')\"");
    // in UTF-8: a letter; a soft hyphen and a right-to-left override, as a terminal takes them; an
    // octet of no character
    assertThat(ShellWord.quoted("\u00c3\u00bc")).isEqualTo("'\u00c3\u00bc'");
    assertThat(ShellWord.quoted("\u00c2\u00ad")).isEqualTo("\"$(printf '\\302\\255')\"");
    assertThat(ShellWord.quoted("\u00e2\u0080\u00aex"))
        .isEqualTo("\"$(printf '\\342\\200\\256x')\"");
    assertThat(ShellWord.quoted("\u009b")).isEqualTo("\"$(printf '\\233')\"");
  }
}
