package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Attachment;
import io.portmapctl.net.Family;
import io.portmapctl.testing.Attachments;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.GoPlugin;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans carried out on real kernels, in network namespaces that each test makes and removes. */
@Tag("live")
class ApplyIT {
  private static final int PLANS = Rounds.of("applyPlans", 12, 300);
  private static final int CONFIGURATIONS = Rounds.of("differential", 50, 2000);
  private static final int ROUNDS = Rounds.of("raceRounds", 20, 20);
  private static final int KILLS = Rounds.of("kills", 10, 50);

  @TempDir private Path folder;

  private List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of(Namespace.launcher()));
    command.addAll(List.of(words));
    if (command.contains("--apply")) {
      command.addAll(List.of("--lock-file", folder.resolve("lock").toString()));
    }
    return command;
  }

  private static Run must(Run run) {
    assertThat(run.exit()).as(run.err()).isZero();
    return run;
  }

  @Test
  void commandsRestoreAndApplyGiveTheSameTableAndUndoTheOneBefore() throws Exception {
    String undo = folder.resolve("undo.sh").toString();
    try (Namespace shell = Namespace.withBridge();
        Namespace restore = Namespace.withBridge();
        Namespace apply = Namespace.withBridge()) {
      for (int seed = 0; seed < PLANS; seed++) {
        Generator make = new Generator(seed);
        String document = Attachments.document(Attachments.forKernels(make));
        String verb = make.chance(4) ? "del" : "add";
        List<Namespace> all = List.of(shell, restore, apply);
        Map<String, List<String>> before = apply.natTables("nft");
        Run lines = must(shell.run(document, command(verb, "-", "--force", "-o", "commands")));
        shell.must(lines.out(), "bash", "-e");
        for (Family family : Family.values()) {
          Run input =
              must(
                  restore.run(
                      document,
                      command(verb, "-", "--force", "-o", "restore", "--family", family.id())));
          restore.must(input.out(), family.program() + "-restore", "--noflush");
        }
        must(apply.run(document, command(verb, "-", "--force", "--apply", "--undo", undo)));
        Map<String, List<String>> after = apply.natTables("nft");
        for (Namespace each : all) {
          assertThat(each.natTables("nft")).as("seed %d", seed).isEqualTo(after);
        }
        if (!after.equals(before) && make.chance(2)) {
          apply.must("", "sh", undo);
          assertThat(apply.natTables("nft")).as("seed %d, undo", seed).isEqualTo(before);
          must(apply.run(document, command(verb, "-", "--force", "--apply")));
        }
      }
    }
  }

  /** With the rules, and where the setting alone was wrong. */
  @Test
  void undoGivesBackTheSettingToo() throws Exception {
    String undo = folder.resolve("undo.sh").toString();
    String setting = "/proc/sys/net/ipv4/conf/cni-test0/route_localnet";
    try (Namespace host = Namespace.withBridge()) {
      Map<String, List<String>> before = host.natTables("nft");
      String document = simple("c1", 8080, 1);
      must(host.run(document, command("add", "-", "--apply", "--undo", undo)));
      assertThat(host.must("", "cat", setting)).isEqualTo("1\n");
      host.must("", "sh", undo);
      assertThat(host.must("", "cat", setting)).isEqualTo("0\n");
      assertThat(host.natTables("nft")).isEqualTo(before);
      must(host.run(document, command("add", "-", "--apply")));
      Map<String, List<String>> made = host.natTables("nft");
      host.must("", "sh", "-c", "echo 0 > " + setting);
      must(host.run(document, command("add", "-", "--apply", "--undo", undo)));
      assertThat(host.must("", "cat", setting)).isEqualTo("1\n");
      host.must("", "sh", undo);
      assertThat(host.must("", "cat", setting)).isEqualTo("0\n");
      assertThat(host.natTables("nft")).isEqualTo(made);
    }
  }

  @Test
  void legacyKernelsAreChangedAlike() throws Exception {
    try (Namespace nft = Namespace.withBridge();
        Namespace legacy = Namespace.withBridge()) {
      for (int seed = 100; seed < 100 + PLANS / 2; seed++) {
        Generator make = new Generator(seed);
        String document = Attachments.document(Attachments.forKernels(make));
        String verb = make.chance(4) ? "del" : "add";
        must(nft.run(document, command(verb, "-", "--force", "--apply", "--iptables", "nft")));
        must(
            legacy.run(document, command(verb, "-", "--force", "--apply", "--iptables", "legacy")));
        assertThat(legacy.natTables("legacy")).as("seed %d", seed).isEqualTo(nft.natTables("nft"));
      }
    }
  }

  @Test
  void theGoPluginMakesTheSame() throws Exception {
    GoPlugin.needed();
    int steps = 0;
    try (Namespace theirs = Namespace.withBridge();
        Namespace ours = Namespace.withBridge()) {
      Generator make = new Generator(7);
      List<Attachment> there = new ArrayList<>();
      for (int number = 0; number < CONFIGURATIONS; number++) {
        there.add(GoPlugin.comparable(make, number));
        steps += step("ADD", there.get(there.size() - 1), theirs, ours);
        if (make.chance(2)) {
          steps += step("DEL", there.remove(make.below(there.size())), theirs, ours);
        }
      }
    }
    System.out.printf("Go plugin: %d steps, tables equal after each%n", steps);
  }

  private int step(String verb, Attachment attachment, Namespace theirs, Namespace ours)
      throws Exception {
    String document = Attachments.document(attachment);
    String config =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .readTree(document)
            .get("config")
            .toString();
    Run run = GoPlugin.run(theirs, verb, attachment.identity().containerId(), config);
    assertThat(run.exit()).as(verb + " " + config + run.out() + run.err()).isZero();
    List<String> command = command(verb.equals("ADD") ? "add" : "del", "-", "--force", "--apply");
    if (verb.equals("ADD")) {
      command.addAll(List.of("--layout", "mark"));
    }
    must(ours.run(document, command));
    assertThat(ours.natTables("nft")).as(verb + " " + config).isEqualTo(theirs.natTables("nft"));
    return 1;
  }

  private static String simple(String id, int port, int count) {
    StringBuilder ports = new StringBuilder();
    for (int i = 0; i < count; i++) {
      ports.append(i == 0 ? "" : ",");
      ports.append("{\"hostPort\":").append(port + i);
      ports.append(",\"containerPort\":80,\"protocol\":\"tcp\"}");
    }
    return "{\"containerID\":\""
        + id
        + "\",\"config\":{\"cniVersion\":\"1.0.0\",\"type\":\"portmap\",\"name\":\"web\","
        + "\"runtimeConfig\":{\"portMappings\":["
        + ports
        + "]},\"prevResult\":{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.89.2.3/24\"},"
        + "{\"address\":\"fd00:89::3/64\"}]}}}";
  }

  @Test
  void twoAtOnceLoseNothingAndDoubleNothing() throws Exception {
    try (Namespace host = Namespace.withBridge()) {
      for (int round = 0; round < ROUNDS; round++) {
        String a = simple("a" + round, 10_000 + round, 1);
        String b = simple("b" + round, 20_000 + round, 1);
        CompletableFuture<Run> other = CompletableFuture.supplyAsync(() -> quietly(host, b));
        must(host.run(a, command("add", "-", "--apply")));
        must(other.join());
      }
      Map<String, List<String>> tables = host.natTables("nft");
      for (Family family : Family.values()) {
        assertThat(tables.get(family.id() + ":CNI-HOSTPORT-DNAT")).hasSize(2 * ROUNDS);
        for (String chain : List.of("PREROUTING", "OUTPUT", "POSTROUTING")) {
          assertThat(tables.get(family.id() + ":" + chain)).as(chain).hasSize(1);
        }
      }
    }
  }

  private Run quietly(Namespace host, String document) {
    try {
      return host.run(document, command("add", "-", "--apply"));
    } catch (Exception e) {
      return new Run(-1, "", e.toString());
    }
  }

  @Test
  void aKillLeavesATableOfBeforeOrAfterAndTheSameCommandCompletesIt() throws Exception {
    String document = simple("killed", 10_000, 300);
    Generator random = new Generator(11);
    int before = 0;
    int after = 0;
    for (int i = 0; i < KILLS; i++) {
      try (Namespace host = Namespace.withBridge()) {
        List<String> words = new ArrayList<>(List.of("timeout", "-s", "KILL"));
        words.add(String.format("0.%03d", 150 + random.below(700)));
        words.addAll(command("add", "-", "--apply"));
        host.run(document, words);
        for (Family family : Family.values()) {
          List<String> entries =
              host.natTables("nft").getOrDefault(family.id() + ":CNI-HOSTPORT-DNAT", List.of());
          assertThat(entries.size()).isIn(0, 20);
          before += entries.isEmpty() ? 1 : 0;
          after += entries.isEmpty() ? 0 : 1;
        }
        must(host.run(document, command("add", "-", "--apply")));
        assertThat(must(host.run(document, command("add", "-"))).out()).endsWith("No changes.\n");
      }
    }
    System.out.printf("killed: %d tables of before, %d of after%n", before, after);
  }

  @Test
  void whoListensAndWhoElseTranslatesIsSaid() throws Exception {
    try (Namespace host = Namespace.withBridge()) {
      Needs.program("socat");
      Process listener = host.start("socat", "TCP-LISTEN:10000,fork", "EXEC:true");
      try {
        host.must(
            "*nat\n:DOCKER -\n-A DOCKER ! -i docker0 -p tcp -m tcp --dport 10001 -j DNAT"
                + " --to-destination 172.17.0.2:80\nCOMMIT\n",
            "iptables-restore");
        Thread.sleep(300);
        Run run = must(host.run(simple("a", 10_000, 3), command("add", "-")));
        assertThat(run.out())
            .containsPattern(
                "warning: socat \\(process [0-9]+\\) of this host listens on tcp port 10000:"
                    + " the mapping takes its new connections\n")
            .contains(
                "warning: IPv4: tcp port 10001 is translated by another program's rule in chain"
                    + " DOCKER too; which one takes a packet depends on their order\n")
            .doesNotContain("tcp port 10002");
      } finally {
        listener.destroy();
      }
    }
  }

  @Test
  void withTheGoPluginAtOnceNothingIsLost() throws Exception {
    GoPlugin.needed();
    try (Namespace host = Namespace.withBridge()) {
      for (int round = 0; round < ROUNDS; round++) {
        String theirs = simple("a" + round, 10_000 + round, 1);
        CompletableFuture<Run> other = CompletableFuture.supplyAsync(() -> plugin(host, theirs));
        must(host.run(simple("b" + round, 20_000 + round, 1), command("add", "-", "--apply")));
        must(other.join());
      }
      must(host.run(simple("last", 30_000, 1), command("add", "-", "--apply")));
      Map<String, List<String>> tables = host.natTables("nft");
      for (Family family : Family.values()) {
        assertThat(tables.get(family.id() + ":CNI-HOSTPORT-DNAT")).hasSize(2 * ROUNDS + 1);
        for (String chain : List.of("PREROUTING", "OUTPUT", "POSTROUTING")) {
          assertThat(tables.get(family.id() + ":" + chain)).as(chain).hasSize(1);
        }
      }
    }
  }

  private static Run plugin(Namespace host, String document) {
    try {
      com.fasterxml.jackson.databind.JsonNode attachment =
          new com.fasterxml.jackson.databind.ObjectMapper().readTree(document);
      List<String> command =
          List.of(
              "env",
              "CNI_COMMAND=ADD",
              "CNI_CONTAINERID=" + attachment.get("containerID").asText(),
              "CNI_NETNS=/proc/self/ns/net",
              "CNI_IFNAME=eth0",
              "CNI_PATH=/usr/lib/cni",
              GoPlugin.PATH.toString());
      // it fails where a chain appears between its look and its making; a runtime tries again
      Run run = host.run(attachment.get("config").toString(), command);
      for (int i = 0; i < 5 && run.exit() != 0; i++) {
        run = host.run(attachment.get("config").toString(), command);
      }
      return run;
    } catch (Exception e) {
      return new Run(-1, "", e.toString());
    }
  }
}
