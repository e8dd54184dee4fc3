package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.host.Exec;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Change;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Table;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules whose comments were written to be run: what takes a change back gives them back whole. */
@Tag("live")
class HostileRuleIT {
  @TempDir private Path folder;

  /** What the comment would do in a heredoc, a restore line, a shell word. */
  private List<String> hostile() {
    String touch = "touch " + folder.resolve("ran");
    return List.of(
        "l\nCOMMIT\nPORTMAPCTL\n" + touch + "\nexit 0\n",
        "l\n*filter\n:INPUT DROP\nCOMMIT\n",
        "l\" -j ACCEPT\n-A PREROUTING -m comment --comment \"m",
        "'; " + touch + "; '",
        "$(" + touch + ") `" + touch + "` \\",
        "\r\t\033[2J\177");
  }

  private Run ask(Namespace host, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(Namespace.launcher()));
    command.addAll(List.of(words));
    command.addAll(List.of("--net", "web", "--container-id", "c1", "--family", "ipv4"));
    command.addAll(List.of("--apply", "--lock-file", folder.resolve("lock").toString()));
    return host.run("", command);
  }

  private static String rules(Namespace host, String iptables) throws Exception {
    return host.must("", iptables + "-save", "-t", "nat")
        .replaceAll("(?m)^[#:].*\n", "")
        .replaceAll("\\[[0-9]+:[0-9]+\\]", "");
  }

  /** A container with a rule of each hostile comment that leads to it. */
  private String publish(Namespace host, String variant) throws Exception {
    String iptables = "iptables-" + variant;
    Run add = ask(host, "add", "--ip", "10.89.1.2/24", "-p", "8080:80", "--iptables", variant);
    assertThat(add.exit()).as(add.err()).isZero();
    String chain =
        rules(host, iptables)
            .lines()
            .filter(l -> l.startsWith("-A CNI-DN-"))
            .findFirst()
            .orElseThrow()
            .split(" ")[1];
    for (String comment : hostile()) {
      host.must(
          "",
          iptables,
          "-t",
          "nat",
          "-A",
          "PREROUTING",
          "-m",
          "comment",
          "--comment",
          comment,
          "-j",
          chain);
    }
    return iptables;
  }

  @Test
  void theScriptGivesThemBackAndRunsNothing() throws Exception {
    for (String variant : List.of("nft", "legacy")) {
      for (String shell : List.of("dash", "bash")) {
        try (Namespace host = Namespace.withBridge()) {
          String iptables = publish(host, variant);
          String before = rules(host, iptables);
          Path undo = folder.resolve("undo-" + variant + shell);
          Run del = ask(host, "del", "--iptables", variant, "--undo", undo.toString());
          assertThat(del.exit()).as(del.err()).isZero();
          assertThat(rules(host, iptables)).doesNotContain("CNI-DN-");
          assertThat(Files.readString(undo)).contains("p=" + iptables + "\n", "\"$p\" -w");
          host.must("", shell, undo.toString());
          assertThat(rules(host, iptables)).isEqualTo(before);
          assertThat(folder.resolve("ran")).doesNotExist();
          assertThat(host.must("", iptables, "-S", "INPUT")).contains("-P INPUT ACCEPT");
        }
      }
    }
  }

  @Test
  void aChangeThatIsTakenBackGivesThemBack() throws Exception {
    for (VariantChoice variant : List.of(VariantChoice.NFT, VariantChoice.LEGACY)) {
      try (Namespace host = Namespace.withBridge()) {
        String name = variant.name().toLowerCase(java.util.Locale.ROOT);
        String iptables = publish(host, name);
        String before = rules(host, iptables);
        Process inside = host.start("sleep", "60");
        Thread.sleep(200);
        Exec real = new ProcessExec(30);
        Exec exec =
            (command, input) -> {
              List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", host.name()));
              all.addAll(command);
              return real.run(all, input);
            };
        LocalHost here =
            new LocalHost(
                LocalHost.of("/usr/bin", exec).programs(),
                Path.of("/proc/" + inside.pid() + "/net"),
                exec);
        IptablesBackend backend = new IptablesBackend(exec, here, variant, 5, false);
        Table table = backend.read(Family.IPV4).table();
        List<Change> changes = new ArrayList<>();
        int rows = table.chain("PREROUTING").orElseThrow().rows().size();
        for (int i = rows; i > 0; i--) {
          changes.add(
              new Change.DeleteRule(
                  Family.IPV4,
                  "PREROUTING",
                  i,
                  table.chain("PREROUTING").orElseThrow().rows().get(i - 1)));
        }
        Plan.Part part = new Plan.Part(table, table, Collections.unmodifiableList(changes));
        backend.apply(part);
        assertThat(rules(host, iptables)).doesNotContain("-A PREROUTING");
        backend.apply(
            new Plan.Part(backend.read(Family.IPV4).table(), table, part.inverse().changes()));
        assertThat(rules(host, iptables)).isEqualTo(before);
        assertThat(host.must("", iptables, "-S", "INPUT")).contains("-P INPUT ACCEPT");
        inside.destroy();
      }
    }
  }
}
