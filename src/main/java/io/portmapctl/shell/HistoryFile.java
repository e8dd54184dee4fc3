package io.portmapctl.shell;

import io.portmapctl.cli.Session;
import io.portmapctl.file.OwnFile;
import java.nio.file.Path;
import java.util.Optional;

/** Where typed lines are kept for the next time: what a person types is nobody else's business. */
final class HistoryFile {
  private HistoryFile() {}

  /** The file, made where it was missing; empty where there can be none, which is said. */
  static Optional<Path> of(Session session) {
    Optional<String> folder =
        session
            .variable("XDG_STATE_HOME")
            .filter(s -> s.startsWith("/")) // the specification says to ignore another
            .or(() -> session.variable("HOME").map(h -> h + "/.local/state"))
            .map(s -> s + "/portmapctl");
    Optional<Path> file = folder.flatMap(f -> OwnFile.in(f, "history"));
    if (file.isEmpty()) {
      session.say(
          "No history is kept: "
              + folder
                  .map(f -> f + "/history would have to be a plain file of this user's alone.")
                  .orElse("neither XDG_STATE_HOME nor HOME says where."));
    }
    return file;
  }
}
