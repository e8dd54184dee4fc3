package io.portmapctl.host;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.net.HostInterface;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What can be read of a host, raw: files of the kernel, what programs print, interfaces, who holds
 * a socket. Whatever is said of a host is computed from this, so that a host that a file holds
 * answers as the running one did. Nothing is read before it is asked for, and nothing can be
 * changed here.
 */
public interface Host {

  /** The first program of that name, of the folders in which programs are looked for. */
  Optional<Path> find(String program);

  /**
   * A path without links in it.
   *
   * @throws IOException where there is no such file
   */
  Path real(Path path) throws IOException;

  /** Whether there is such a file. */
  boolean exists(Path path);

  /**
   * A network namespace.
   *
   * @param id the number by which the kernel tells it from others while it is there
   * @param mounted whether it is mounted where the path leads, and not a process's
   */
  record NetworkNamespace(String id, boolean mounted) {}

  /**
   * The network namespace that a path leads to, links followed; empty where it leads to nothing or
   * to something else.
   *
   * @throws IOException where that cannot be told
   */
  Optional<NetworkNamespace> namespace(Path path) throws IOException;

  /**
   * A file of {@code /proc}.
   *
   * @return its bytes
   * @throws IOException as {@link java.nio.file.Files#readAllBytes} does
   */
  byte[] read(Path file) throws IOException;

  /**
   * The names in a folder of {@code /proc}, in no order.
   *
   * @throws IOException when it cannot be read
   */
  List<String> names(Path folder) throws IOException;

  /**
   * Runs a program that only looks.
   *
   * @param command the program's path and its arguments
   * @throws IOException when it cannot be started, or did not end in time
   */
  Exec.Result ask(List<String> command) throws IOException;

  /**
   * Begins to run a program that only looks: several run side by side, and each counts as asked
   * when its answer is.
   *
   * @param command the program's path and its arguments
   */
  default Exec.Running begin(List<String> command) {
    return () -> ask(command);
  }

  /**
   * Its interfaces, in the kernel's order.
   *
   * @throws IOException when they cannot be read
   */
  List<HostInterface> interfaces() throws IOException;

  /**
   * The processes that hold sockets, for a person, as {@code nginx (process 123)}.
   *
   * @param sockets inodes of sockets
   * @return for each inode its first process; empty text where that ended meanwhile, none where
   *     nobody is seen to hold it
   */
  Map<String, String> holders(Set<String> sockets);

  /** Where the files and folders are read that commands are given. */
  SourceFiles documents();

  /**
   * A file's lines.
   *
   * @throws IOException where it cannot be read, or is not UTF-8
   */
  default List<String> lines(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new ByteArrayInputStream(read(file)), StandardCharsets.UTF_8.newDecoder()))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    }
    return lines;
  }

  /**
   * A setting's value, without blanks around it.
   *
   * @throws IOException where it cannot be read
   */
  default String setting(Path file) throws IOException {
    return new String(read(file), StandardCharsets.UTF_8).strip();
  }
}
