package io.portmapctl.cli;

import io.portmapctl.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * What surrounds one run: streams and environment.
 *
 * @param in standard input
 * @param out standard output; text goes there as octets
 * @param err standard error
 * @param env the environment
 * @param outIsTerminal whether standard output is a terminal
 * @param interactive whether standard input and standard error are terminals, so that a question
 *     can be asked
 */
public record Session(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> env,
    boolean outIsTerminal,
    boolean interactive) {

  /** How often is looked whether an answer is still needed. */
  private static final long LOOKING_NANOS = 200_000_000L;

  /** The same with another input. */
  Session reading(InputStream other) {
    return new Session(other, out, err, env, outIsTerminal, interactive);
  }

  /** Asks; only y and yes are a yes. End of input is a no. */
  boolean ask(String question) {
    show(question);
    String word = line().strip().toLowerCase(Locale.ROOT);
    return word.equals("y") || word.equals("yes");
  }

  /**
   * Asks for the word yes; no answer in time is a no, and so is an empty line and end of input;
   * after another word it is asked again. The time runs from now on, also where nobody reads what
   * is printed.
   *
   * @param before what is printed before the question
   * @param decided whether no answer is needed any more: then it is a no
   */
  boolean confirmed(Runnable before, String question, int seconds, BooleanSupplier decided) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                before.run();
                show(question);
                answer.complete(word());
              } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
              }
            });
    reader.setDaemon(true);
    reader.start();
    try {
      return inTime(answer, seconds, decided).equals("yes");
    } catch (TimeoutException | ExecutionException e) {
      reader.interrupt(); // the next line is not for it; where input can be interrupted
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Yes, no or nothing; a slip of the finger takes nothing back. */
  private String word() {
    String word = line().strip();
    while (!List.of("", "yes", "n", "no").contains(word)) {
      show("Only the whole word yes keeps them, no takes them back: ");
      word = line().strip();
    }
    return word;
  }

  private static String inTime(
      CompletableFuture<String> answer, int seconds, BooleanSupplier decided)
      throws TimeoutException, ExecutionException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      long left = end - System.nanoTime();
      try {
        return answer.get(Math.min(left, LOOKING_NANOS), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (left <= LOOKING_NANOS || decided.getAsBoolean()) {
          throw e;
        }
      }
    }
  }

  private void show(String question) {
    byte[] bytes = question.getBytes(StandardCharsets.UTF_8);
    err.write(bytes, 0, bytes.length);
    err.flush();
  }

  private String line() {
    StringBuilder answer = new StringBuilder();
    try {
      for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
        answer.append((char) c);
      }
    } catch (IOException e) {
      return "";
    }
    return answer.toString();
  }

  /** Prints octets on standard output. */
  public void print(String octets) {
    byte[] bytes = octets.getBytes(StandardCharsets.ISO_8859_1);
    out.write(bytes, 0, bytes.length);
    out.flush();
  }

  /** Says a line of text on standard error. */
  public void say(String text) {
    byte[] bytes = (Printable.escaped(text) + "\n").getBytes(StandardCharsets.UTF_8);
    err.write(bytes, 0, bytes.length);
    err.flush();
  }

  /** What the environment says, unless it is empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(env.get(name)).filter(v -> !v.isEmpty());
  }
}
