package io.portmapctl.file;

import io.portmapctl.fault.FileFault.Unwritten;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder of this user's alone: mode 0700, no link, and nobody else can put another in its place.
 *
 * @param path its path, absolute and without links
 */
public record PrivateFolder(Path path) {
  private static final int LARGEST = 1 << 20;
  private static final int ALL_RIGHTS = 0777;
  private static final int OWNERS = 0700;
  private static final FileAttribute<Set<PosixFilePermission>> FOR_OWNER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** The number of this process's user. */
  public static int user() {
    try {
      return Folders.own().user();
    } catch (IOException e) {
      return -1;
    }
  }

  /**
   * Opens it.
   *
   * @return empty where it is not there
   * @throws UnwrittenException where it is something else, or another can have a hand in it
   */
  public static Optional<PrivateFolder> open(String folder) throws UnwrittenException {
    try {
      Path path = Path.of(folder);
      return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
          ? Optional.of(required(path))
          : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      throw UnwrittenException.of(e);
    }
  }

  /**
   * Opens it, and makes it where it is missing.
   *
   * @throws UnwrittenException where it cannot be made, or another can have a hand in it
   */
  public static PrivateFolder make(String folder) throws UnwrittenException {
    try {
      Path path = Path.of(folder);
      Path parent = path.getParent();
      if (parent != null && !Files.exists(parent)) {
        Files.createDirectories(parent, FOR_OWNER);
      }
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(path, FOR_OWNER);
      }
      return required(path);
    } catch (IOException | InvalidPathException e) {
      throw UnwrittenException.of(e);
    }
  }

  private static PrivateFolder required(Path path) throws IOException, UnwrittenException {
    if (Files.isSymbolicLink(path)) {
      throw new UnwrittenException(Unwritten.LINK, path.toString());
    }
    Folders folders = Folders.own();
    Path real = path.toRealPath();
    int mode = (int) Files.getAttribute(real, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    int owner = (int) Files.getAttribute(real, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (!Files.isDirectory(real)
        || owner != folders.user()
        || (mode & ALL_RIGHTS) != OWNERS
        || !folders.steady(real)) {
      throw new UnwrittenException(Unwritten.FORBIDDEN);
    }
    return new PrivateFolder(real);
  }

  /**
   * A new folder in it.
   *
   * @throws UnwrittenException where it cannot be made
   */
  public PrivateFolder create(String name) throws UnwrittenException {
    try {
      return new PrivateFolder(Files.createDirectory(path.resolve(name), FOR_OWNER));
    } catch (IOException e) {
      throw UnwrittenException.of(e);
    }
  }

  /** The folders in it, by name. */
  public List<PrivateFolder> folders() {
    List<PrivateFolder> folders = new ArrayList<>();
    try (Stream<Path> list = Files.list(path)) {
      list.sorted()
          .filter(f -> Files.isDirectory(f, LinkOption.NOFOLLOW_LINKS))
          .forEach(f -> folders.add(new PrivateFolder(f)));
    } catch (IOException e) {
      folders.clear(); // it is gone meanwhile
    }
    return folders;
  }

  /** Its name. */
  public String name() {
    return String.valueOf(path.getFileName());
  }

  /**
   * Writes a file in it, whole.
   *
   * @param content its octets
   * @throws UnwrittenException where it cannot be written
   */
  public void write(String name, String content) throws UnwrittenException {
    WholeFile.replace(path.resolve(name).toString(), content.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A file's octets; empty where it is not there. */
  public Optional<String> content(String name) {
    Path file = path.resolve(name);
    try {
      boolean read =
          Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= LARGEST;
      return read
          ? Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Writes down one word that nobody writes down twice: whoever is first has decided.
   *
   * @return whether this was the first
   * @throws UnwrittenException where it cannot be written
   */
  public boolean decide(String name, String word) throws UnwrittenException {
    try {
      Files.createSymbolicLink(path.resolve(name), Path.of(word));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      throw UnwrittenException.of(e);
    }
  }

  /** The word that was written down; empty where none was. */
  public Optional<String> decision(String name) {
    try {
      return Optional.of(Files.readSymbolicLink(path.resolve(name)).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether it is there. */
  public boolean isThere() {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Removes it with its files.
   *
   * @throws UnwrittenException where something of it cannot be removed
   */
  public void remove() throws UnwrittenException {
    try (Stream<Path> list = Files.list(path)) {
      for (Path file : list.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(path);
    } catch (NoSuchFileException e) {
      return; // somebody else has removed it
    } catch (IOException e) {
      throw UnwrittenException.of(e);
    }
  }
}
