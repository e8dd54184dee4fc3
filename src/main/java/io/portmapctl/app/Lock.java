package io.portmapctl.app;

import io.portmapctl.fault.HostFault;
import io.portmapctl.file.LockFile;
import io.portmapctl.file.UnwrittenException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;

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
      channel = LockFile.open(file);
    } catch (UnwrittenException e) {
      throw switch (e.fault().why()) {
        case FORBIDDEN -> failure(file, HostFault.Lock.FORBIDDEN, 0, "");
        case NO_FOLDER -> failure(file, HostFault.Lock.NO_FOLDER, 0, "");
        default ->
            new Failure(
                Failure.Kind.HOST,
                "lock",
                new HostFault.Unwritten(HostFault.Aside.LOCK, file, e.fault()));
      };
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
