package io.portmapctl.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What waits to be confirmed stands in a folder in which nobody else has a hand. */
@Tag("fast")
class PrivateFolderTest {
  @TempDir private Path folder;

  private String place() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    return folder.toRealPath().resolve("waiting").toString();
  }

  @Test
  void itIsForItsOwnerAlone() throws Exception {
    assertThat(PrivateFolder.open(place())).isEmpty();
    PrivateFolder made = PrivateFolder.make(place());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.path())))
        .isEqualTo("rwx------");
    assertThat(PrivateFolder.open(place())).contains(made);
    assertThat(PrivateFolder.make(place())).isEqualTo(made);
    for (String mode : List.of("rwxr-xr-x", "rwx-w----", "rwxrwxrwx")) {
      Files.setPosixFilePermissions(made.path(), PosixFilePermissions.fromString(mode));
      assertThatThrownBy(() -> PrivateFolder.open(place())).isInstanceOf(UnwrittenException.class);
      assertThatThrownBy(() -> PrivateFolder.make(place())).isInstanceOf(UnwrittenException.class);
    }
  }

  @Test
  void noLinkIsFollowed() throws Exception {
    PrivateFolder other = PrivateFolder.make(place() + "-other");
    Files.createSymbolicLink(Path.of(place()), other.path());
    assertThatThrownBy(() -> PrivateFolder.open(place())).isInstanceOf(UnwrittenException.class);
    assertThatThrownBy(() -> PrivateFolder.make(place())).isInstanceOf(UnwrittenException.class);
    PrivateFolder change = other.create("change");
    Files.writeString(other.path().resolve("secret"), "secret");
    Files.createSymbolicLink(change.path().resolve("about"), other.path().resolve("secret"));
    assertThat(change.content("about")).isEmpty();
    Files.createSymbolicLink(other.path().resolve("linked"), change.path());
    assertThat(other.folders()).containsExactly(change);
  }

  /** Whoever is first has decided. */
  @Test
  void nothingIsDecidedTwice() throws Exception {
    PrivateFolder change = PrivateFolder.make(place()).create("change");
    assertThat(change.decision("decided")).isEmpty();
    assertThat(change.decide("decided", "kept")).isTrue();
    assertThat(change.decide("decided", "back")).isFalse();
    assertThat(change.decision("decided")).contains("kept");
    change.remove();
    assertThat(change.isThere()).isFalse();
  }
}
