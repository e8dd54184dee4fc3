package io.portmapctl.testing;

import io.portmapctl.cli.Portmapctl;
import io.portmapctl.cli.Session;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One run of the command line inside the test.
 *
 * @param exit the exit code
 * @param out standard output, as octets
 * @param err standard error
 */
public record Run(int exit, String out, String err) {

  public static Run of(String... args) {
    return with(Map.of(), "", List.of(args));
  }

  public static Run with(Map<String, String> env, String stdin, List<String> args) {
    return of(false, env, stdin, args);
  }

  public static Run of(boolean terminal, Map<String, String> env, String stdin, List<String> args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Session session =
        new Session(
            new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            env,
            terminal,
            false);
    int exit = Portmapctl.run(session, args.toArray(new String[0]));
    return new Run(
        exit, out.toString(StandardCharsets.ISO_8859_1), err.toString(StandardCharsets.UTF_8));
  }
}
