package io.portmapctl.shell;

import io.portmapctl.cli.ChosenRuleset;
import io.portmapctl.cli.ExitCode;
import io.portmapctl.cli.Session;
import io.portmapctl.cli.ShellWords;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Lines from a file or a pipe: nobody is there to answer, and a line that fails is the last. */
final class Script {

  private final Session session;
  private final boolean keepGoing;
  private final Interpreter interpreter;

  Script(Session session, ChosenRuleset ruleset, boolean keepGoing) {
    this.session = session;
    this.keepGoing = keepGoing;
    this.interpreter = new Interpreter(new ShellRuleset(session, ruleset), Optional.empty());
  }

  /** Runs the lines; the exit code of the first that failed. */
  int run() {
    // what is not a terminal cannot be shared between the script and a document
    Session inner =
        new Session(
            session.interactive() ? session.in() : new Taken(),
            session.out(),
            session.err(),
            session.env(),
            session.outIsTerminal(),
            session.interactive());
    Lines lines = new Lines(session.in());
    int failed = 0;
    try {
      Optional<String> line = lines.next().map(Script::withoutMark);
      for (int number = 1; line.isPresent() && !interpreter.left(); number++) {
        int code = interpreter.run(inner, ShellWords.ofCommandLine(line.get()));
        if (code != 0) {
          session.say("line " + number + ": exit " + code);
          failed = failed == 0 ? code : failed;
          if (!keepGoing) {
            return failed;
          }
        }
        line = interpreter.left() ? Optional.empty() : lines.next();
      }
    } catch (IOException e) {
      session.say("portmapctl: standard input: cannot be read: " + e.getMessage());
      return failed == 0 ? ExitCode.INPUT.number() : failed;
    }
    return failed;
  }

  /** Without the byte order mark that some editors put first. */
  private static String withoutMark(String line) {
    return line.startsWith("\ufeff") ? line.substring(1) : line;
  }

  /** The standard input of a line: the script stands there. */
  private static final class Taken extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("the script is read from it; name a file instead of -");
    }

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
      return read();
    }
  }
}
