package io.portmapctl.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;

/**
 * A way to where results go, which remembers the first failure: a {@code PrintStream} before it
 * forgets why it failed. After one nothing more is written.
 */
final class ResultStream extends OutputStream {
  private final OutputStream out;
  private Optional<String> failure = Optional.empty();

  ResultStream(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] octets, int from, int count) throws IOException {
    if (failure.isEmpty()) {
      try {
        out.write(octets, from, count);
      } catch (IOException e) {
        failure = Optional.of(String.valueOf(e.getMessage()));
        throw e;
      }
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  /** Why results could not be written; none where whoever read them has enough. */
  Optional<String> failure() {
    // asked at the end of every run: a lambda alone would make --version load all that lambdas need
    boolean enough =
        failure.isPresent() && failure.get().toLowerCase(Locale.ROOT).contains("broken pipe");
    return enough ? Optional.empty() : failure;
  }
}
