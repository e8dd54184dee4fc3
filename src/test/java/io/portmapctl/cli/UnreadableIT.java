package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may not be read is said to be that, and not to be missing. */
@Tag("live")
class UnreadableIT {
  @TempDir private Path folder;

  @Test
  void aFileBelowAFolderWithoutPermissionIsForbidden() throws Exception {
    Needs.program("setpriv");
    Needs.that("root".equals(System.getProperty("user.name")), "only root can be somebody else");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path programs = Files.createDirectory(folder.resolve("programs"));
    String launcher = Namespace.launcherForAnybody(programs);
    Files.setPosixFilePermissions(programs, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    Path file = Files.writeString(closed.resolve("file"), "{}");
    Path mine = Files.writeString(folder.resolve("mine"), "{}");
    Files.setPosixFilePermissions(mine, PosixFilePermissions.fromString("rw-------"));
    for (Path forbidden : List.of(file, closed.resolve("none"), mine, closed)) {
      for (String line :
          List.of(
              "add FILE --ruleset empty",
              "gc FILE --ruleset empty",
              "list --ruleset empty --attachments FILE",
              "list --ruleset FILE",
              "list --host FILE",
              "explain --port 80 --ruleset empty --addresses FILE")) {
        if (forbidden.equals(closed) && !line.contains("add")) {
          continue; // it is a folder, which is said
        }
        List<String> command =
            new ArrayList<>(
                List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", launcher));
        command.addAll(List.of(line.replace("FILE", forbidden.toString()).split(" ")));
        Run run = Namespace.process("", command);
        assertThat(run.exit()).as("%s: %s", command, run.err()).isEqualTo(3);
        assertThat(run.err()).as(line).contains(forbidden + ": ").contains("permission denied");
      }
    }
  }
}
