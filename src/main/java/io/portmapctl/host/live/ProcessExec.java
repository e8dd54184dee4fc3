package io.portmapctl.host.live;

import io.portmapctl.host.Exec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Processes of this machine, in the C locale; what they start in turn they take from no relative
 * folder either.
 *
 * @param seconds how long one may take, the reading of its input and the writing of its output
 *     included; then it is killed, with what it has started
 */
public record ProcessExec(long seconds) implements Exec {
  /** The exit status of what an interrupt has ended. */
  private static final int INTERRUPTED = 130;

  /** How long an interrupt of this process may take to be heard. */
  private static final long HEARD_MILLIS = 500;

  @Override
  public Result run(List<String> command, String input) throws IOException {
    return started(command, input).result();
  }

  @Override
  public Running start(List<String> command, String input) {
    try {
      return started(command, input);
    } catch (IOException e) {
      return () -> {
        throw e;
      };
    }
  }

  private Running started(List<String> command, String input) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("PATH", String.join(":", folders(System.getenv("PATH"))));
    Process process = builder.start();
    CompletableFuture<String> error =
        CompletableFuture.supplyAsync(
            () -> octets(process.getErrorStream()), ProcessExec::inThread);
    CompletableFuture<String> output =
        CompletableFuture.supplyAsync(
            () -> octets(process.getInputStream()), ProcessExec::inThread);
    inThread(() -> feed(process, input)); // it may read nothing of it for ever
    return new Started(command, process, end, output, error);
  }

  /** A process, and by when it must have ended. */
  private final class Started implements Running {
    private final List<String> command;
    private final Process process;
    private final long end;
    private final CompletableFuture<String> output;
    private final CompletableFuture<String> error;

    Started(
        List<String> command,
        Process process,
        long end,
        CompletableFuture<String> output,
        CompletableFuture<String> error) {
      this.command = command;
      this.process = process;
      this.end = end;
      this.output = output;
      this.error = error;
    }

    @Override
    public Result result() throws IOException {
      try {
        if (!process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw late();
        }
        if (process.exitValue() == INTERRUPTED) {
          Thread.sleep(HEARD_MILLIS); // by a terminal, which most often interrupts this one too
        }
        return new Result(process.exitValue(), before(end, output), before(end, error));
      } catch (TimeoutException e) {
        throw late(); // what it has started holds its output open
      } catch (ExecutionException e) {
        throw new IOException(e);
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    private IOException late() {
      kill();
      return new IOException(command.get(0) + " did not end within " + seconds + " seconds");
    }

    @Override
    public void close() {
      if (process.isAlive()) {
        kill();
      }
    }

    private void kill() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /**
   * The folders in which programs are looked for: those of a PATH, but for what an empty or
   * relative element of it means, which belongs to whoever owns the folder that one stands in; then
   * where administrators' programs are.
   */
  static List<String> folders(@Nullable String path) {
    List<String> folders = new ArrayList<>();
    for (String folder : (path + ":/usr/sbin:/sbin").split(":", -1)) {
      if (folder.startsWith("/")) {
        folders.add(folder);
      }
    }
    return folders;
  }

  private static String before(long end, CompletableFuture<String> text)
      throws InterruptedException, ExecutionException, TimeoutException {
    return text.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  /** A thread that does not keep the program from ending. */
  private static void inThread(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
  }

  private static void feed(Process process, String input) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      // it ended without reading all; what it says about that counts
    }
  }

  private static String octets(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
