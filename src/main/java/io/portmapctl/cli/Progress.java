package io.portmapctl.cli;

import io.portmapctl.app.Apply;

/** Says on standard error that something goes on, when it takes longer than a second. */
final class Progress {
  private static final long FIRST_MILLIS = 1_000;
  private static final long NEXT_MILLIS = 10_000;

  private Progress() {}

  /** Begins; closed, nothing more is said. */
  static Apply.Working told(Session session) {
    Thread teller = new Thread(() -> tell(session));
    teller.setDaemon(true);
    teller.start();
    return teller::interrupt;
  }

  private static void tell(Session session) {
    long seconds = 0;
    try {
      Thread.sleep(FIRST_MILLIS);
      session.say("Applying the changes; this takes longer than a second ...");
      while (true) {
        Thread.sleep(NEXT_MILLIS);
        seconds += NEXT_MILLIS / 1_000;
        session.say("... still at it after " + seconds + " seconds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the work is done
    }
  }
}
