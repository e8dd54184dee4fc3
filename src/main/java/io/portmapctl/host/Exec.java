package io.portmapctl.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What acts on a machine: it starts processes and writes settings. The one interface to both, so
 * that tests can answer in its place, and so that what is only looked at is given one that refuses.
 */
public interface Exec {

  /**
   * What a process left.
   *
   * @param exit its exit status
   * @param output its standard output, as octets
   * @param error its standard error, as octets
   */
  record Result(int exit, String output, String error) {}

  /**
   * Runs a program to its end.
   *
   * @param input its standard input, as octets
   * @throws IOException when it cannot be started, or did not end in time
   */
  Result run(List<String> command, String input) throws IOException;

  /** A program that was started, and goes on while nobody asks for what it left. */
  interface Running extends AutoCloseable {
    /**
     * What it left, when it has ended; asked for once.
     *
     * @throws IOException as {@link Exec#run} does
     */
    Result result() throws IOException;

    /** Nobody asks any more: where it has not ended it is ended. */
    @Override
    default void close() {}
  }

  /**
   * Starts a program; who cannot do so runs it when its result is asked for.
   *
   * @param input its standard input, as octets
   */
  default Running start(List<String> command, String input) {
    return () -> run(command, input);
  }

  /**
   * Writes a setting of the kernel.
   *
   * @param file a file of {@code /proc/sys}
   * @throws IOException when the kernel does not take it
   */
  default void write(Path file, byte[] value) throws IOException {
    Files.write(file, value);
  }
}
