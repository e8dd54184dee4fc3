package io.portmapctl.shell;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A way to a stream that can be shut: what a command says that was given up is heard no more. */
final class Gate extends OutputStream {
  private final PrintStream target;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean open = true;

  Gate(PrintStream target) {
    this.target = target;
  }

  /** Lets nothing through any more. */
  synchronized void shut() {
    open = false;
  }

  /** What stands on the line that has not ended yet: the question, where one is asked. */
  synchronized String unfinished() {
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void write(int octet) {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] octets, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (octets[i] == '\n') {
        line.reset();
      } else {
        line.write(octets[i]);
      }
    }
    if (open) {
      target.write(octets, from, length);
    }
  }

  @Override
  public synchronized void flush() {
    if (open) {
      target.flush();
    }
  }
}
