package io.portmapctl.host.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.cni.SourceFiles;
import io.portmapctl.host.Exec;
import io.portmapctl.host.Host;
import io.portmapctl.host.live.LocalHost;
import io.portmapctl.net.Cidr;
import io.portmapctl.net.HostInterface;
import io.portmapctl.testing.Faults;
import io.portmapctl.testing.Generator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded of a host, written, read and given back. */
class SnapshotTest {
  @TempDir private Path root;

  private static Snapshot.Entry of(Snapshot.Kind kind, String content, String... names) {
    return new Snapshot.Entry(kind, content, List.of(names));
  }

  private static Snapshot snapshot(List<Snapshot.Reply> replies, Map<Path, Snapshot.Entry> files) {
    return new Snapshot(
        "2026-11-26T16:30:00Z",
        Map.of("iptables-save", Path.of("/sbin/iptables-save")),
        Map.of(Path.of("/sbin/iptables-save"), Path.of("/sbin/xtables-nft-multi")),
        replies,
        List.of(
            new HostInterface(
                "brü0",
                List.of(
                    Cidr.parse("10.89.0.1/16").orElseThrow(),
                    Cidr.parse("fd00::1/64").orElseThrow()),
                List.of(Cidr.parse("10.89.255.255").orElseThrow().address()),
                false)),
        "",
        files,
        Map.of(
            Path.of("/proc/1/ns/net"),
            Optional.of(new Host.NetworkNamespace("4026531840", false)),
            Path.of("/var/run/netns/a"),
            Optional.of(new Host.NetworkNamespace("4026532000", true)),
            Path.of("/srv/gone"),
            Optional.empty(),
            Path.of("/proc/3/ns/net"),
            Optional.of(new Host.NetworkNamespace("", false))),
        Map.of("123", "nginx (process 9)"));
  }

  private static Snapshot.Reply reply(String output, String... command) {
    return new Snapshot.Reply(List.of(command), Optional.of(new Exec.Result(0, output, "")), "");
  }

  private static SnapshotHost host(Map<Path, Snapshot.Entry> files) {
    return new SnapshotHost(snapshot(List.of(), files));
  }

  @Test
  void everyByteComesBack() throws Exception {
    Generator random = new Generator(1);
    StringBuilder octets = new StringBuilder();
    for (char c = 0; c < 256; c++) {
      octets.append(c);
    }
    for (int i = 0; i < 50; i++) {
      Snapshot snapshot =
          snapshot(
              List.of(
                  reply(octets + random.octets(), "/sbin/iptables-save", "-c", "-t", "nat"),
                  new Snapshot.Reply(List.of("nft"), Optional.empty(), "nft is not installed")),
              Map.of(
                  Path.of("/proc/net/route"), Snapshot.Entry.file(random.octets()),
                  Path.of("/a"), of(Snapshot.Kind.FOLDER, "", "b", "c"),
                  Path.of("/a/b"), Snapshot.Entry.of(Snapshot.Kind.SPECIAL),
                  Path.of("/a/c"), of(Snapshot.Kind.FAILED, "too large"),
                  Path.of("/d"), Snapshot.Entry.of(Snapshot.Kind.FORBIDDEN)));
      String text = SnapshotFormat.print(snapshot);
      assertThat(text).matches("[ -~\n]*");
      assertThat(SnapshotFormat.parse(text.getBytes(StandardCharsets.US_ASCII)))
          .isEqualTo(snapshot);
    }
  }

  private static void refused(String text, String message) {
    assertThat(Faults.told(() -> SnapshotFormat.parse(text.getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(message);
  }

  @Test
  void whatIsNoSnapshotIsRefusedWithThePlace() {
    String good = SnapshotFormat.print(snapshot(List.of(reply("x", "a")), Map.of()));
    refused("", "empty; expected what portmapctl snapshot prints");
    refused("[]", "the document: found an array, expected an object");
    refused("*nat", "not JSON: line 1, column 1: Unexpected character ('*' (code 42))");
    refused("{}", "field \"kind\" is missing; expected what portmapctl snapshot prints");
    refused("{\"kind\":\"plan\"}", "/kind: found \"plan\", expected \"snapshot\"");
    refused(
        good.replace("\"version\": 1", "\"version\": 2"),
        "/version: found 2, expected 1 (a snapshot of another version is not understood here)");
    refused(good.replace("latin1", "utf8"), "/encoding: found \"utf8\", expected \"latin1\"");
    refused(
        good.replace("\"output\": \"x\"", "\"output\": \"\u20ac\""),
        "/commands/0/output: found the character \"\u20ac\", expected characters up to U+00FF,"
            + " each of which stands for a byte");
    refused(
        good.replace("\"output\": \"x\"", "\"output\": 1"),
        "/commands/0/output: found 1, expected a text");
    refused(good.replace("\"output\": \"x\",", ""), "/commands/0: field \"output\" is missing");
    refused(
        good.replace("10.89.0.1/16", "10.89.0.1/99"),
        "/interfaces/0/addresses/0: found \"10.89.0.1/99\", expected an address");
    refused(good + "{}", "the document: found more text, expected the end of the document");
    refused("{\"kind\": \"snapshot\"", "not JSON: line 1, column 20: it ends too early");
  }

  @Test
  void fieldsOfLaterProgramsArePassedOver() throws Exception {
    Snapshot snapshot = snapshot(List.of(), Map.of());
    String more =
        SnapshotFormat.print(snapshot)
            .replace("\"encoding\"", "\"more\": {\"a\": [1, {}]}, \"encoding\"");
    assertThat(SnapshotFormat.parse(more.getBytes(StandardCharsets.UTF_8))).isEqualTo(snapshot);
  }

  @Test
  void countersAreLeftOutOnlyBeforeRules() {
    assertThat(
            SnapshotHost.withoutCounters(
                "# it's \"[1:2] -A\n"
                    + "*nat\n"
                    + ":X - [5:6]\n"
                    + "[1:2] -A X -j Y\n"
                    + "[3:4] -A X -m comment --comment \"a \\\"\n"
                    + "[5:6] -A b\" -j Y\n"
                    + "[7:8] -A X\n"
                    + "COMMIT\n"))
        .isEqualTo(
            "# it's \"[1:2] -A\n*nat\n:X - [5:6]\n-A X -j Y\n"
                + "-A X -m comment --comment \"a \\\"\n[5:6] -A b\" -j Y\n-A X\nCOMMIT\n");
    assertThat(SnapshotHost.withoutCounters("")).isEmpty();
    assertThat(SnapshotHost.withoutCounters("[1:2] -A")).isEqualTo("[1:2] -A");
  }

  @Test
  void filesFailAsTheyDid() {
    SnapshotHost host =
        host(
            Map.of(
                Path.of("/proc/a"), Snapshot.Entry.of(Snapshot.Kind.FORBIDDEN),
                Path.of("/proc/b"), of(Snapshot.Kind.FAILED, "Input/output error"),
                Path.of("/proc/c"), Snapshot.Entry.of(Snapshot.Kind.MISSING)));
    assertThatThrownBy(() -> host.read(Path.of("/proc/a")))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessage("/proc/a");
    assertThatThrownBy(() -> host.read(Path.of("/proc/b"))).hasMessage("Input/output error");
    assertThatThrownBy(() -> host.read(Path.of("/proc/c"))).isInstanceOf(NoSuchFileException.class);
    Path conf = Path.of("/proc/sys/net/ipv4/conf");
    SnapshotHost older =
        host(Map.of(conf.resolve("eth0/rp_filter"), of(Snapshot.Kind.FILE, "0\n")));
    assertThatThrownBy(() -> older.setting(conf.resolve("eth0/src_valid_mark")))
        .isNotInstanceOf(NoSuchFileException.class)
        .hasMessage("the snapshot does not hold this setting");
    assertThatThrownBy(() -> older.setting(Path.of("/proc/sys/net/netfilter/x")))
        .isNotInstanceOf(NoSuchFileException.class)
        .hasMessage("the snapshot does not hold this setting");
    assertThatThrownBy(() -> older.setting(conf.resolve("eth1/rp_filter")))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(host.exists(Path.of("/proc/a"))).isTrue();
    assertThat(host.exists(Path.of("/proc/c"))).isFalse();
  }

  @Test
  void namespacesAreWhereTheyWere() throws Exception {
    SnapshotHost host = host(Map.of());
    Host.NetworkNamespace own = new Host.NetworkNamespace("4026531840", false);
    assertThat(host.namespace(Path.of("/proc/1/ns/net"))).contains(own);
    assertThat(host.namespace(Path.of("/proc/2/ns/net"))).isEmpty();
    assertThat(host.namespace(Path.of("/var/run/netns/a")))
        .contains(new Host.NetworkNamespace("4026532000", true));
    assertThat(host.namespace(Path.of("/run/netns/b"))).isEmpty();
    assertThat(host.namespace(Path.of("/srv/gone"))).isEmpty();
    assertThatThrownBy(() -> host.namespace(Path.of("/proc/3/ns/net")))
        .isInstanceOf(AccessDeniedException.class);
    assertThatThrownBy(() -> host.namespace(Path.of("/srv/other")))
        .hasMessage("the snapshot does not hold what is there");
  }

  @Test
  void linksLeadWhereTheyLed() {
    SnapshotHost host =
        new SnapshotHost(
            new Snapshot(
                "",
                Map.of(),
                Map.of(Path.of("/var/run"), Path.of("/run")),
                List.of(),
                List.of(),
                "no interfaces",
                Map.of(),
                Map.of(),
                Map.of()));
    assertThat(host.real(Path.of("/var/run/netns"))).isEqualTo(Path.of("/run/netns"));
    assertThat(host.real(Path.of("/srv/netns"))).isEqualTo(Path.of("/srv/netns"));
    assertThatThrownBy(host::interfaces).hasMessage("no interfaces");
  }

  @Test
  void documentsOfTheHostAreItsOwnAndOthersThisMachines() throws Exception {
    Path cache = Path.of("/var/lib/cni/results");
    Path local = Files.writeString(root.resolve("local"), "here");
    SourceFiles files =
        host(Map.of(
                cache,
                of(Snapshot.Kind.FOLDER, "", "web"),
                cache.resolve("web"),
                Snapshot.Entry.file("there")))
            .documents();
    assertThat(files.isReadable(cache)).isTrue();
    assertThat(files.isFolder(cache)).isTrue();
    assertThat(files.entries(cache)).containsExactly(cache.resolve("web"));
    assertThat(files.read(cache.resolve("web")))
        .isEqualTo("there".getBytes(StandardCharsets.UTF_8));
    assertThat(files.exists(cache.resolve("db"))).isFalse();
    assertThat(files.read(local)).isEqualTo("here".getBytes(StandardCharsets.UTF_8));
    assertThat(files.exists(root.resolve("none"))).isFalse();
  }

  @Test
  void nothingActsOnASnapshot() {
    assertThatThrownBy(() -> SnapshotHost.UNCHANGEABLE.run(List.of("iptables-restore"), ""))
        .hasMessage("a snapshot cannot be changed");
    assertThatThrownBy(() -> SnapshotHost.UNCHANGEABLE.write(root.resolve("x"), new byte[0]))
        .hasMessage("a snapshot cannot be changed");
    assertThat(root.resolve("x")).doesNotExist();
  }

  /** Which programs are asked for what; legacy ones only for what is loaded. */
  @Test
  void legacyProgramsAreAskedForLoadedTablesAlone() throws Exception {
    List<List<String>> asked = new ArrayList<>();
    Exec exec =
        (command, input) -> {
          asked.add(command);
          if (command.get(0).endsWith("ip")) {
            throw new IOException("it is broken");
          }
          return new Exec.Result(0, "*" + command.get(command.size() - 1) + "\nCOMMIT\n", "");
        };
    Path programs = Files.createDirectory(root.resolve("bin"));
    Path net = Files.createDirectory(root.resolve("net"));
    for (String name : List.of("iptables-save", "iptables-legacy-save", "ip6tables-save", "ip")) {
      Files.createFile(
          programs.resolve(name),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    Files.createSymbolicLink(
        programs.resolve("iptables-nft-save"), programs.resolve("iptables-save"));
    Files.writeString(net.resolve("ip_tables_names"), "filter\nnat\n");
    Files.writeString(
        net.resolve("tcp"),
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
            + "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77"
            + " 1\n"
            + "   1: 0100007F:1F91 0100007F:9999 01 00000000:00000000 00:00000000 00000000 0 0 78"
            + " 1\n");
    Snapshot snapshot =
        Recorder.record(new LocalHost(List.of(programs), net, exec), "2026-11-26T16:30:00Z");
    assertThat(asked.stream().filter(c -> c.get(0).endsWith("-save")))
        .extracting(c -> Path.of(c.get(0)).getFileName() + " " + c.get(3))
        .containsExactly(
            "iptables-save raw",
            "iptables-save mangle",
            "iptables-save nat",
            "iptables-save filter",
            "iptables-save security",
            "iptables-legacy-save nat",
            "iptables-legacy-save filter");
    SnapshotHost host = new SnapshotHost(snapshot);
    assertThat(host.ask(List.of(programs.resolve("iptables-nft-save").toString(), "-t", "nat")))
        .isEqualTo(new Exec.Result(0, "*nat\nCOMMIT\n", ""));
    assertThat(new String(host.read(Path.of("/proc/net/tcp")), StandardCharsets.UTF_8))
        .contains("1F90")
        .doesNotContain("1F91");
    assertThat(host.exists(Path.of("/proc/net/if_inet6"))).isFalse();
    assertThat(snapshot.commands())
        .contains(
            new Snapshot.Reply(
                List.of("nft", "-j", "list", "ruleset"), Optional.empty(), "nft is not installed"))
        .anySatisfy(r -> assertThat(r.reason()).isEqualTo("it is broken"));
  }
}
