package io.portmapctl.app;

import java.util.concurrent.CountDownLatch;

/** What happens when the process is told to end: Ctrl-C, hang-up, termination. */
final class Termination {
  private Termination() {}

  /** Something with a result. */
  interface Action<T> {

    /** Its result. */
    T run() throws Failure;
  }

  /** Does something to its end, though the process be told to end meanwhile. */
  static <T> T deferred(Action<T> action) throws Failure {
    CountDownLatch done = new CountDownLatch(1);
    Thread hook = new Thread(() -> await(done));
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return action.run();
    } finally {
      done.countDown();
      remove(hook);
    }
  }

  private static void await(CountDownLatch done) {
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Asks, and does something once where the answer is no, or the process is told to end before
   * there is one. The end of input and of the process come together where a terminal is closed:
   * whoever is first does it, and the process waits for that.
   *
   * @param otherwise what to do then
   */
  static boolean unless(Runnable otherwise, Question question) {
    Once once = new Once(otherwise);
    Thread hook = new Thread(once);
    Runtime.getRuntime().addShutdownHook(hook);
    boolean answer = question.ask();
    if (!answer) {
      once.run();
    }
    remove(hook);
    return answer;
  }

  /** Runs once; who comes second waits for the first. */
  private static final class Once implements Runnable {
    private final Runnable action;
    private boolean done;

    Once(Runnable action) {
      this.action = action;
    }

    @Override
    public synchronized void run() {
      if (!done) {
        done = true;
        action.run();
      }
    }
  }

  /** Something with yes or no for an answer. */
  interface Question {

    /** The answer. */
    boolean ask();
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the process is ending already, and the hook runs
    }
  }
}
