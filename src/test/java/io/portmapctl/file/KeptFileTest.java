package io.portmapctl.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.fault.FileFault.Unwritten;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that must outlast a reboot: whole, for their owner, in folders that are made, over no link.
 */
@Tag("fast")
class KeptFileTest {
  @TempDir private Path folder;

  private static void assertRefused(ThrowingCallable call, Unwritten why) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            UnwrittenException.class, e -> assertThat(e.fault().why()).isEqualTo(why));
  }

  @Test
  void writtenIntoFoldersThatAreMade() throws Exception {
    Path file = folder.resolve("a/b/web-1.json");
    assertThat(KeptFile.content(file.toString())).isEmpty();
    KeptFile.write(file.toString(), "one".getBytes(UTF_8));
    KeptFile.write(file.toString(), "two".getBytes(UTF_8));
    assertThat(KeptFile.content(file.toString()).orElseThrow()).asString(UTF_8).isEqualTo("two");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (Stream<Path> all = Files.list(file.getParent())) {
      assertThat(all).containsExactly(file);
    }
    KeptFile.remove(file.toString());
    KeptFile.remove(file.toString());
    assertThat(file).doesNotExist();
  }

  @Test
  void noLinkIsFollowed() throws Exception {
    Path target = Files.writeString(folder.resolve("passwd"), "root");
    Path link = Files.createSymbolicLink(folder.resolve("web-1.json"), target);
    Path dangling =
        Files.createSymbolicLink(folder.resolve("web-2.json"), folder.resolve("nothing"));
    assertRefused(() -> KeptFile.write(link.toString(), new byte[1]), Unwritten.LINK);
    assertRefused(() -> KeptFile.write(dangling.toString(), new byte[1]), Unwritten.LINK);
    assertRefused(() -> KeptFile.remove(link.toString()), Unwritten.LINK);
    assertRefused(() -> KeptFile.content(link.toString()), Unwritten.LINK);
    assertThat(target).hasContent("root");
    assertThat(folder.resolve("nothing")).doesNotExist();
    assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void aFolderThatCannotBeMadeIsTold() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> KeptFile.write(file.resolve("x.json").toString(), new byte[1]))
        .isInstanceOf(UnwrittenException.class);
    assertThat(file).isEmptyFile();
  }
}
