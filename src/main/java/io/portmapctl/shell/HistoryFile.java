package io.portmapctl.shell;

import io.portmapctl.cli.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** Where typed lines are kept for the next time. */
final class HistoryFile {
  private HistoryFile() {}

  /** The file, its folder made where it was missing; empty where there can be none. */
  static Optional<Path> of(Session session) {
    Optional<String> state =
        session
            .variable("XDG_STATE_HOME")
            .filter(s -> s.startsWith("/")) // the specification says to ignore another
            .or(() -> session.variable("HOME").map(h -> h + "/.local/state"));
    try {
      if (state.isEmpty()) {
        return Optional.empty();
      }
      Path folder = Path.of(state.get(), "portmapctl");
      // what a person types is nobody else's business
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return Files.isWritable(folder) ? Optional.of(folder.resolve("history")) : Optional.empty();
    } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }
}
