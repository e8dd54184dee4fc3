package io.portmapctl.shell;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The standard input of a command at the prompt: each line is asked for when it is read. */
final class Answers extends InputStream {
  private static final byte[] NOTHING = {};

  private final Asker asker;
  private final Supplier<String> question;
  private byte[] line = NOTHING;
  private int at;

  /**
   * Answers.
   *
   * @param question what stands before the place of the answer
   */
  Answers(Asker asker, Supplier<String> question) {
    this.asker = asker;
    this.question = question;
  }

  @Override
  public int read() {
    return more() ? line[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] octets, int from, int length) {
    if (!more()) {
      return -1;
    }
    int count = Math.min(length, line.length - at);
    System.arraycopy(line, at, octets, from, count);
    at += count;
    return count;
  }

  /** Whether there is something to read; asks where there is nothing left. */
  private boolean more() {
    if (at == line.length) {
      Optional<String> answer = asker.ask(question.get(), List.of());
      line = answer.map(a -> (a + "\n").getBytes(StandardCharsets.UTF_8)).orElse(NOTHING);
      at = 0;
    }
    return line.length > 0;
  }
}
