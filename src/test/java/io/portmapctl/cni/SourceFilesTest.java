package io.portmapctl.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files are read whole, whatever their size says. */
@Tag("fast")
class SourceFilesTest {
  @TempDir private Path folder;

  private Path file(int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return Files.write(folder.resolve("file" + size), bytes);
  }

  @Test
  void everyByteIsRead() throws Exception {
    for (int size : new int[] {0, 1, SourceFiles.PIECE, 3 * SourceFiles.PIECE + 7}) {
      Path file = file(size);
      assertThat(SourceFiles.bytes(file, 1 << 20)).isEqualTo(Files.readAllBytes(file));
    }
  }

  @Test
  void asMuchAsMayBeIsReadAndNoMore() throws Exception {
    assertThat(SourceFiles.bytes(file(1 << 20), 1 << 20)).hasSize(1 << 20);
    assertThatThrownBy(() -> SourceFiles.bytes(file((1 << 20) + 1), 1 << 20))
        .isInstanceOf(IOException.class)
        .hasMessage("larger than 1 MiB");
  }

  @Test
  void aFileWithoutASizeIsReadToItsEnd() throws Exception {
    Path status = Path.of("/proc/self/status");
    assertThat(Files.size(status)).isZero();
    assertThat(new String(SourceFiles.bytes(status, 1 << 20), StandardCharsets.US_ASCII))
        .startsWith("Name:");
    assertThatThrownBy(() -> SourceFiles.bytes(status, 10)).hasMessage("larger than 0 MiB");
  }
}
