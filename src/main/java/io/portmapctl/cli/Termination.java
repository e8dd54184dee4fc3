package io.portmapctl.cli;

import java.util.concurrent.CountDownLatch;

/** What happens when the process is told to end: Ctrl-C, hang-up, termination. */
final class Termination {
  private Termination() {}

  /** Something that ends with an exit code. */
  interface Action {

    /** An exit code. */
    int run() throws Failure;
  }

  /** Does something to its end, though the process be told to end meanwhile. */
  static int deferred(Action action) throws Failure {
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
   * Does something, and something else if the process is told to end before that.
   *
   * @param otherwise what to do then
   */
  static boolean unless(Runnable otherwise, Question question) {
    Thread hook = new Thread(otherwise);
    Runtime.getRuntime().addShutdownHook(hook);
    boolean answer = question.ask();
    remove(hook);
    return answer;
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
