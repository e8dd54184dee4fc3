package io.portmapctl.file;

import io.portmapctl.fault.FileFault.Unwritten;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Writes a file that is there whole or not at all: made beside its place for its owner alone (mode
 * 0600), on the disk, and then renamed, so that a failure leaves what was there. Another name of
 * what was there (a hard link) keeps the old content. A link is followed where only this user and
 * root can have put it; elsewhere it is refused.
 */
public final class WholeFile {
  static final FileAttribute<Set<PosixFilePermission>> OWNERS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Set<OpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private WholeFile() {}

  /**
   * Writes a file that must last: nothing but a regular file will do.
   *
   * @throws UnwrittenException where it cannot be written; nothing is changed then
   */
  public static void replace(String file, byte[] content) throws UnwrittenException {
    write(file, content, false);
  }

  /**
   * Writes results. Where the name is that of a pipe or a device ({@code /dev/null}), or of another
   * open file of this process ({@code /dev/stderr}), they go there as they are, at the end of what
   * is there; a terminal is refused, since they may hold anything.
   *
   * @throws UnwrittenException where they cannot be written; of a file nothing is changed then
   */
  public static void write(String file, byte[] content) throws UnwrittenException {
    write(file, content, true);
  }

  /**
   * What stands where a file will be written, to be given back; empty where it is no regular file
   * or cannot be read.
   */
  public static Optional<byte[]> earlier(String file) {
    try {
      Path path = Path.of(file);
      return Files.isRegularFile(path) ? Optional.of(Files.readAllBytes(path)) : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static void write(String file, byte[] content, boolean streams)
      throws UnwrittenException {
    try {
      Place place = Place.of(Path.of(file));
      switch (place.kind()) {
        case ABSENT, REGULAR -> put(place, content);
        case DESCRIPTOR, PIPE, DEVICE -> {
          if (!streams) {
            throw new UnwrittenException(Unwritten.NOT_REGULAR);
          }
          stream(place, content);
        }
        case TERMINAL ->
            throw new UnwrittenException(streams ? Unwritten.TERMINAL : Unwritten.NOT_REGULAR);
        case OTHER -> throw new UnwrittenException(Unwritten.NOT_REGULAR);
      }
    } catch (IOException | InvalidPathException e) {
      throw UnwrittenException.of(e);
    }
  }

  private static void stream(Place place, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(place.path(), StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      writeAll(channel, content);
    }
  }

  private static void put(Place place, byte[] content) throws IOException {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    Path beside = Path.of(".portmapctl-" + HexFormat.of().formatHex(random));
    try (SecureDirectoryStream<Path> folder = open(place.folder())) {
      try (FileChannel channel = (FileChannel) folder.newByteChannel(beside, NEW, OWNERS)) {
        writeAll(channel, content);
        channel.force(true);
        folder.move(beside, folder, place.name());
      } catch (IOException e) {
        remove(folder, beside);
        throw e;
      }
    }
    try (FileChannel channel = FileChannel.open(place.folder(), StandardOpenOption.READ)) {
      channel.force(true); // the new name
    }
  }

  private static void remove(SecureDirectoryStream<Path> folder, Path beside) {
    try {
      folder.deleteFile(beside);
    } catch (IOException e) {
      return; // it was not made, or the disk fails: that is told already
    }
  }

  /**
   * A folder, held open, so that what is done in it is done there, whatever becomes of its name.
   * Where another user can move a folder on the way, each is opened from the one before it: none of
   * them can have become a link meanwhile.
   */
  @SuppressWarnings("StreamResourceLeak") // the caller closes it
  private static SecureDirectoryStream<Path> open(Path folder) throws IOException {
    Folders folders = Folders.own();
    Path steady = folder;
    while (!folders.steady(steady) && steady.getParent() != null) {
      steady = steady.getParent();
    }
    // as Linux has them
    SecureDirectoryStream<Path> opened =
        (SecureDirectoryStream<Path>) Files.newDirectoryStream(steady);
    for (Path name : steady.relativize(folder)) {
      if (!name.toString().isEmpty()) {
        try (SecureDirectoryStream<Path> outer = opened) {
          opened = outer.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
        }
      }
    }
    return opened;
  }

  private static void writeAll(WritableByteChannel channel, byte[] content) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(content);
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
  }
}
