package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.GoPlugin;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --undo} wrote is run long after: others came and went, and keep what they need. */
@Tag("live")
class UndoIT {
  private static final String SETTING = "/proc/sys/net/ipv4/conf/cni-test0/route_localnet";

  @TempDir private Path folder;

  private Run ask(Namespace host, String variant, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(Namespace.launcher()));
    command.addAll(List.of(words));
    command.addAll(List.of("--iptables", variant, "--net", "web"));
    command.addAll(List.of("--apply", "--lock-file", folder.resolve("lock").toString()));
    Run run = host.run("", command);
    assertThat(run.exit()).as(run.err()).isZero();
    return run;
  }

  private void add(Namespace host, String variant, int number, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("add", "--layout", "mark"));
    words.addAll(List.of("--container-id", "c" + number, "-p", (8080 + number) + ":80"));
    words.addAll(
        List.of("--ip", "10.89.1." + number + "/24", "--ip", "fd00:89::" + number + "/64"));
    words.addAll(List.of(more));
    ask(host, variant, words.toArray(new String[0]));
  }

  private static String config(int number) {
    return "{\"cniVersion\":\"1.0.0\",\"name\":\"web\",\"type\":\"portmap\",\"runtimeConfig\":"
        + "{\"portMappings\":[{\"hostPort\":"
        + (8080 + number)
        + ",\"containerPort\":80,\"protocol\":\"tcp\"}]},\"prevResult\":{\"cniVersion\":\"1.0.0\","
        + "\"ips\":[{\"address\":\"10.89.1."
        + number
        + "/24\"},{\"address\":\"fd00:89::"
        + number
        + "/64\"}]}}";
  }

  @Test
  void whatTheGoPluginCameToUseStays() throws Exception {
    GoPlugin.needed();
    for (String shell : List.of("dash", "bash")) {
      try (Namespace host = Namespace.withBridge();
          Namespace alone = Namespace.withBridge()) {
        String undo = folder.resolve("undo-" + shell).toString();
        add(host, "nft", 1, "--undo", undo);
        for (Namespace each : List.of(host, alone)) {
          Run plugin = GoPlugin.run(each, "ADD", "c2", config(2));
          assertThat(plugin.exit()).as(plugin.out()).isZero();
        }
        Run back = host.run("", List.of(shell, undo));
        assertThat(back.exit()).as(back.err()).isZero();
        assertThat(back.err())
            .contains(
                "IPv4: others use CNI-HOSTPORT-DNAT, CNI-HOSTPORT-MASQ, CNI-HOSTPORT-SETMARK by"
                    + " now: left as is",
                "IPv6: others use",
                "cni-test0/route_localnet: another container needs it by now");
        assertThat(host.natTables("nft")).isEqualTo(alone.natTables("nft"));
        assertThat(host.must("", "cat", SETTING)).isEqualTo("1\n");
      }
    }
  }

  @Test
  void whatPortmapctlPublishedSinceStays() throws Exception {
    for (String variant : List.of("nft", "legacy")) {
      try (Namespace host = Namespace.withBridge();
          Namespace alone = Namespace.withBridge()) {
        String undo = folder.resolve("undo-" + variant).toString();
        add(host, variant, 1, "--undo", undo);
        add(host, variant, 2);
        add(alone, variant, 2);
        host.must("", "sh", undo);
        assertThat(host.natTables(variant)).isEqualTo(alone.natTables(variant));
      }
    }
  }

  /** What came back by then went: nothing is left, and the setting is as before. */
  @Test
  void whatNobodyUsesAnyMoreGoes() throws Exception {
    for (String variant : List.of("nft", "legacy")) {
      try (Namespace host = Namespace.withBridge()) {
        Map<String, List<String>> before = host.natTables(variant);
        String undo = folder.resolve("undo-gone-" + variant).toString();
        add(host, variant, 1, "--undo", undo);
        add(host, variant, 2);
        ask(host, variant, "del", "--container-id", "c2");
        host.must("", "sh", undo);
        assertThat(host.natTables(variant)).isEqualTo(before);
        assertThat(host.must("", "cat", SETTING)).isEqualTo("0\n");
      }
    }
  }

  /** What iptables cannot delete by its text was added. */
  @Test
  void whatHasNoTextGoesToo() throws Exception {
    for (String variant : List.of("nft", "legacy")) {
      try (Namespace host = Namespace.withBridge()) {
        add(host, variant, 2);
        Map<String, List<String>> before = host.natTables(variant);
        String undo = folder.resolve("undo-connlimit-" + variant).toString();
        String match = "-m connlimit --connlimit-above 2";
        add(host, variant, 1, "--undo", undo, "--condition-v4", match, "--condition-v6", match);
        assertThat(host.natTables(variant).toString()).contains("connlimit");
        host.must("", "sh", undo);
        assertThat(host.natTables(variant)).isEqualTo(before);
      }
    }
  }

  /** A removal is taken back though those before it have gone; not, where it is there anew. */
  @Test
  void aRemovalComesBackUnlessItIsThereAnew() throws Exception {
    for (String variant : List.of("nft", "legacy")) {
      try (Namespace host = Namespace.withBridge()) {
        for (int i = 1; i <= 3; i++) {
          add(host, variant, i);
        }
        String undo = folder.resolve("undo-del-" + variant).toString();
        ask(host, variant, "del", "--container-id", "c3", "--undo", undo);
        ask(host, variant, "del", "--container-id", "c1");
        ask(host, variant, "del", "--container-id", "c2");
        host.must("", "sh", undo);
        assertThat(host.natTables(variant).toString()).contains("dports 8083", "--dport 8083");
        Run again = host.run("", List.of("sh", undo));
        assertThat(again.exit()).isEqualTo(4);
        assertThat(again.err()).contains("IPv4: nothing is taken back:", "IPv6: nothing");
      }
    }
  }
}
