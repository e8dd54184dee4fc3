package io.portmapctl.host.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.Attempt;
import io.portmapctl.net.IpAddress;
import io.portmapctl.net.Protocol;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of connections that are tried, and what the kernel's words say. */
@Tag("fast")
class ConnectionsTest {
  private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();

  @Test
  void theKernelsWordsTell() {
    Map<String, Attempt> words =
        Map.of(
            "bash: connect: Connection refused", Attempt.REFUSED,
            "ICMP Port Unreachable", Attempt.REFUSED,
            "Connection timed out", Attempt.TIMED_OUT,
            "Network is unreachable", Attempt.UNREACHABLE,
            "No route to host (Host unreachable)", Attempt.UNREACHABLE,
            "Operation not permitted", Attempt.NOT_PERMITTED,
            "Permission denied", Attempt.NOT_PERMITTED,
            "something else", Attempt.FAILED);
    words.forEach(
        (text, attempt) ->
            assertThat(Connections.told(text, Attempt.FAILED)).as(text).isEqualTo(attempt));
  }

  @Test
  void aConnectionComesAboutOrIsRefused() throws Exception {
    int port;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = server.getLocalPort();
      assertThat(Connections.here(Protocol.TCP, LOCAL, port)).isEqualTo(Attempt.CONNECTED);
    }
    assertThat(Connections.here(Protocol.TCP, LOCAL, port)).isEqualTo(Attempt.REFUSED);
    assertThat(Connections.here(Protocol.UDP, LOCAL, port)).isEqualTo(Attempt.REFUSED);
    assertThat(Connections.here(Protocol.SCTP, LOCAL, port)).isEqualTo(Attempt.PROTOCOL);
  }

  @Test
  void namespacesOfProcessesAreKnownByTheirNumbers() {
    Map<Long, Path> paths = new HashMap<>(Map.of(3L, Path.of("/run/netns/known")));
    ContainerNamespaces.ofProcesses(
        "unassigned 1\n0 4711\n3 4712\n12 0815\n\nnonsense\n-1 5\n99999999999 6\n", paths);
    assertThat(paths)
        .containsOnly(
            Map.entry(0L, Path.of("/proc/4711/ns/net")),
            Map.entry(3L, Path.of("/run/netns/known")),
            Map.entry(12L, Path.of("/proc/0815/ns/net")));
  }
}
