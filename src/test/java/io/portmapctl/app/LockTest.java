package io.portmapctl.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fast")
class LockTest {
  @TempDir private Path folder;

  private static String mode(Path file) {
    try {
      return PosixFilePermissions.toString(
          Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whoever could read it could hold it. */
  @Test
  void nobodyElseMayReadIt() throws Exception {
    Path made = folder.resolve("made");
    assertThat(Lock.holding(made.toString(), 0, () -> mode(made).equals("rw-------"))).isTrue();
    Path old = Files.createFile(folder.resolve("old"));
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(Lock.holding(old.toString(), 0, () -> mode(old).equals("rw-------"))).isTrue();
  }

  @Test
  void noLinkIsFollowed() throws Exception {
    Path elsewhere = folder.resolve("elsewhere");
    Path link = Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    assertThatThrownBy(() -> Lock.holding(link.toString(), 0, () -> true))
        .isInstanceOf(Failure.class);
    assertThat(elsewhere).doesNotExist();
  }
}
