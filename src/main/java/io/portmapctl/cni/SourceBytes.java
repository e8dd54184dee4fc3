package io.portmapctl.cni;

import io.portmapctl.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The bytes of files and streams, of which a program should not read any number. */
final class SourceBytes {
  private static final long MOST = 64L << 20;

  private SourceBytes() {}

  /** All of a regular file. */
  static byte[] of(Path file) throws IOException {
    if (Files.size(file) > MOST) {
      throw tooLarge();
    }
    return Files.readAllBytes(file);
  }

  /** All of a stream. */
  static byte[] of(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes((int) MOST + 1);
    if (bytes.length > MOST) {
      throw tooLarge();
    }
    return bytes;
  }

  private static IOException tooLarge() {
    return new IOException("larger than 64 MiB");
  }

  /** That there is no such source. */
  static InputError notFound(String shown) {
    return new InputError(shown, "", InputError.Code.NOT_FOUND, "no such file or folder");
  }

  /** Why a source could not be read. */
  static InputError unreadable(String shown, Exception e) {
    if (e instanceof NoSuchFileException) {
      return notFound(shown);
    }
    String why =
        e instanceof AccessDeniedException
            ? "permission denied"
            : Printable.escaped(String.valueOf(e.getMessage()));
    return new InputError(shown, "", InputError.Code.UNREADABLE, "cannot be read: " + why);
  }
}
