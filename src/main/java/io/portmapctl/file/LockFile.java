package io.portmapctl.file;

import io.portmapctl.fault.FileFault.Unwritten;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file that is there to be locked. */
public final class LockFile {
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private LockFile() {}

  /**
   * Opens it, made where it is missing. Nobody else may read it: whoever can, may hold a lock on it
   * and stop every apply. Nor is a link followed, which would make a file wherever it leads, nor
   * anything opened that could make one wait, as a pipe does.
   *
   * @throws UnwrittenException where it cannot be opened
   */
  public static FileChannel open(String file) throws UnwrittenException {
    try {
      Path path = Path.of(file);
      if (Files.isSymbolicLink(path)) {
        throw new UnwrittenException(Unwritten.LINK, file);
      }
      Place place = Place.of(path);
      if (place.kind() != Place.Kind.ABSENT && place.kind() != Place.Kind.REGULAR) {
        throw new UnwrittenException(Unwritten.NOT_REGULAR);
      }
      FileChannel channel = FileChannel.open(place.path(), OPTIONS, WholeFile.OWNERS);
      if (place.kind() == Place.Kind.REGULAR && Folders.own().ownOnly(place.folder())) {
        restrict(place.path());
      }
      return channel;
    } catch (IOException | InvalidPathException e) {
      throw UnwrittenException.of(e);
    }
  }

  /**
   * An earlier version made it for everybody. Elsewhere than in a folder of root's or one's own it
   * might be another name of a file that others need.
   */
  private static void restrict(Path file) {
    try {
      Files.setPosixFilePermissions(file, WholeFile.OWNERS.value());
    } catch (IOException e) {
      return; // it is somebody else's, who lets us write to it
    }
  }
}
