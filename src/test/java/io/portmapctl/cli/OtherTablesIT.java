package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.testing.Attachments;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What else of the live kernel has to do with a mapping is said, whatever holds it. */
@Tag("live")
class OtherTablesIT {
  private static final Path CASE = Path.of("testdata/inputs/cases/other-variant-takes-port");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String LEGACY =
      "*nat\n:DOCKER - [0:0]\n"
          + "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n"
          + "-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER\n"
          + "-A DOCKER -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.4.0.99:80\nCOMMIT\n";

  @TempDir private Path folder;

  private Namespace host() throws Exception {
    Namespace host = Namespace.make();
    host.must("", "ip", "link", "add", "lan0", "type", "bridge");
    host.must("", "ip", "addr", "add", "192.0.2.11/24", "dev", "lan0");
    host.must("", "ip", "addr", "add", "10.4.0.1/24", "dev", "lan0");
    host.must("", "ip", "link", "set", "lan0", "up");
    host.must("", "sysctl", "-qw", "net.ipv4.ip_forward=1");
    host.must("", "sysctl", "-qw", "net.ipv4.conf.lan0.route_localnet=1");
    return host;
  }

  private static String document(String id, int port) {
    return "{\"containerID\":\"%s\",\"ifName\":\"eth0\",\"config\":{\"cniVersion\":\"1.0.0\","
            .formatted(id)
        + "\"type\":\"portmap\",\"name\":\"cbr0\",\"runtimeConfig\":{\"portMappings\":["
        + "{\"hostPort\":%d,\"containerPort\":80,\"protocol\":\"tcp\"}]},".formatted(port)
        + "\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.4.0.12/24\"}]}}}";
  }

  private Path write(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }

  /** The command on the host, and on its snapshot, which answers alike. */
  private Run ask(Namespace host, String... words) throws Exception {
    Run live = host.portmapctl(words);
    Path snapshot = folder.resolve("snapshot.json");
    assertThat(host.portmapctl("snapshot", snapshot.toString()).exit()).isZero();
    List<String> kept = new ArrayList<>(List.of(words));
    kept.addAll(List.of("--host", snapshot.toString()));
    assertThat(Run.of(kept.toArray(new String[0]))).isEqualTo(live);
    return live;
  }

  private void assertAllSay(Namespace host, Path document, String said) throws Exception {
    Run list = ask(host, "list", "--port", "80/tcp");
    assertThat(list.err()).contains(said);
    Run check = ask(host, "check", document.toString());
    assertThat(check.out()).contains(said);
    Run port = ask(host, "explain", "--port", "80", "--family", "ipv4");
    assertThat(port.err()).contains(said);
    assertThat(port.out()).contains("Another nat table of this kernel translates the port too");
    Run packet = ask(host, "explain", "--packet", "tcp 203.0.113.9:4000 -> 192.0.2.11:80");
    assertThat(packet.err()).contains(said.replace("port 80 ", "port 80 on 192.0.2.11 "));
    Run plan = ask(host, "explain", document.toString(), "-o", "json");
    assertThat(plan.out()).contains("translated-elsewhere").contains("Another nat table");
    Run other = ask(host, "list", "--port", "443");
    assertThat(other.err()).doesNotContain("translated");
  }

  /**
   * What nft wrote into a table of iptables is read as it is: iptables-save prints a set of ports
   * as no condition at all.
   */
  @Test
  void whatNftWroteIntoATableOfIptablesIsReadFromNft() throws Exception {
    try (Namespace host = host()) {
      host.must(Files.readString(CASE.resolve("nft.save")), "iptables-nft-restore");
      host.must("", "iptables-nft", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j", "ACCEPT");
      host.must("", "iptables-nft", "-P", "INPUT", "DROP");
      String packet = "tcp 192.0.2.9:4000 -> 192.0.2.11:9000 in lan0";
      JsonNode before = decided(host, packet);
      assertThat(before.get("variant").asText()).isEqualTo("nft");
      host.must("", "nft", "add", "rule", "ip", "filter", "INPUT", "tcp dport { 443, 444 } accept");
      assertThat(host.must("", "iptables-nft-save", "-t", "filter"))
          .contains("-A INPUT -p tcp -j ACCEPT");
      JsonNode after = decided(host, packet);
      assertThat(after.get("variant").asText()).isEqualTo("nftables");
      assertThat(after.get("kind").asText()).isEqualTo("policy");
      assertThat(ask(host, "explain", "--packet", packet.replace(":9000", ":444")).out())
          .contains("tcp dport { 443, 444 } accept");
    }
  }

  private JsonNode decided(Namespace host, String packet) throws Exception {
    JsonNode told = JSON.readTree(ask(host, "explain", "--packet", packet, "-o", "json").out());
    assertThat(told.get("disposition").asText()).isEqualTo("dropped");
    return told.get("decidedBy");
  }

  @Test
  void theOtherVariantTakesThePort() throws Exception {
    Path document = write("web.json", document("aaaa00001111", 80));
    for (String main : List.of("nft", "legacy")) {
      String other = main.equals("nft") ? "legacy" : "nft";
      try (Namespace host = host()) {
        host.must(Files.readString(CASE.resolve("nft.save")), "iptables-" + main + "-restore");
        host.must(LEGACY, "iptables-" + other + "-restore");
        String said =
            "IPv4: tcp port 80 is translated in the nat table of iptables-"
                + other
                + " too, by a rule of chain DOCKER, of docker, to 10.4.0.99:80;"
                + " which of the tables is asked first cannot be told here";
        assertAllSay(host, document, said);
        assertShadowed(host, document, other, "nat", "open");
        Run named = ask(host, "list", "--iptables", main);
        assertThat(named.err()).contains(said);
        Path another = write("another.json", document("bbbb", 80));
        assertThat(ask(host, "add", another.toString(), "--force").out()).contains(said);
        Run applied =
            host.portmapctl(
                "add",
                another.toString(),
                "--force",
                "--apply",
                "--lock-file",
                folder.resolve("lock").toString(),
                "--iptables",
                "auto");
        assertThat(applied.out()).contains(said).contains("Applied");
      }
    }
  }

  @Test
  void whatNftWroteTakesThePort() throws Exception {
    Path document = write("web.json", document("aaaa00001111", 80));
    try (Namespace host = host()) {
      host.must(Files.readString(CASE.resolve("nft.save")), "iptables-nft-restore");
      host.must(
          "",
          "nft",
          "add table inet dk; add chain inet dk pre { type nat hook prerouting priority -110; };"
              + " add rule inet dk pre tcp dport { 80, 81 } dnat ip to 10.4.0.99:80");
      assertAllSay(
          host,
          document,
          "IPv4: tcp port 80 may be translated in table inet dk too, which nft wrote, by a rule of"
              + " chain pre to 10.4.0.99:80; that table is asked first");
      assertShadowed(host, document, "nftables", "inet dk", "shadowed");
      Run check = ask(host, "check", document.toString());
      assertThat(check.exit()).isEqualTo(1);
      assertThat(check.out())
          .contains(
              "IPv4: tcp port 80 is taken first by a rule of chain pre of table inet dk, which nft"
                  + " wrote: tcp dport { 80, 81 } dnat");
    }
  }

  /** Who takes the whole port is told in the list, and what check makes of it. */
  private void assertShadowed(
      Namespace host, Path document, String variant, String table, String status) throws Exception {
    JsonNode mapping =
        JSON.readTree(ask(host, "list", "--state", "shadowed", "-o", "json").out())
            .get("mappings")
            .get(0);
    assertThat(mapping.get("hostPort").asInt()).isEqualTo(80);
    assertThat(mapping.get("takenBy").get("variant").asText()).isEqualTo(variant);
    assertThat(mapping.get("takenBy").get("table").asText()).isEqualTo(table);
    assertThat(ask(host, "list", "--port", "80").out())
        .contains(status.equals("open") ? "shadowed (perhaps)" : "shadowed");
    assertThat(ask(host, "list", "--port", "80/tcp", "--exit-code").exit()).isEqualTo(1);
    JsonNode check =
        JSON.readTree(ask(host, "check", document.toString(), "-o", "json").out())
            .get("attachments")
            .get(0);
    assertThat(check.get("status").asText()).isEqualTo(status);
    assertThat(check.get("shadowedBy").get(0).get("table").asText()).isEqualTo(table);
  }

  /** Rules that are right, on a host that forwards nothing. */
  @Test
  void checkSaysThatNothingIsForwarded() throws Exception {
    Path document = write("web.json", document("aaaa00001111", 80));
    try (Namespace host = host()) {
      host.must(Files.readString(CASE.resolve("nft.save")), "iptables-nft-restore");
      Run well = ask(host, "check", document.toString(), "-o", "json");
      assertThat(well.exit()).as(well.out()).isZero();
      assertThat(JSON.readTree(well.out()).get("advice")).isEmpty();
      host.must("", "sysctl", "-qw", "net.ipv4.ip_forward=0");
      host.must("", "iptables", "-P", "FORWARD", "DROP");
      Run check = ask(host, "check", document.toString(), "-o", "json");
      assertThat(check.exit()).isZero();
      List<String> advice = new ArrayList<>();
      for (JsonNode each : JSON.readTree(check.out()).get("advice")) {
        assertThat(each.get("code").asText()).isEqualTo("forwards-nothing");
        advice.add(each.get("text").asText());
      }
      assertThat(advice).hasSize(2);
      assertThat(advice.get(0)).contains("ip_forward is 0");
      assertThat(advice.get(1)).contains("chain FORWARD of table filter has the policy DROP");
      assertThat(ask(host, "check", document.toString()).out()).contains(advice.get(0));
      host.must("", "sysctl", "-qw", "net.ipv4.ip_forward=1");
      String established = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
      host.must("", ("iptables -A FORWARD " + established).split(" "));
      check = ask(host, "check", document.toString(), "-o", "json");
      assertThat(check.exit()).isZero();
      assertThat(JSON.readTree(check.out()).get("advice").findValuesAsText("code"))
          .containsExactly("forward-drops");
      host.must("", "iptables", "-A", "FORWARD", "-d", "10.4.0.0/16", "-j", "ACCEPT");
      check = ask(host, "check", document.toString(), "-o", "json");
      assertThat(JSON.readTree(check.out()).get("advice")).isEmpty();
    }
  }

  /** Rules that are right, and tables around them that drop what they are for. */
  @Test
  void checkSaysWhatElseKeepsPacketsAway() throws Exception {
    Path document = write("web.json", document("aaaa00001111", 80));
    try (Namespace host = host()) {
      host.must(Files.readString(CASE.resolve("nft.save")), "iptables-nft-restore");
      String raw = "-t raw -A PREROUTING -p tcp --dport 80 -j DROP";
      assertKeptAway(
          host,
          document,
          "rule 1 of chain PREROUTING in table raw drops it (-p tcp -m tcp --dport 80 -j DROP);"
              + " this lets it pass: iptables-nft -t raw -I PREROUTING 1 -p tcp --dport 80"
              + " -j ACCEPT",
          ("iptables-nft " + raw).split(" "),
          ("iptables-nft " + raw.replace("-A", "-D")).split(" "));
      assertKeptAway(
          host,
          document,
          "rule 1 of chain PREROUTING in table raw of iptables-legacy drops it (-p tcp -m tcp"
              + " --dport 80 -j DROP)",
          ("iptables-legacy " + raw).split(" "),
          ("iptables-legacy " + raw.replace("-A", "-D")).split(" "));
      assertKeptAway(
          host,
          document,
          "rule 1 of chain away of table inet fw, written by nft, drops it (ip daddr 10.4.0.12 tcp"
              + " dport 80 drop)",
          new String[] {
            "nft",
            "add table inet fw; add chain inet fw away { type filter hook forward priority 0; };"
                + " add rule inet fw away ip daddr 10.4.0.12 tcp dport 80 drop"
          },
          "nft",
          "delete table inet fw");
      // who is not let in by whom the host is closed to is no fault of the port
      host.must("", "iptables-nft", "-A", "FORWARD", "-s", "10.9.0.0/16", "-j", "DROP");
      Run nagios = ask(host, "check", document.toString(), "-o", "nagios");
      assertThat(nagios.out()).startsWith("PORTMAPCTL OK - 1 attachment is there |");
    }
  }

  private void assertKeptAway(
      Namespace host, Path document, String said, String[] way, String... back) throws Exception {
    host.must("", way);
    Run check = ask(host, "check", document.toString());
    assertThat(check.exit()).as(check.out()).isZero();
    assertThat(check.out())
        .contains("IPv4: nothing that other machines send to tcp port 80 comes to its container: ")
        .contains(said);
    Run nagios = ask(host, "check", document.toString(), "-o", "nagios");
    assertThat(nagios.exit()).isEqualTo(1);
    assertThat(nagios.out())
        .startsWith(
            "PORTMAPCTL WARNING - 1 attachment is there; IPv4: nothing that other machines send to"
                + " tcp port 80 comes to its container |");
    host.must("", back);
    Run again = ask(host, "check", document.toString(), "-o", "json");
    assertThat(JSON.readTree(again.out()).get("advice")).isEmpty();
  }

  /** After a reboot the process of a record's namespace may be anybody's. */
  @Test
  void aProcessOfTheHostsOwnNamespaceIsNoContainer() throws Exception {
    try (Namespace host = host()) {
      host.must(Files.readString(CASE.resolve("nft.save")), "iptables-nft-restore");
      Process sleep = host.start("sleep", "60");
      Path results = Files.createDirectory(folder.resolve("results"));
      String own = host.must("", "readlink", "/proc/self/ns/net").strip();
      Path netns = Path.of("/proc", Long.toString(sleep.pid()), "ns", "net");
      for (int i = 0; i < 100 && !Files.readSymbolicLink(netns).toString().equals(own); i++) {
        Thread.sleep(10);
      }
      Files.writeString(
          results.resolve("cbr0-aaaa00001111-eth0"),
          Attachments.record(document("aaaa00001111", 80), netns.toString()));
      String dead =
          "dead: network cbr0, container aaaa00001111: its network namespace "
              + netns
              + " is no container's any more; passed over";
      assertThat(host.portmapctl("check", results.toString()).err()).contains(dead);
      Run add = host.portmapctl("add", results.toString());
      assertThat(add.err()).contains(dead);
      assertThat(add.out()).endsWith("No changes.\n");
      Run gc = host.portmapctl("gc", results.toString(), "--exit-code");
      assertThat(gc.exit()).as(gc.out()).isEqualTo(1);
      assertThat(gc.out()).contains("(removed) of cbr0/aaaa00001111");
      sleep.destroy();
    }
  }
}
