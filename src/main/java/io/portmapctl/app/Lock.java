package io.portmapctl.app;

import io.portmapctl.fault.HostFault;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The lock that serialises portmapctl with itself; held from reading to comparing. */
final class Lock {
  private static final int PAUSE_MILLIS = 50;

  private Lock() {}

  /** What is done while the lock is held. */
  interface Action<T> {

    /** Its result. */
    T run() throws Failure;
  }

  /** Takes the lock, waiting so many seconds, does something, and lets it go. */
  static <T> T holding(String file, int seconds, Action<T> action) throws Failure {
    FileChannel channel = take(file, seconds);
    try {
      return action.run();
    } finally {
      release(channel);
    }
  }

  private static FileChannel take(String file, int seconds) throws Failure {
    FileChannel channel;
    try {
      channel = open(Path.of(file));
    } catch (AccessDeniedException e) {
      throw failure(file, HostFault.Lock.FORBIDDEN, 0, "");
    } catch (NoSuchFileException e) {
      throw failure(file, HostFault.Lock.NO_FOLDER, 0, "");
    } catch (IOException | InvalidPathException e) {
      throw failure(file, HostFault.Lock.SYSTEM, 0, String.valueOf(e.getMessage()));
    }
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    try {
      while (true) {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return channel;
        }
        if (System.nanoTime() >= end) {
          channel.close();
          throw failure(file, HostFault.Lock.HELD, seconds, "");
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      throw failure(file, HostFault.Lock.SYSTEM, 0, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(file, HostFault.Lock.INTERRUPTED, 0, "");
    }
  }

  /**
   * Nobody else may read it: whoever can, may hold a lock on it and stop every apply. Nor is a link
   * followed, which would make a file wherever it leads.
   */
  private static FileChannel open(Path file) throws IOException {
    Set<PosixFilePermission> mine = PosixFilePermissions.fromString("rw-------");
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(mine));
    if (!Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS).equals(mine)) {
      try {
        Files.setPosixFilePermissions(file, mine); // an earlier version made it
      } catch (IOException e) {
        // it is somebody else's, who lets us write to it
      }
    }
    return channel;
  }

  private static Failure failure(String file, HostFault.Lock why, int waited, String system) {
    return new Failure(
        Failure.Kind.HOST, "lock", new HostFault.NotLocked(why, file, waited, system));
  }

  private static void release(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // the process ends, and the lock with it
    }
  }
}
