package io.portmapctl.host.live;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a host keeps what is looked at.
 *
 * @param programs the folders in which programs are looked for, in order
 * @param proc {@code /proc/net}
 */
public record HostPaths(List<Path> programs, Path proc) {

  /** The first program of that name. */
  Optional<Path> find(String program) {
    return programs.stream()
        .map(folder -> folder.resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** This host; {@code /usr/sbin} and {@code /sbin} are looked through after PATH. */
  public static HostPaths local(String path) {
    List<Path> folders = new ArrayList<>();
    for (String folder : (path + ":/usr/sbin:/sbin").split(":", -1)) {
      if (!folder.isEmpty()) {
        folders.add(Path.of(folder));
      }
    }
    return new HostPaths(List.copyOf(folders), Path.of("/proc/net"));
  }
}
