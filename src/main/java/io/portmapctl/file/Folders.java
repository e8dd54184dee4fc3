package io.portmapctl.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Who else can change what is in a folder. All paths are absolute and have no links in them.
 *
 * @param user this process's user, by number
 */
record Folders(int user) {
  private static final int WRITABLE_BY_OTHERS = 0022;
  private static final int STICKY = 01000;

  /** As the user whose process this is sees them. */
  static Folders own() throws IOException {
    return new Folders((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  /** Whether something is this user's or root's, whose word counts anyway. */
  boolean trusted(Path path) throws IOException {
    int owner = (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    return owner == user || owner == 0;
  }

  /** Whether nobody else can write to it. */
  static boolean closed(Path path) throws IOException {
    return (mode(path) & WRITABLE_BY_OTHERS) == 0;
  }

  /**
   * Whether nobody else can put something in the place of what this user has in a folder: where
   * others can write, only a sticky one keeps everybody's own.
   */
  boolean steady(Path folder) throws IOException {
    boolean keeps = closed(folder) || (mode(folder) & STICKY) != 0;
    Path parent = folder.getParent();
    return keeps && trusted(folder) && (parent == null || steady(parent));
  }

  /** Whether only this user and root put anything into a folder. */
  boolean ownOnly(Path folder) throws IOException {
    return closed(folder) && steady(folder);
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
  }
}
