package io.portmapctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.Generator;
import io.portmapctl.Needs;
import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.PortMapping;
import io.portmapctl.net.Family;
import io.portmapctl.text.Octets;
import io.portmapctl.view.DocumentView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans carried out on real kernels, in network namespaces that each test makes and removes. */
class ApplyIT {
  static final Path PLUGIN = Path.of("/usr/lib/cni/portmap");
  private static final int PLANS = Integer.getInteger("portmapctl.applyPlans", 12);
  private static final int CONFIGURATIONS = Integer.getInteger("portmapctl.differential", 50);
  private static final int ROUNDS = Integer.getInteger("portmapctl.raceRounds", 20);
  private static final int KILLS = Integer.getInteger("portmapctl.kills", 10);

  @TempDir private Path folder;

  static Namespace host() throws Exception {
    Namespace host = Namespace.make();
    host.must("", "ip", "link", "add", "cni-test0", "type", "bridge");
    host.must("", "ip", "link", "set", "cni-test0", "up");
    host.must("", "ip", "link", "set", "lo", "up");
    host.must("", "ip", "addr", "add", "10.89.0.1/16", "dev", "cni-test0");
    host.must("", "ip", "addr", "add", "fd00:89::1/32", "dev", "cni-test0", "nodad");
    return host;
  }

  private List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of(Namespace.launcher()));
    command.addAll(List.of(words));
    if (command.contains("--apply")) {
      command.addAll(List.of("--lock-file", folder.resolve("lock").toString()));
    }
    return command;
  }

  static Map<String, List<String>> tables(Namespace host, String variant) throws Exception {
    Map<String, List<String>> rules = new TreeMap<>();
    for (Family family : Family.values()) {
      String save = host.must("", family.program() + "-" + variant + "-save", "-t", "nat");
      for (String line : save.split("\n", -1)) {
        if (line.startsWith(":")) {
          rules.put(family.id() + line.split(" ")[0], new ArrayList<>());
        } else if (line.startsWith("-A ")) {
          rules.get(family.id() + ":" + line.split(" ")[1]).add(line);
        }
      }
    }
    return rules;
  }

  static String document(Attachment attachment) {
    return DocumentView.render(attachment, Optional.empty());
  }

  private static Run must(Run run) {
    assertThat(run.exit()).as(run.err()).isZero();
    return run;
  }

  /** An attachment that every kernel takes. */
  static Attachment attachment(Generator make) {
    Attachment any = make.attachment(make.identity());
    return new Attachment(
        any.identity(),
        any.ifName(),
        any.cniVersion(),
        any.mappings(),
        any.snat(),
        any.conditionsV4().contains(Octets.utf8("statistic")) ? List.of() : any.conditionsV4(),
        any.conditionsV6().contains(Octets.utf8("statistic")) ? List.of() : any.conditionsV6(),
        any.externalSetMarkChain().isPresent() ? OptionalInt.empty() : any.markMasqBit(),
        Optional.empty(),
        any.masqAll(),
        any.addresses(),
        false,
        Optional.empty());
  }

  @Test
  void commandsRestoreAndApplyGiveTheSameTableAndUndoTheOneBefore() throws Exception {
    String undo = folder.resolve("undo.sh").toString();
    try (Namespace shell = host();
        Namespace restore = host();
        Namespace apply = host()) {
      for (int seed = 0; seed < PLANS; seed++) {
        Generator make = new Generator(seed);
        String document = document(attachment(make));
        String verb = make.chance(4) ? "del" : "add";
        List<Namespace> all = List.of(shell, restore, apply);
        Map<String, List<String>> before = tables(apply, "nft");
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
        Map<String, List<String>> after = tables(apply, "nft");
        for (Namespace each : all) {
          assertThat(tables(each, "nft")).as("seed %d", seed).isEqualTo(after);
        }
        if (!after.equals(before) && make.chance(2)) {
          apply.must("", "sh", undo);
          assertThat(tables(apply, "nft")).as("seed %d, undo", seed).isEqualTo(before);
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
    try (Namespace host = host()) {
      Map<String, List<String>> before = tables(host, "nft");
      String document = simple("c1", 8080, 1);
      must(host.run(document, command("add", "-", "--apply", "--undo", undo)));
      assertThat(host.must("", "cat", setting)).isEqualTo("1\n");
      host.must("", "sh", undo);
      assertThat(host.must("", "cat", setting)).isEqualTo("0\n");
      assertThat(tables(host, "nft")).isEqualTo(before);
      must(host.run(document, command("add", "-", "--apply")));
      Map<String, List<String>> made = tables(host, "nft");
      host.must("", "sh", "-c", "echo 0 > " + setting);
      must(host.run(document, command("add", "-", "--apply", "--undo", undo)));
      assertThat(host.must("", "cat", setting)).isEqualTo("1\n");
      host.must("", "sh", undo);
      assertThat(host.must("", "cat", setting)).isEqualTo("0\n");
      assertThat(tables(host, "nft")).isEqualTo(made);
    }
  }

  @Test
  void legacyKernelsAreChangedAlike() throws Exception {
    try (Namespace nft = host();
        Namespace legacy = host()) {
      for (int seed = 100; seed < 100 + PLANS / 2; seed++) {
        Generator make = new Generator(seed);
        String document = document(attachment(make));
        String verb = make.chance(4) ? "del" : "add";
        must(nft.run(document, command(verb, "-", "--force", "--apply", "--iptables", "nft")));
        must(
            legacy.run(document, command(verb, "-", "--force", "--apply", "--iptables", "legacy")));
        assertThat(tables(legacy, "legacy")).as("seed %d", seed).isEqualTo(tables(nft, "nft"));
      }
    }
  }

  /**
   * What differs from the plugin by the specification is not generated here: ReferenceTest names
   * it.
   */
  static Attachment forPlugin(Generator make, int number) {
    Attachment any = attachment(make);
    boolean one = any.addresses().size() == 1;
    List<PortMapping> mappings = new ArrayList<>();
    for (PortMapping mapping : any.mappings()) {
      boolean fits =
          mapping.hostIp().isEmpty()
              || one
                  && !mapping.hostIp().get().isUnspecified()
                  && mapping.hostIp().get().family() == any.addresses().get(0).address().family();
      mappings.add(
          new PortMapping(
              mapping.hostPort(),
              mapping.containerPort(),
              mapping.protocol(),
              fits ? mapping.hostIp() : Optional.empty()));
    }
    return new Attachment(
        new io.portmapctl.cni.Identity(any.identity().network(), "c" + number),
        "eth0",
        make.pick("0.4.0", "1.0.0"),
        mappings,
        any.snat(),
        any.conditionsV4(),
        any.conditionsV6(),
        any.markMasqBit(),
        Optional.empty(),
        false,
        any.addresses(),
        false,
        Optional.empty());
  }

  @Test
  void theGoPluginMakesTheSame() throws Exception {
    Needs.that(Files.isExecutable(PLUGIN), PLUGIN + " is not installed");
    int steps = 0;
    try (Namespace theirs = host();
        Namespace ours = host()) {
      Generator make = new Generator(7);
      List<Attachment> there = new ArrayList<>();
      for (int number = 0; number < CONFIGURATIONS; number++) {
        there.add(forPlugin(make, number));
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
    String document = document(attachment);
    String config =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .readTree(document)
            .get("config")
            .toString();
    Run run = plugin(theirs, verb, attachment.identity().containerId(), config);
    assertThat(run.exit()).as(verb + " " + config + run.out() + run.err()).isZero();
    List<String> command = command(verb.equals("ADD") ? "add" : "del", "-", "--force", "--apply");
    if (verb.equals("ADD")) {
      command.addAll(List.of("--layout", "mark"));
    }
    must(ours.run(document, command));
    assertThat(tables(ours, "nft")).as(verb + " " + config).isEqualTo(tables(theirs, "nft"));
    return 1;
  }

  /** Runs the Go plugin in a namespace. */
  static Run plugin(Namespace host, String verb, String containerId, String config)
      throws Exception {
    return host.run(
        config,
        List.of(
            "env",
            "CNI_COMMAND=" + verb,
            "CNI_CONTAINERID=" + containerId,
            "CNI_NETNS=/proc/self/ns/net",
            "CNI_IFNAME=eth0",
            "CNI_PATH=/usr/lib/cni",
            PLUGIN.toString()));
  }

  /** The same with host ports that nobody else has, from a first one on. */
  static Attachment ofItsOwn(Attachment any, int first) {
    List<PortMapping> mappings = new ArrayList<>();
    for (PortMapping mapping : any.mappings()) {
      mappings.add(
          new PortMapping(
              first + mappings.size(),
              mapping.containerPort(),
              mapping.protocol(),
              mapping.hostIp()));
    }
    return new Attachment(
        any.identity(),
        any.ifName(),
        any.cniVersion(),
        mappings,
        any.snat(),
        any.conditionsV4(),
        any.conditionsV6(),
        any.markMasqBit(),
        any.externalSetMarkChain(),
        any.masqAll(),
        any.addresses(),
        false,
        Optional.empty());
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
    try (Namespace host = host()) {
      for (int round = 0; round < ROUNDS; round++) {
        String a = simple("a" + round, 10_000 + round, 1);
        String b = simple("b" + round, 20_000 + round, 1);
        CompletableFuture<Run> other = CompletableFuture.supplyAsync(() -> quietly(host, b));
        must(host.run(a, command("add", "-", "--apply")));
        must(other.join());
      }
      Map<String, List<String>> tables = tables(host, "nft");
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
      try (Namespace host = host()) {
        List<String> words = new ArrayList<>(List.of("timeout", "-s", "KILL"));
        words.add(String.format("0.%03d", 150 + random.below(700)));
        words.addAll(command("add", "-", "--apply"));
        host.run(document, words);
        for (Family family : Family.values()) {
          List<String> entries =
              tables(host, "nft").getOrDefault(family.id() + ":CNI-HOSTPORT-DNAT", List.of());
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
    try (Namespace host = host()) {
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
    Needs.that(Files.isExecutable(PLUGIN), PLUGIN + " is not installed");
    try (Namespace host = host()) {
      for (int round = 0; round < ROUNDS; round++) {
        String theirs = simple("a" + round, 10_000 + round, 1);
        CompletableFuture<Run> other = CompletableFuture.supplyAsync(() -> plugin(host, theirs));
        must(host.run(simple("b" + round, 20_000 + round, 1), command("add", "-", "--apply")));
        must(other.join());
      }
      must(host.run(simple("last", 30_000, 1), command("add", "-", "--apply")));
      Map<String, List<String>> tables = tables(host, "nft");
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
              PLUGIN.toString());
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
