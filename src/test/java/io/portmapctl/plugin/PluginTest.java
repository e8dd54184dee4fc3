package io.portmapctl.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portmapctl.fault.HostFault;
import io.portmapctl.host.Backend;
import io.portmapctl.host.HostException;
import io.portmapctl.host.MemoryBackend;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Plan;
import io.portmapctl.ruleset.Chain;
import io.portmapctl.ruleset.Table;
import io.portmapctl.testing.MemoryHost;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The protocol, on tables in memory. */
@Tag("fast")
class PluginTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PORT = "{\"hostPort\": 8080, \"containerPort\": 80}";

  @TempDir private Path folder;
  private final MemoryBackend tables = new MemoryBackend(List.of());
  private Backend backend = tables;
  private final MemoryHost host = new MemoryHost(List.of("br0"), address -> Optional.of("br0"));
  private final Map<String, String> environment =
      new HashMap<>(
          Map.of(
              "CNI_CONTAINERID", "5f3c",
              "CNI_NETNS", "/run/netns/5f3c",
              "CNI_IFNAME", "eth0",
              "CNI_PATH", "/opt/cni/bin"));

  private Answer call(String verb, String input) {
    return ask(
        new Plugin(variant -> host.with(backend), folder.resolve("lock").toString()), verb, input);
  }

  private Answer ask(Plugin plugin, String verb, String input) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("CNI_COMMAND", verb);
    return plugin.call(all, input.getBytes(StandardCharsets.UTF_8));
  }

  private Answer must(String verb, String input) {
    Answer answer = call(verb, input);
    assertThat(answer.exit()).as(answer.out()).isZero();
    return answer;
  }

  /** The code of a call that must fail, its message and version. */
  private String error(String verb, String input) throws Exception {
    Table before = tables.table(Family.IPV4);
    Answer answer = call(verb, input);
    assertThat(answer.exit()).as(answer.out()).isEqualTo(1);
    assertThat(tables.table(Family.IPV4)).isEqualTo(before);
    JsonNode error = JSON.readTree(answer.out());
    assertThat(error.get("msg").asText()).doesNotContain("\n").isNotBlank();
    return error.get("cniVersion").asText()
        + " "
        + error.get("code").asInt()
        + " "
        + error.get("msg").asText();
  }

  private static String configuration(String version, String more, String... mappings) {
    return "{\"cniVersion\": \""
        + version
        + "\", \"name\": \"web\", \"type\": \"portmap\", "
        + more
        + "\"prevResult\": "
        + result(version)
        + ", \"runtimeConfig\": {\"portMappings\": ["
        + String.join(", ", mappings)
        + "]}}";
  }

  private static String result(String version) {
    boolean families = version.startsWith("0.1") || version.startsWith("0.2");
    return "{\"cniVersion\": \""
        + version
        + "\", "
        + (families
            ? "\"ip4\": {\"ip\": \"10.89.5.6/24\"}}"
            : "\"interfaces\": [{\"name\": \"eth0\", \"sandbox\": \"/run/netns/5f3c\"}], \"ips\":"
                + " [{\"version\": \"4\", \"address\": \"10.89.5.6/24\", \"interface\": 0}],"
                + " \"\\u00fc\": [1.50, null, {}, []]}");
  }

  private List<String> rules(Family family, String... chains) {
    List<String> rules = new ArrayList<>();
    for (String chain : chains) {
      Chain found = tables.table(family).chains().get(chain);
      if (found != null) {
        found.rows().forEach(row -> rules.add(row.text().latin1()));
      }
    }
    return rules;
  }

  @Test
  void everyVersionIsServed() throws Exception {
    JsonNode versions = JSON.readTree(must("VERSION", "{\"cniVersion\": \"0.4.0\"}").out());
    assertThat(versions.get("cniVersion").asText()).isEqualTo("0.4.0");
    assertThat(JSON.readTree(must("VERSION", "").out()).get("cniVersion").asText())
        .isEqualTo("1.1.0");
    assertThat(versions.get("supportedVersions")).hasSize(7);
    for (JsonNode version : versions.get("supportedVersions")) {
      String input = configuration(version.asText(), "", PORT);
      JsonNode answer = JSON.readTree(must("ADD", input).out());
      assertThat(answer).isEqualTo(JSON.readTree(result(version.asText())));
      assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT")).hasSize(1);
      assertThat(must("DEL", input).out()).isEmpty();
      assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT")).isEmpty();
    }
  }

  @Test
  void anAddMakesWhatThePluginMakes() {
    must("ADD", configuration("1.0.0", "", PORT));
    assertThat(rules(Family.IPV4, "CNI-DN-000424c9342b4af4c305b"))
        .containsExactly(
            "-s 10.89.5.0/24 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK",
            "-s 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK",
            "-p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.89.5.6:80");
    assertThat(host.localnet).containsEntry("br0", "1");
  }

  @Test
  void theConfigurationChoosesTheLayout() throws Exception {
    must("ADD", configuration("1.0.0", "\"layout\": \"snat\", ", PORT));
    assertThat(tables.table(Family.IPV4).chains()).containsKey("CNI-SN-000424c9342b4af4c305b");
    assertThat(error("ADD", configuration("1.0.0", "\"layout\": \"nft\", ", PORT)))
        .isEqualTo("1.0.0 2 layout: found \"nft\", expected one of snat, mark");
    assertThat(error("ADD", configuration("1.0.0", "\"backend\": \"nftables\", ", PORT)))
        .isEqualTo("1.0.0 2 backend: found \"nftables\", expected \"iptables\"");
    assertThat(
            error("ADD", configuration("1.0.0", "\"layout\": \"snat\", \"masqAll\": true, ", PORT)))
        .isEqualTo("1.0.0 7 masqAll: a field of layout mark, not of snat");
  }

  @Test
  void aRemovalNeedsANameAndAnId() throws Exception {
    for (String input :
        List.of(
            "{\"cniVersion\": \"1.0.0\", \"name\": \"web\", \"type\": \"portmap\"}",
            "{\"name\": \"web\"}",
            "{\"cniVersion\": \"1.0.0\", \"name\": \"web\", \"runtimeConfig\": 5,"
                + " \"prevResult\": []}",
            configuration("1.0.0", "\"layout\": 7, \"refuseConflicts\": 3, ", PORT))) {
      must("ADD", configuration("1.0.0", "", PORT));
      environment.remove("CNI_NETNS");
      environment.remove("CNI_PATH");
      for (int again = 0; again < 2; again++) {
        assertThat(must("DEL", input)).isEqualTo(new Answer(0, "", List.of()));
        assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT")).isEmpty();
        assertThat(tables.table(Family.IPV4).chains())
            .doesNotContainKey("CNI-DN-000424c9342b4af4c305b");
      }
      environment.put("CNI_NETNS", "/run/netns/5f3c");
    }
    assertThat(error("DEL", "{\"cniVersion\": \"1.0.0\"}"))
        .isEqualTo("1.0.0 7 name: missing: the network name");
  }

  @Test
  void aSecondAddConverges() {
    must("ADD", configuration("1.0.0", "", PORT, "{\"hostPort\": 1, \"containerPort\": 2}"));
    Table first = tables.table(Family.IPV4);
    must("ADD", configuration("1.0.0", "", PORT, "{\"hostPort\": 1, \"containerPort\": 2}"));
    assertThat(tables.table(Family.IPV4)).isEqualTo(first);
    must("ADD", configuration("1.0.0", "", "{\"hostPort\": 9, \"containerPort\": 2}"));
    assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT"))
        .singleElement()
        .asString()
        .contains("--dports 9 ");
  }

  @Test
  void whoPublishesNothingCostsNothing() throws Exception {
    backend = failing(HostFault.Plain.LOCKED);
    assertThat(JSON.readTree(must("ADD", configuration("1.0.0", "")).out()))
        .isEqualTo(JSON.readTree(result("1.0.0")));
  }

  @Test
  void theEnvironmentIsRequiredAsTheSpecificationSays() throws Exception {
    String input = configuration("1.1.0", "\"cni.dev/valid-attachments\": [], ", PORT);
    Map<String, String> all = Map.copyOf(environment);
    Map<String, List<String>> required = new LinkedHashMap<>();
    required.put("ADD", List.of("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"));
    required.put("CHECK", required.get("ADD"));
    required.put("DEL", List.of("CNI_CONTAINERID", "CNI_IFNAME"));
    required.put("GC", List.of("CNI_PATH"));
    required.put("STATUS", List.of());
    required.put("VERSION", List.of());
    for (String verb : required.keySet()) {
      for (String variable : all.keySet()) {
        environment.putAll(all);
        must("ADD", configuration("1.0.0", "", PORT));
        environment.put(variable, "");
        if (required.get(verb).contains(variable)) {
          assertThat(error(verb, input))
              .isEqualTo("1.1.0 4 missing in the environment: " + variable);
        } else {
          must(verb, input);
        }
      }
    }
    environment.clear();
    assertThat(error("ADD", input))
        .isEqualTo("1.1.0 4 missing in the environment: CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME");
  }

  @Test
  void theEnvironmentIsChecked() throws Exception {
    String input = configuration("1.0.0", "", PORT);
    assertThat(error("add", input))
        .isEqualTo(
            "1.1.0 4 CNI_COMMAND: found \"add\", expected one of ADD, DEL, CHECK, GC, STATUS,"
                + " VERSION");
    for (String id : List.of("-x", "a/b", "a b", "\u00fc")) {
      environment.put("CNI_CONTAINERID", id);
      for (String verb : List.of("ADD", "DEL", "CHECK")) {
        assertThat(error(verb, input)).startsWith("1.1.0 4 CNI_CONTAINERID: container ID ");
      }
    }
    environment.put("CNI_CONTAINERID", "5f3c");
    for (String name : List.of(".", "..", "a/b", "a:b", "a b", "sixteen-letters!")) {
      environment.put("CNI_IFNAME", name);
      assertThat(error("DEL", input)).startsWith("1.1.0 4 CNI_IFNAME: interface name ");
    }
  }

  @Test
  void aVersionLacksACommand() throws Exception {
    for (String verb : List.of("CHECK", "GC", "STATUS")) {
      String first = verb.equals("CHECK") ? "0.4.0" : "1.1.0";
      assertThat(error(verb, configuration("0.3.1", "", PORT)))
          .isEqualTo(
              "0.3.1 1 cniVersion: found 0.3.1, which has no "
                  + verb
                  + ": expected "
                  + first
                  + " or later");
    }
    for (String verb : List.of("ADD", "DEL", "CHECK", "GC", "STATUS")) {
      assertThat(error(verb, configuration("2.0.0", "", PORT)))
          .isEqualTo(
              "1.1.0 1 cniVersion: found \"2.0.0\", expected one of 0.1.0, 0.2.0, 0.3.0, 0.3.1,"
                  + " 0.4.0, 1.0.0, 1.1.0");
    }
    assertThat(error("ADD", "{\"cniVersion\": 1, \"name\": \"web\"}"))
        .isEqualTo("1.1.0 6 cniVersion: expected a string, found 1");
  }

  @Test
  void whatIsWrongIsSaidWithItsPlaceAndCode() throws Exception {
    Map<String, String> errors = new LinkedHashMap<>();
    errors.put("", "1.1.0 6 empty: expected a JSON document");
    errors.put("[]", "1.1.0 6 expected a JSON object, found an array");
    errors.put("{} {}", "1.1.0 6 expected one JSON document, found 2");
    errors.put("null", "0.1.0 7 name: missing: the network name");
    errors.put(
        "{\"cniVersion\": \"1.0.0\", \"name\": \"a b\"}",
        "1.0.0 7 name: network name \"a b\": allowed are a letter or digit, then letters, digits,"
            + " '_', '.' and '-'");
    errors.put(
        "{\"cniVersion\": \"1.0.0\", \"name\": \"web\"}",
        "1.0.0 7 prevResult: missing: portmap learns the container's address from the plugin before"
            + " it");
    errors.put(
        configuration("1.0.0", "", "{\"hostPort\": 0, \"containerPort\": 80}", "{}"),
        "1.0.0 7 runtimeConfig.portMappings[0].hostPort: expected a whole number from 1 to 65535,"
            + " found 0; runtimeConfig.portMappings[1].hostPort: missing: expected a whole number"
            + " from 1 to 65535; runtimeConfig.portMappings[1].containerPort: missing: expected a"
            + " whole number from 1 to 65535");
    errors.put(
        configuration("1.0.0", "", "5"),
        "1.0.0 6 runtimeConfig.portMappings[0]: expected an object, found 5");
    errors.put(
        configuration("1.0.0", "\"refuseConflicts\": \"yes\", ", PORT),
        "1.0.0 6 refuseConflicts: expected true or false, found \"yes\"");
    errors.put(
        configuration("1.0.0", "", PORT)
            .replace("{\"cniVersion\": \"1.0.0\", \"interf", "{\"interf"),
        "");
    for (Map.Entry<String, String> entry : errors.entrySet()) {
      if (entry.getValue().isEmpty()) {
        must("ADD", entry.getKey()); // a result without a version has the configuration's
      } else {
        assertThat(error("ADD", entry.getKey())).isEqualTo(entry.getValue());
      }
    }
    assertThat(error("ADD", "{")).startsWith("1.1.0 6 not JSON: line 1, column 2: ");
  }

  @Test
  void aClaimedPortIsSaidAndAllowedUnlessItIsRefused() throws Exception {
    must("ADD", configuration("1.0.0", "", PORT));
    environment.put("CNI_CONTAINERID", "6a6a");
    assertThat(error("ADD", configuration("1.0.0", "\"refuseConflicts\": true, ", PORT)))
        .isEqualTo(
            "1.0.0 100 IPv4: tcp port 8080 of network web, container 6a6a is claimed by network"
                + " web, container 5f3c too; that one takes the packets");
    assertThat(must("ADD", configuration("1.0.0", "", PORT)).log())
        .containsExactly(
            "portmapctl: IPv4: tcp port 8080 of network web, container 6a6a is claimed by network"
                + " web, container 5f3c too; that one takes the packets");
    assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT")).hasSize(2);
  }

  /** Network name and container ID are hashed without a separator. */
  @Test
  void aChainOfAnothersIsNeverOverwritten() throws Exception {
    environment.put("CNI_CONTAINERID", "0abc");
    must("ADD", configuration("1.0.0", "", PORT));
    environment.put("CNI_CONTAINERID", "abc");
    String other =
        configuration("1.0.0", "", "{\"hostPort\": 9, \"containerPort\": 9}")
            .replace("\"web\"", "\"web0\"");
    assertThat(error("ADD", other)).startsWith("1.0.0 100 IPv4: chain CNI-DN-");
  }

  @Test
  void checkTellsWhatIsNotAsItShouldBe() throws Exception {
    String input = configuration("0.4.0", "", PORT);
    assertThat(error("CHECK", input))
        .isEqualTo(
            "0.4.0 102 the rules of container 5f3c on network web are not as they should be");
    must("ADD", input);
    assertThat(must("CHECK", input).out()).isEmpty();
    String more = configuration("0.4.0", "", PORT, "{\"hostPort\": 9, \"containerPort\": 9}");
    Answer answer = call("CHECK", more);
    assertThat(JSON.readTree(answer.out()).get("details").asText())
        .contains("+-A CNI-DN-000424c9342b4af4c305b -p tcp -m tcp --dport 9 -j DNAT");
    must("CHECK", configuration("0.4.0", ""));
  }

  @Test
  void garbageIsWhatNoAttachmentOwns() throws Exception {
    for (String id : List.of("a1", "a2", "a3")) {
      environment.put("CNI_CONTAINERID", id);
      must("ADD", configuration("1.1.0", "", PORT));
    }
    must("ADD", configuration("1.1.0", "", PORT).replace("\"web\"", "\"other\""));
    assertThat(error("GC", configuration("1.1.0", "")))
        .startsWith("1.1.0 7 cni.dev/valid-attachments: missing: ");
    String lists =
        "\"cni.dev/valid-attachments\": [{\"containerID\": \"a1\", \"ifname\": \"eth0\"}],"
            + " \"cni.dev/attachments\": [{\"containerID\": \"a3\", \"ifname\": \"eth0\"}], ";
    assertThat(error("GC", configuration("1.1.0", lists.replace("\"a3\"", "\"\""))))
        .startsWith("1.1.0 7 cni.dev/attachments[0].containerID: missing");
    assertThat(must("GC", configuration("1.1.0", lists)).out()).isEmpty();
    assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT").toString())
        .contains("\\\"a1\\\"", "\\\"a3\\\"", "\\\"other\\\"")
        .doesNotContain("\\\"a2\\\"");
    must("GC", configuration("1.1.0", "\"cni.dev/valid-attachments\": null, "));
    assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT"))
        .singleElement()
        .asString()
        .contains("\\\"other\\\"");
  }

  /** One that cannot go does not keep the others from going. */
  @Test
  void garbageThatCannotGoIsReportedAtTheEnd() throws Exception {
    for (String id : List.of("a1", "a2", "a3")) {
      environment.put("CNI_CONTAINERID", id);
      must("ADD", configuration("1.1.0", "", PORT));
    }
    backend =
        new Overlaid(tables) {
          @Override
          public void apply(Plan.Part part, Consumer<Plan.Part> made) throws HostException {
            if (part.changes().stream()
                .anyMatch(
                    c -> c.rule().map(r -> r.text().latin1()).orElse("").contains("\\\"a2\\\""))) {
              throw new HostException(
                  HostException.Kind.FAILED,
                  new HostFault.Program(
                      HostFault.Ending.REFUSED, "iptables-restore", 4, "no\nnever"));
            }
            super.apply(part, made);
          }
        };
    Answer answer = call("GC", configuration("1.1.0", "\"cni.dev/valid-attachments\": [], "));
    JsonNode error = JSON.readTree(answer.out());
    assertThat(error.get("code").asInt()).isEqualTo(101);
    assertThat(error.get("msg").asText())
        .isEqualTo("iptables-restore refused the change (exit status 4): no never");
    assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT"))
        .singleElement()
        .asString()
        .contains("\\\"a2\\\"");
  }

  @Test
  void statusTellsWhetherPortsCanBePublished() throws Exception {
    String input = "{\"cniVersion\": \"1.1.0\", \"name\": \"web\", \"type\": \"portmap\"}";
    assertThat(must("STATUS", input).out()).isEmpty();
    must("ADD", configuration("1.1.0", "", PORT));
    assertThat(must("STATUS", input).out()).isEmpty();
    Table table = tables.table(Family.IPV4);
    Map<String, Chain> chains = new LinkedHashMap<>(table.chains());
    Chain output = chains.get("OUTPUT");
    chains.put("OUTPUT", new Chain("OUTPUT", output.policy(), output.counters(), List.of()));
    tables.replace(table.with(chains));
    assertThat(error("STATUS", input))
        .isEqualTo(
            "1.1.0 51 IPv4: no rule of OUTPUT leads to CNI-HOSTPORT-DNAT: no mapping is reached"
                + " from this host itself");
    backend = failing(HostFault.Plain.CHANGE_FORBIDDEN);
    assertThat(error("STATUS", input))
        .isEqualTo("1.1.0 50 the live ruleset cannot be changed: permission denied");
    backend = failing(new HostFault.NotRead(new HostFault.NotInstalled("iptables-save")));
    assertThat(error("STATUS", input)).startsWith("1.1.0 50 ").doesNotContain("sudo");
  }

  @Test
  void theHostsFailuresHaveTheirCodes() throws Exception {
    Map<HostFault, Integer> codes = new LinkedHashMap<>();
    codes.put(HostFault.Plain.LOCKED, 11);
    codes.put(HostFault.Plain.CHANGE_FORBIDDEN, 50);
    codes.put(new HostFault.NotInstalled("iptables-save"), 50);
    codes.put(new HostFault.Program(HostFault.Ending.REFUSED, "iptables-restore", 4, "no"), 101);
    codes.put(new HostFault.Overtaken(5, true), 11);
    for (HostFault fault : codes.keySet()) {
      backend = failing(fault);
      for (String verb : List.of("ADD", "DEL")) {
        assertThat(error(verb, configuration("1.0.0", "", PORT)))
            .startsWith("1.0.0 " + codes.get(fault) + " ")
            .doesNotContain("--wait", "sudo");
      }
    }
    backend = tables;
    String lock = folder.resolve("nowhere/lock").toString();
    environment.put("CNI_COMMAND", "ADD");
    Answer answer =
        new Plugin(variant -> host.with(backend), lock)
            .call(environment, configuration("1.0.0", "", PORT).getBytes(StandardCharsets.UTF_8));
    assertThat(JSON.readTree(answer.out()).get("code").asInt()).isEqualTo(5);
    assertThat(answer.out()).contains("nowhere/lock").doesNotContain("--");
  }

  /** A runtime can name neither: what comes is made by the system's, what goes goes from both. */
  @Test
  void bothVariantsOfIptablesHoldChains() throws Exception {
    MemoryBackend legacy = new MemoryBackend(List.of());
    Plugin.Machine machine =
        variant ->
            switch (variant) {
              case NFT -> host.with(tables);
              case LEGACY -> host.with(legacy);
              case AUTO ->
                  host.with(
                      new Overlaid(tables) {
                        @Override
                        public void apply(Plan.Part part, Consumer<Plan.Part> made)
                            throws HostException {
                          requireChangeable(part.before().family());
                        }

                        @Override
                        public void requireChangeable(Family family) throws HostException {
                          throw new HostException(
                              HostException.Kind.UNREADABLE, HostFault.Plain.BOTH_VARIANTS);
                        }
                      });
            };
    Plugin plugin = new Plugin(machine, folder.resolve("lock").toString());
    for (String id : List.of("a1", "a2")) {
      environment.put("CNI_CONTAINERID", id);
      backend = legacy;
      must("ADD", configuration("1.1.0", "", PORT));
      assertThat(ask(plugin, "ADD", configuration("1.1.0", "", PORT)).exit()).isZero();
    }
    assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT")).hasSize(2);
    assertThat(legacy.table(Family.IPV4).chains().get("CNI-HOSTPORT-DNAT").rows()).hasSize(2);
    assertThat(ask(plugin, "STATUS", configuration("1.1.0", "")).exit()).isZero();
    assertThat(ask(plugin, "DEL", configuration("1.1.0", "")).exit()).isZero();
    assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT")).hasSize(1);
    assertThat(legacy.table(Family.IPV4).chains().get("CNI-HOSTPORT-DNAT").rows()).hasSize(1);
    String none = "\"cni.dev/valid-attachments\": [], ";
    assertThat(ask(plugin, "GC", configuration("1.1.0", none)).exit()).isZero();
    assertThat(rules(Family.IPV4, "CNI-HOSTPORT-DNAT")).isEmpty();
    assertThat(legacy.table(Family.IPV4).chains().get("CNI-HOSTPORT-DNAT").rows()).isEmpty();
  }

  @Test
  void aDefectIsToldAsOne() throws Exception {
    JsonNode error = JSON.readTree(Plugin.defect(new IllegalStateException("x")).out());
    assertThat(error.get("code").asInt()).isEqualTo(999);
    assertThat(error.get("msg").asText()).contains("defect of portmapctl");
    assertThat(error.get("details").asText()).contains("PluginTest");
  }

  @Test
  void whoSaysNothingIsToldWhatThisIs() {
    assertThat(new Plugin(variant -> host.with(backend), "").call(Map.of(), new byte[0]))
        .isEqualTo(Plugin.introduction());
  }

  /** Tables that cannot be read. */
  private Backend failing(HostFault fault) {
    return new Overlaid(tables) {
      @Override
      public Reading read(Family family) throws HostException {
        throw new HostException(HostException.Kind.FAILED, fault);
      }
    };
  }

  /** Tables in memory, of which a test makes something else. */
  private static class Overlaid implements Backend {
    private final MemoryBackend tables;

    Overlaid(MemoryBackend tables) {
      this.tables = tables;
    }

    @Override
    public Reading read(Family family) throws HostException {
      return tables.read(family);
    }

    @Override
    public boolean has(Family family) {
      return true;
    }

    @Override
    public void apply(Plan.Part part, Consumer<Plan.Part> made) throws HostException {
      tables.apply(part, made);
    }
  }
}
