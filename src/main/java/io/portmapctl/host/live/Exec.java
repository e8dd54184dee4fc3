package io.portmapctl.host.live;

import java.io.IOException;
import java.util.List;

/** Starts a process; the one interface to them, so that tests can answer in its place. */
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
}
