package io.portmapctl.file;

import io.portmapctl.fault.FileFault.Unwritten;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/**
 * A file in a folder of files that must outlast a reboot. It is there whole or not at all, and so
 * is its absence: both are on the disk when a method returns. Where a symbolic link stands in its
 * place nothing is done.
 */
public final class KeptFile {
  private static final FileAttribute<Set<PosixFilePermission>> FOR_ALL_TO_SEE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));

  private KeptFile() {}

  /**
   * Its bytes; empty where it is not there.
   *
   * @throws UnwrittenException where it cannot be read, and so could not be given back
   */
  public static Optional<byte[]> content(String file) throws UnwrittenException {
    try {
      Path path = unlinked(file);
      return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
          ? Optional.of(Files.readAllBytes(path))
          : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      throw UnwrittenException.of(e);
    }
  }

  /**
   * Writes it, and makes the folders that it stands in, where they are missing.
   *
   * @throws UnwrittenException where it cannot be written; nothing but folders is changed then
   */
  public static void write(String file, byte[] content) throws UnwrittenException {
    try {
      makeFolder(folderOf(unlinked(file)));
    } catch (IOException | InvalidPathException e) {
      throw UnwrittenException.of(e);
    }
    WholeFile.replace(file, content);
  }

  /**
   * Removes it, where it is there.
   *
   * @throws UnwrittenException where it cannot be removed
   */
  public static void remove(String file) throws UnwrittenException {
    try {
      Path path = unlinked(file);
      if (Files.deleteIfExists(path)) {
        sync(folderOf(path));
      }
    } catch (IOException | InvalidPathException e) {
      throw UnwrittenException.of(e);
    }
  }

  private static Path unlinked(String file) throws UnwrittenException {
    Path path = Path.of(file).toAbsolutePath();
    if (Files.isSymbolicLink(path)) {
      throw new UnwrittenException(Unwritten.LINK, file);
    }
    return path;
  }

  private static void makeFolder(Path folder) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path each = folder; !Files.isDirectory(each); each = folderOf(each)) {
      missing.push(each);
    }
    for (Path each : missing) {
      Files.createDirectory(each, FOR_ALL_TO_SEE);
      sync(folderOf(each));
    }
  }

  private static Path folderOf(Path path) {
    Path folder = path.getParent();
    return folder == null ? path : folder;
  }

  /** The names in a folder, as they are now. */
  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
