package io.portmapctl.cni;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Where the files and folders of SOURCEs are read. */
public interface SourceFiles {
  /** The largest file that is read. */
  long MAX_BYTES = 64L << 20;

  /** So much of a file is asked for at once. */
  int PIECE = 1 << 18;

  /** The files of this machine. */
  SourceFiles LOCAL = new Local();

  /** Whether there is such a file or folder. */
  boolean exists(Path path);

  /** Whether it is a folder. */
  boolean isFolder(Path path);

  /** Whether it is a file that is neither a folder nor a pipe nor a device. */
  boolean isFile(Path path);

  /** Whether it is there and may be read. */
  boolean isReadable(Path path);

  /**
   * What is in a folder, in no order.
   *
   * @throws IOException when it cannot be read
   */
  List<Path> entries(Path folder) throws IOException;

  /**
   * The bytes of a file, a pipe or a device.
   *
   * @throws IOException when it cannot be read, or is larger than {@link #MAX_BYTES}
   */
  byte[] read(Path file) throws IOException;

  /**
   * All bytes of a stream.
   *
   * @throws IOException when they cannot be read, or are more than {@link #MAX_BYTES}
   */
  static byte[] bytes(InputStream in) throws IOException {
    return bytes(in, MAX_BYTES);
  }

  /**
   * The same where they may be another number at most, less than 2 GiB.
   *
   * @throws IOException when they cannot be read, or are more
   */
  static byte[] bytes(InputStream in, long most) throws IOException {
    byte[] bytes = in.readNBytes((int) most + 1);
    if (bytes.length > most) {
      throw tooLarge(most);
    }
    return bytes;
  }

  /**
   * The bytes of a file of this machine, or of a pipe or a device, which need not end.
   *
   * @param most how large it may be
   * @throws IOException when it cannot be read, or is larger
   */
  static byte[] bytes(Path file, long most) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      // a FIFO or a device, as in a shell's <(…)
      try (InputStream in = Files.newInputStream(file)) {
        return bytes(in, most);
      }
    }
    long size = Files.size(file);
    if (size > most) {
      throw tooLarge(most);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = new byte[(int) size];
      int read = fill(bytes, in);
      byte[] more =
          in.readNBytes((int) most - read + 1); // it may grow, and of /proc none has a size
      if (more.length > most - read) {
        throw tooLarge(most);
      }
      if (more.length == 0 && read == bytes.length) {
        return bytes;
      }
      byte[] all = Arrays.copyOf(bytes, read + more.length);
      System.arraycopy(more, 0, all, read, more.length);
      return all;
    }
  }

  /** By pieces: for each read the JDK keeps a buffer as large as what was asked for. */
  private static int fill(byte[] bytes, InputStream in) throws IOException {
    int read = 0;
    while (read < bytes.length) {
      int more = in.read(bytes, read, Math.min(PIECE, bytes.length - read));
      if (more < 0) {
        break;
      }
      read += more;
    }
    return read;
  }

  private static IOException tooLarge(long most) {
    return new IOException("larger than " + (most >> 20) + " MiB");
  }

  /** This machine's. */
  record Local() implements SourceFiles {
    @Override
    public boolean exists(Path path) {
      return Files.exists(path);
    }

    @Override
    public boolean isFolder(Path path) {
      return Files.isDirectory(path);
    }

    @Override
    public boolean isFile(Path path) {
      return Files.isRegularFile(path);
    }

    @Override
    public boolean isReadable(Path path) {
      return Files.isReadable(path);
    }

    @Override
    public List<Path> entries(Path folder) throws IOException {
      try (Stream<Path> list = Files.list(folder)) {
        return list.toList();
      }
    }

    @Override
    public byte[] read(Path file) throws IOException {
      return bytes(file, MAX_BYTES);
    }
  }
}
