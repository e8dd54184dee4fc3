package io.portmapctl.host.snapshot;

import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.net.HostInterface;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that is read of a host, raw, at one moment.
 *
 * @param taken that moment, as {@code 2026-11-26T16:30:00Z}
 * @param programs where each program was found; none that was not
 * @param realPaths paths and what they are without links
 * @param commands what programs answered
 * @param interfaces its interfaces in the kernel's order; empty where they could not be read
 * @param noInterfaces why they could not be read; empty where they could
 * @param files files and folders by their path, in order
 * @param namespaces where network namespaces are, of processes too, and where looked-for ones are
 *     not; one without a number could not be looked at; empty where that is not held
 * @param holders for the inode of a socket on which somebody waits, the first process that has it
 */
public record Snapshot(
    String taken,
    Map<String, Path> programs,
    Map<Path, Path> realPaths,
    List<Reply> commands,
    List<HostInterface> interfaces,
    String noInterfaces,
    Map<Path, Entry> files,
    Map<Path, Optional<Host.NetworkNamespace>> namespaces,
    Map<String, String> holders) {

  /**
   * What a program answered.
   *
   * @param command the program's path, or its name where it was not found, and its arguments
   * @param result what it left; empty where it could not be run
   * @param reason why it could not; empty where it could
   */
  public record Reply(List<String> command, Optional<Exec.Result> result, String reason) {}

  /**
   * A file or folder.
   *
   * @param kind what it is
   * @param content a file's bytes, each as the character of its value; a failure's reason
   * @param names what is in a folder
   */
  public record Entry(Kind kind, String content, List<String> names) {

    /** A file with its bytes, each as the character of its value. */
    static Entry file(String content) {
      return new Entry(Kind.FILE, content, List.of());
    }

    /** One of which nothing else is known. */
    static Entry of(Kind kind) {
      return new Entry(kind, "", List.of());
    }
  }

  /** What stands at a path. */
  public enum Kind {
    /** A file that was read. */
    FILE,
    /** A folder whose names were read. */
    FOLDER,
    /** A folder in a folder, a pipe or a device: what is in it was not read. */
    SPECIAL,
    /** Nothing. */
    MISSING,
    /** Something that the reader was not permitted to read. */
    FORBIDDEN,
    /** Something that could not be read for another reason. */
    FAILED
  }
}
