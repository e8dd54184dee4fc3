package io.portmapctl.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A file that a program keeps for its user, and that nobody else has a hand in. */
public final class OwnFile {
  private static final FileAttribute<Set<PosixFilePermission>> OWNERS_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private OwnFile() {}

  /**
   * A file in a folder, each made where it is missing, for the user alone.
   *
   * @return empty where it cannot be made, is no regular file, or where it, its folder or one above
   *     it is another user's, or others can write to one of the two
   */
  public static Optional<Path> in(String folder, String name) {
    try {
      Folders folders = Folders.own();
      Path home = Path.of(folder);
      if (!ours(folders, home)) {
        return Optional.empty();
      }
      Files.createDirectories(home, OWNERS_FOLDER);
      Path real = home.toRealPath();
      Path file = real.resolve(name);
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.createFile(file, WholeFile.OWNERS);
      }
      boolean own =
          ours(folders, file)
              && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
              && Files.isWritable(file)
              && Folders.closed(file)
              && Folders.closed(real);
      return own ? Optional.of(file) : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Whether no part of a path that is there is another user's. */
  private static boolean ours(Folders folders, Path path) throws IOException {
    for (Path part = path; part != null; part = part.getParent()) {
      boolean there = Files.exists(part, LinkOption.NOFOLLOW_LINKS);
      if (there && !(folders.trusted(part) && folders.trusted(part.toRealPath()))) {
        return false;
      }
    }
    return true;
  }
}
