package io.portmapctl.cli;

import io.portmapctl.netconf.Shown;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What surrounds one run: streams and environment.
 *
 * @param in standard input
 * @param out standard output; text goes there as octets
 * @param err standard error
 * @param env the environment
 * @param outIsTerminal whether standard output is a terminal
 */
record Session(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> env,
    boolean outIsTerminal) {

  void print(String octets) {
    byte[] bytes = octets.getBytes(StandardCharsets.ISO_8859_1);
    out.write(bytes, 0, bytes.length);
    out.flush();
  }

  void say(String text) {
    byte[] bytes = (Shown.escaped(text) + "\n").getBytes(StandardCharsets.UTF_8);
    err.write(bytes, 0, bytes.length);
    err.flush();
  }

  Optional<String> variable(String name) {
    return Optional.ofNullable(env.get(name)).filter(v -> !v.isEmpty());
  }
}
