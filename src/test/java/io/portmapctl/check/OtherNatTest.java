package io.portmapctl.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.host.Exec;
import io.portmapctl.host.nft.NftRules;
import io.portmapctl.host.snapshot.Snapshot;
import io.portmapctl.host.snapshot.SnapshotHost;
import io.portmapctl.net.Family;
import io.portmapctl.net.IpAddress;
import io.portmapctl.path.nft.FibLookup;
import io.portmapctl.path.nft.NftStation;
import io.portmapctl.portmap.PublishedPort;
import io.portmapctl.ruleset.nft.NftRuleset;
import io.portmapctl.trace.HostAddresses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which ports the rules take that nft printed in {@code testdata/nft}. */
@Tag("fast")
class OtherNatTest {
  private static final Path FOLDER = Path.of("testdata/nft");
  private static final Path NFT = Path.of("/usr/sbin/nft");

  private static Snapshot.Reply reply(List<String> command, String output) {
    return new Snapshot.Reply(command, Optional.of(new Exec.Result(0, output, "")), "");
  }

  private static SnapshotHost host(Map<String, Path> programs, List<Snapshot.Reply> replies) {
    return new SnapshotHost(
        new Snapshot("", programs, Map.of(), replies, List.of(), "", Map.of(), Map.of(), Map.of()));
  }

  private static NftRuleset recorded() throws IOException {
    String chains = Files.readString(FOLDER.resolve("chains.json"));
    List<Snapshot.Reply> replies = new ArrayList<>();
    replies.add(reply(NftRules.chains(NFT), chains));
    for (List<String> command : NftRules.tables(NFT, chains)) {
      String name = command.get(4) + "-" + command.get(5) + ".json";
      replies.add(reply(command, Files.readString(FOLDER.resolve(name))));
    }
    assertThat(replies).hasSize(5);
    return NftRules.open(host(Map.of("nft", NFT), replies)).orElseThrow().translating();
  }

  private static List<OtherNat.Translation> taking(NftRuleset nft, PublishedPort port) {
    return OtherNat.of(
        port.family(),
        List.of(),
        (space, host, place) ->
            NftStation.of(nft, space, host, port.family(), FibLookup.UNKNOWN, place),
        List.of(port),
        () -> HostAddresses.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({
    "IPV4, tcp, , 8005, inet dk pre to 10.89.5.7:80",
    "IPV4, tcp, , 8011, ''",
    "IPV4, tcp, , 9443, inet dk pre to 10.89.5.7:80",
    "IPV4, udp, , 8005, ''",
    "IPV6, tcp, , 8005, ''",
    "IPV4, udp, , 5353, inet dk pre to 10.89.5.8",
    "IPV6, udp, , 5353, ''",
    "IPV4, tcp, , 65001, inet dk pre to port 1",
    "IPV6, tcp, , 65001, inet dk pre to port 1",
    "IPV4, tcp, , 100, ''",
    "IPV4, tcp, , 4000, ''",
    "IPV4, tcp, , 7000, inet dk seven to 10.89.5.7:70",
    "IPV4, tcp, , 7001, ''",
    "IPV6, tcp, , 3000, inet dk pre to [fd00::7]:30",
    "IPV4, tcp, , 3000, ''",
    "IPV4, tcp, , 6000, inet dk pre to 10.89.5.7:80",
    "IPV4, udp, , 6000, ''",
    "IPV4, tcp, , 2000, inet dk pre to 10.89.5.9:20",
    "IPV4, tcp, 192.0.2.9, 2000, inet dk pre to 10.89.5.9:20",
    "IPV4, tcp, 192.0.2.10, 2000, ''",
    "IPV4, tcp, 192.0.2.10, 2002, inet dk pre to 10.89.5.9:21",
    "IPV4, tcp, 192.0.2.9, 2002, ''",
    "IPV4, tcp, , 1500, inet dk seven to 10.89.5.7:70",
    "IPV4, tcp, , 8443, ip first out to port 443 first",
    "IPV4, tcp, , 8444, ''",
    "IPV4, tcp, , 1111, ip nat mine to 10.0.0.1",
    "IPV4, tcp, , 1112, ''",
  })
  void whoMayTakeAPort(Family family, String protocol, String hostIp, int port, String places)
      throws IOException {
    Optional<IpAddress> address =
        Optional.ofNullable(hostIp).map(text -> IpAddress.parse(text).orElseThrow());
    List<String> found =
        taking(recorded(), new PublishedPort(family, protocol, address, port)).stream()
            .map(
                t ->
                    t.taker().table()
                        + " "
                        + t.taker().chain()
                        + " to "
                        + t.to().orElse("somewhere")
                        + (t.first() ? " first" : ""))
            .toList();
    assertThat(String.join(", ", found)).isEqualTo(places);
  }

  @Test
  void withoutNftNobodyIsAsked() throws IOException {
    assertThat(NftRules.open(host(Map.of(), List.of()))).isEmpty();
  }

  @Test
  void whatIsNoAnswerIsSaidSo() {
    for (String output : List.of("", "Error: no", "{\"nftables\": [")) {
      SnapshotHost host = host(Map.of("nft", NFT), List.of(reply(NftRules.chains(NFT), output)));
      assertThatThrownBy(() -> NftRules.open(host)).as(output).isInstanceOf(IOException.class);
    }
  }
}
