package io.portmapctl.file;

import io.portmapctl.fault.FileFault.Unwritten;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Where a name leads: every link on the way was put there by this user or by root.
 *
 * @param folder the folder, absolute and without links
 * @param name the name in it
 * @param kind what stands there
 */
record Place(Path folder, Path name, Kind kind) {
  private static final int MOST_LINKS = 40;
  private static final Path ROOT = Path.of("/");
  private static final int TYPE = 0170000;

  /** What stands in a place. */
  enum Kind {
    ABSENT,
    REGULAR,
    /** Another open file of this process, as {@code /dev/stdout} is. */
    DESCRIPTOR,
    PIPE,
    DEVICE,
    TERMINAL,
    /** A disk, a socket. */
    OTHER
  }

  /** The place itself. */
  Path path() {
    return folder.resolve(name);
  }

  /**
   * Follows a name.
   *
   * @throws UnwrittenException where it leads to no place for a file, or over a link that another
   *     user may have put there
   */
  static Place of(Path given) throws UnwrittenException, IOException {
    Folders folders = Folders.own();
    Path descriptors = Path.of("/proc/self").toRealPath().resolve("fd");
    Deque<Path> rest = new ArrayDeque<>();
    given.toAbsolutePath().forEach(rest::add);
    Path folder = ROOT;
    int links = 0;
    while (!rest.isEmpty()) {
      Path name = rest.remove();
      if (name.toString().equals("..")) {
        Path parent = folder.getParent();
        folder = parent == null ? ROOT : parent;
        continue;
      }
      Path next = folder.resolve(name).normalize();
      if (next.equals(folder)) {
        continue; // a dot
      }
      if (Files.isSymbolicLink(next)) {
        if (rest.isEmpty() && folder.equals(descriptors)) {
          return new Place(
              folder, name, isTerminal(target(next)) ? Kind.TERMINAL : Kind.DESCRIPTOR);
        }
        if (++links > MOST_LINKS || !folders.ownOnly(folder)) {
          throw new UnwrittenException(Unwritten.LINK, next.toString());
        }
        Path target = target(next);
        folder = target.isAbsolute() ? ROOT : folder;
        Deque<Path> all = new ArrayDeque<>();
        target.forEach(all::add);
        all.addAll(rest);
        rest = all;
      } else if (rest.isEmpty()) {
        return there(folders, folder, name);
      } else if (Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
        folder = next;
      } else {
        // distinguishes a folder that may not be looked into from one that is not there
        Files.readAttributes(next, "isDirectory", LinkOption.NOFOLLOW_LINKS);
        throw new UnwrittenException(Unwritten.NO_FOLDER);
      }
    }
    throw new UnwrittenException(Unwritten.FOLDER);
  }

  private static Path target(Path link) throws IOException {
    return Files.readSymbolicLink(link);
  }

  private static Place there(Folders folders, Path folder, Path name)
      throws UnwrittenException, IOException {
    Path path = folder.resolve(name);
    int mode;
    try {
      mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return new Place(folder, name, Kind.ABSENT);
    }
    Kind kind =
        switch (mode & TYPE) {
          case 0100000 -> Kind.REGULAR;
          case 0040000 -> throw new UnwrittenException(Unwritten.FOLDER);
          case 0010000 -> Kind.PIPE;
          case 0020000 -> isTerminal(path) ? Kind.TERMINAL : Kind.DEVICE;
          default -> Kind.OTHER;
        };
    // in a folder of everybody's, somebody else may have put it there to listen
    return new Place(
        folder, name, kind == Kind.REGULAR || folders.ownOnly(folder) ? kind : Kind.OTHER);
  }

  private static boolean isTerminal(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    return name.startsWith("/dev/pts/")
        || name.startsWith("/dev/tty")
        || name.equals("/dev/console");
  }
}
