package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who holds a socket, and whether for a container. */
@Tag("fast")
class HoldersTest {
  private static final Path NAME = Path.of("/proc/self/comm");

  private static Set<String> sockets() throws IOException {
    Set<String> inodes = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path file : files) {
        if (Files.isSymbolicLink(file)) {
          String target = Files.readSymbolicLink(file).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring("socket:[".length(), target.length() - 1));
          }
        }
      }
    }
    return inodes;
  }

  @Test
  void aNameIsNoProof() throws IOException {
    Set<String> others = sockets();
    String name = Files.readString(NAME);
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Set<String> own = sockets();
      own.removeAll(others);
      Files.writeString(NAME, "conmon");
      LocalHost host = LocalHost.of("", new ProcessExec(1));
      assertThat(host.holders(own).values())
          .as("port %s", socket.getLocalPort())
          .isNotEmpty()
          .allSatisfy(
              process -> {
                assertThat(process).matches("conmon \\[/.*java\\] \\(process [0-9]+\\)");
                assertThat(Sockets.holdsForContainer(process)).isFalse();
              });
    } finally {
      Files.writeString(NAME, name);
    }
  }

  @Test
  void thoseThatDo() {
    for (String process :
        List.of("conmon (process 12)", "containerd-shim (process 3)", "docker-proxy (process 4)")) {
      assertThat(Sockets.holdsForContainer(process)).as(process).isTrue();
    }
    for (String process :
        List.of("conmonster (process 12)", "conmon (process (process 12)", "nginx (process 4)")) {
      assertThat(Sockets.holdsForContainer(process)).as(process).isFalse();
    }
  }
}
