package io.portmapctl.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

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
      channel =
          FileChannel.open(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (AccessDeniedException e) {
      throw failure(file, "permission denied; run it with sudo, or give another --lock-file");
    } catch (NoSuchFileException e) {
      throw failure(file, "no such folder");
    } catch (IOException | InvalidPathException e) {
      throw failure(file, String.valueOf(e.getMessage()));
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
          throw failure(
              file, "another portmapctl holds it; --wait SECONDS waits longer than " + seconds);
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      throw failure(file, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(file, "interrupted");
    }
  }

  private static Failure failure(String file, String why) {
    return new Failure(Failure.Kind.HOST, "lock", file + " cannot be locked: " + why);
  }

  private static void release(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // the process ends, and the lock with it
    }
  }
}
