package io.portmapctl.host.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.net.IpAddress;
import io.portmapctl.net.ListeningSocket;
import io.portmapctl.net.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The sockets of {@code /proc/net}, on a machine whose lowest byte comes first. */
@Tag("fast")
class SocketTableTest {
  private static final String HEAD =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
          + " inode";

  private static List<String> waiting(Protocol protocol, int port, String... lines) {
    List<String> all = Stream.concat(Stream.of(HEAD), Stream.of(lines)).toList();
    return SocketTable.waiting(protocol, all, port).stream()
        .map(e -> e.address().bracketed() + " " + e.inode())
        .toList();
  }

  private static String line(String local, String state, String inode) {
    return "   0: "
        + local
        + " 00000000:0000 "
        + state
        + " 00000000:00000000 00:00000000 00000000     0        0 "
        + inode
        + " 1 0000000000000000 100 0 0 10 0";
  }

  @Test
  void addressesAreWordsInTheMachinesOrder() {
    assertThat(
            waiting(
                Protocol.TCP,
                80,
                line("00000000:0050", "0A", "1"),
                line("0100007F:0050", "0A", "2"),
                line("0659590A:0050", "0A", "3"),
                line("00000000000000000000000000000000:0050", "0A", "4"),
                line("00000000000000000000000001000000:0050", "0A", "5"),
                line("B80D0120000000000000000001000000:0050", "0A", "6"),
                line("0000000000000000FFFF00000659590A:0050", "0A", "7")))
        .containsExactly(
            "0.0.0.0 1",
            "127.0.0.1 2",
            "10.89.89.6 3",
            "[::] 4",
            "[::1] 5",
            "[2001:db8::1] 6",
            "10.89.89.6 7");
  }

  @Test
  void othersAreNone() {
    assertThat(
            waiting(
                Protocol.TCP,
                80,
                line("00000000:0051", "0A", "1"),
                line("00000000:0050", "01", "2"),
                line("00000000:050", "0A", "3"),
                line("0000000:0050", "0A", "4"),
                line("00000000", "0A", "5"),
                line("zzzzzzzz:0050", "0A", "6"),
                "",
                "0:"))
        .isEmpty();
    assertThat(waiting(Protocol.UDP, 53, line("00000000:0035", "07", "8"))).hasSize(1);
    assertThat(waiting(Protocol.UDP, 53, line("00000000:0035", "01", "8"))).isEmpty();
  }

  @Test
  void sctpHasADecimalPortAndManyAddresses() {
    assertThat(
            waiting(
                Protocol.SCTP,
                3868,
                " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS",
                "ffff9 ffff8 2 10 28 3868 0 4711 10.88.0.5 fd00::5",
                "ffff9 ffff8 2 7 28 3868 0 4712 10.88.0.6",
                "ffff9 ffff8 2 10 28 3869 0 4713 10.88.0.7"))
        .containsExactly("10.88.0.5 4711", "[fd00::5] 4711");
  }

  @Test
  void whetherIpv4IsTakenTooSsTells() {
    String printed =
        "LISTEN 0 5 [::]:80 [::]:* ino:31 sk:1 cgroup:/ v6only:1 <->\n"
            + "LISTEN 0 5 *:80 *:* ino:32 sk:2 cgroup:/ v6only:0 <->\n"
            + "LISTEN 0 5 0.0.0.0:80 0.0.0.0:* ino:33 sk:3 <->\n";
    assertThat(Listeners.both(Listeners.words(printed, "31"))).contains(false);
    assertThat(Listeners.both(Listeners.words(printed, "32"))).contains(true);
    assertThat(Listeners.both(Listeners.words(printed, "33"))).isEmpty();
    assertThat(Listeners.both(Listeners.words(printed, "3"))).isEmpty();
  }

  @Test
  void boundSocketsAndFullQueuesSsTells() {
    List<String> bound =
        Listeners.words("LISTEN 0 5 0.0.0.0%eth1:80 0.0.0.0:* ino:31 sk:1\n", "31");
    List<String> six = Listeners.words("LISTEN 6 5 [::]%a.b:80 [::]:* ino:32 sk:2\n", "32");
    assertThat(Listeners.device(bound)).contains("eth1");
    assertThat(Listeners.device(six)).contains("a.b");
    assertThat(Listeners.device(Listeners.words("LISTEN 0 5 *:80 *:* ino:33\n", "33"))).isEmpty();
    assertThat(Listeners.isFull(bound)).isFalse();
    assertThat(Listeners.isFull(six)).isTrue();
    assertThat(Listeners.device(List.of())).isEmpty();
    assertThat(Listeners.isFull(List.of())).isFalse();
  }

  @Test
  void aBoundSocketTakesWhatComesByItsInterface() {
    IpAddress to = IpAddress.parse("10.0.0.2").orElseThrow();
    ListeningSocket bound =
        new ListeningSocket(
            IpAddress.parse("0.0.0.0").orElseThrow(),
            80,
            Optional.empty(),
            Optional.empty(),
            Optional.of("eth1"),
            ListeningSocket.State.WAITING);
    assertThat(bound.takes(to)).isEmpty();
    assertThat(bound.takes(to, "eth0")).contains(false);
    assertThat(bound.takes(to, "eth1")).contains(true);
  }

  @Test
  void aSocketTakesWhatIsSentToItsAddress() {
    IpAddress v4 = IpAddress.parse("10.0.0.2").orElseThrow();
    IpAddress v6 = IpAddress.parse("fd00::2").orElseThrow();
    Optional<Boolean> open = Optional.empty();
    assertThat(socket("0.0.0.0", open).takes(v4)).contains(true);
    assertThat(socket("0.0.0.0", open).takes(v6)).contains(false);
    assertThat(socket("::", open).takes(v6)).contains(true);
    assertThat(socket("::", open).takes(v4)).isEmpty();
    assertThat(socket("::", Optional.of(true)).takes(v4)).contains(true);
    assertThat(socket("::", Optional.of(false)).takes(v4)).contains(false);
    assertThat(socket("10.0.0.2", open).takes(v4)).contains(true);
    assertThat(socket("10.0.0.3", open).takes(v4)).contains(false);
    assertThat(socket("127.0.0.1", open).loopback()).isTrue();
    assertThat(socket("::1", open).loopback()).isTrue();
    assertThat(socket("::", open).loopback()).isFalse();
  }

  private static ListeningSocket socket(String address, Optional<Boolean> both) {
    return new ListeningSocket(IpAddress.parse(address).orElseThrow(), 80, both, Optional.empty());
  }
}
