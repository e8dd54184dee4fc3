package io.portmapctl.shell;

import org.jline.utils.Signals;

/** What Ctrl-C does where no line editor has the terminal: the kernel has dropped the line. */
final class LineInterrupt {
  private LineInterrupt() {}

  /** Does something at each Ctrl-C, in place of ending. */
  static void does(Runnable action) {
    Signals.register("INT", action);
  }
}
