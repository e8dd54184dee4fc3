package io.portmapctl.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.CniCall;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program in the place of the CNI plugin portmap, in network namespaces. */
@Tag("live")
class PluginIT {
  private static final String MAPPINGS =
      CniCall.mapping(8080, 80) + "," + CniCall.mapping(8443, 443);
  private static final String CONFIGURATION =
      CniCall.configuration("web", MAPPINGS, "10.89.5.6/24", "fd00:89:5::6/64");

  @TempDir private Path folder;

  /** By its name with whatever arguments, and by the variable without any. */
  @Test
  void itIsCalledByItsNameOrByTheVariable() throws Exception {
    CniCall call = CniCall.ours(folder);
    List<String> named = new ArrayList<>(call.command("VERSION", "5f3c"));
    named.add("add");
    List<String> unnamed = new CniCall(Namespace.launcher()).command("VERSION", "5f3c");
    List<String> arguments = new ArrayList<>(unnamed);
    arguments.add("--version");
    Run run = Namespace.process("", named);
    assertThat(run.out()).contains("supportedVersions");
    assertThat(Namespace.process("", unnamed)).isEqualTo(run);
    assertThat(Namespace.process("", arguments).out()).startsWith("portmapctl ");
    assertThat(Namespace.process("", List.of(call.plugin())).err())
        .contains("portmapctl-plugin(8)", "\nversions of CNI: 0.1.0, ");
    List<String> jar = List.of("java", "-jar", "target/portmapctl.jar");
    List<String> byJar = new ArrayList<>(unnamed.subList(0, unnamed.size() - 1));
    byJar.addAll(jar);
    assertThat(Namespace.process("", byJar).out()).isEqualTo(run.out());
  }

  /** What has no Java to run on is told as the specification says. */
  @Test
  void withoutJavaARuntimeIsToldSo() throws Exception {
    List<String> command = new ArrayList<>(CniCall.ours(folder).command("ADD", "5f3c"));
    command.add(1, "PORTMAPCTL_JAVA=/nowhere/java");
    Run run = Namespace.process(CONFIGURATION, command);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).startsWith("{\"cniVersion\": \"1.1.0\", \"code\": 50, \"msg\": ");
    assertThat(run.err()).contains("no Java found at /nowhere/java");
  }

  /** It starts by what it needs: nothing of a command line, all of ours out of the archive. */
  @Test
  void nothingOfTheCommandLineIsLoaded() throws Exception {
    try (Namespace host = Namespace.withBridge()) {
      for (String verb : List.of("ADD", "CHECK", "DEL", "VERSION")) {
        Path log = folder.resolve(verb);
        List<String> command = new ArrayList<>(CniCall.ours(folder).command(verb, "5f3c"));
        command.remove(command.size() - 1);
        command.addAll(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:SharedArchiveFile=target/portmapctl.jsa",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable",
                "-Xlog:class+load:file=" + log,
                "-Dportmapctl.name=portmap",
                "-cp",
                "target/portmapctl.jar",
                "io.portmapctl.Main"));
        Run run = host.run(CONFIGURATION, command);
        assertThat(run.exit()).as(run.out()).isZero();
        List<String> loaded = Files.readAllLines(log);
        assertThat(loaded).anyMatch(l -> l.contains(" io.portmapctl.plugin.Plugin "));
        assertThat(
                loaded.stream()
                    .filter(
                        l ->
                            l.contains(" picocli.")
                                || l.contains(" org.jline.")
                                || l.contains("jackson.databind")
                                || l.contains("io.portmapctl.cli.")))
            .as(verb)
            .isEmpty();
        if (verb.equals("ADD") || verb.equals("VERSION")) {
          // what links a lambda may be made anew
          assertThat(
                  loaded.stream()
                      .filter(l -> l.contains(" io.portmapctl.") && !l.contains("$$Lambda"))
                      .filter(l -> !l.contains("shared objects file")))
              .as(verb)
              .isEmpty();
        }
      }
    }
  }

  /** Both families, both variants of iptables: made, checked, repeated, removed. */
  @Test
  void anAttachmentComesAndGoes() throws Exception {
    CniCall call = CniCall.ours(folder);
    try (Namespace host = Namespace.withBridge()) {
      Run added = call.in(host, "ADD", "5f3c", CONFIGURATION);
      assertThat(added.exit()).as(added.out()).isZero();
      assertThat(added.out()).startsWith("{\"cniVersion\":\"1.0.0\",\"interfaces\":");
      assertThat(added.err()).isEmpty();
      var rules = host.natTables("nft");
      call.must(host, "CHECK", "5f3c", CONFIGURATION);
      call.must(host, "ADD", "5f3c", CONFIGURATION);
      assertThat(host.natTables("nft")).isEqualTo(rules);
      assertThat(host.must("", "cat", "/proc/sys/net/ipv4/conf/cni-test0/route_localnet"))
          .isEqualTo("1\n");
      host.must("", "iptables", "-t", "nat", "-F", "PREROUTING");
      assertThat(call.in(host, "CHECK", "5f3c", CONFIGURATION).out()).contains("\"code\": 102");
      String status = "{\"cniVersion\":\"1.1.0\",\"name\":\"web\",\"type\":\"portmap\"}";
      assertThat(call.in(host, "STATUS", "5f3c", status).out()).contains("\"code\": 51");
      call.must(host, "ADD", "5f3c", CONFIGURATION);
      assertThat(host.natTables("nft")).isEqualTo(rules);
      call.must(host, "STATUS", "5f3c", status);
      for (int again = 0; again < 2; again++) {
        Run removed = call.in(host, "DEL", "5f3c", "{\"name\":\"web\"}");
        assertThat(removed).isEqualTo(new Run(0, "", ""));
        assertThat(host.natTables("nft").toString()).doesNotContain("5f3c", "CNI-DN-");
      }
    }
  }

  /** A host that went from one variant of iptables to the other has chains in both. */
  @Test
  void chainsInBothVariantsKeepNobodyFromStarting() throws Exception {
    CniCall call = CniCall.ours(folder);
    try (Namespace host = Namespace.withBridge()) {
      call.must(host, "ADD", "5f3c", CONFIGURATION);
      String saved = host.must("", "iptables-save", "-t", "nat");
      host.must(saved, "iptables-legacy-restore");
      call.must(host, "ADD", "6a6a", CONFIGURATION);
      assertThat(host.natTables("nft").toString()).contains("6a6a");
      assertThat(host.natTables("legacy").toString()).contains("5f3c").doesNotContain("6a6a");
      call.must(host, "DEL", "5f3c", CONFIGURATION);
      assertThat(host.natTables("nft").toString()).doesNotContain("5f3c");
      assertThat(host.natTables("legacy").toString()).doesNotContain("5f3c");
    }
  }

  /** Rules that may not be read cannot be changed. */
  @Test
  void statusTellsThatRulesCannotBeChanged() throws Exception {
    List<String> command =
        new ArrayList<>(List.of("setpriv", "--reuid", "65534", "--clear-groups"));
    command.addAll(new CniCall(Namespace.launcherForAnybody(folder)).command("STATUS", "5f3c"));
    Namespace.process("", List.of("chmod", "755", folder.toString()));
    try (Namespace host = Namespace.withBridge()) {
      String status = "{\"cniVersion\":\"1.1.0\",\"name\":\"web\",\"type\":\"portmap\"}";
      Run run = host.run(status, command);
      assertThat(run.exit()).isEqualTo(1);
      assertThat(run.out()).contains("\"code\": 50", "permission denied");
    }
  }
}
