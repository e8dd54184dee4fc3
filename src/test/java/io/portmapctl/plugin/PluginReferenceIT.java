package io.portmapctl.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.CniCall;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recorded calls again, by the packaged program on the kernel: one of many in a sample. */
@Tag("live")
class PluginReferenceIT {
  private static final int EVERY = Rounds.of("recordedEvery", 60, 1);

  @TempDir private Path folder;

  @Test
  void theKernelHasWhatTheRecordedPluginMade() throws Exception {
    CniCall call = CniCall.ours(folder);
    Map<String, String> listed = RecordedStep.deviations();
    Map<String, String> found = new TreeMap<>();
    int compared = 0;
    List<RecordedStep> steps =
        RecordedStep.all().stream()
            // legacy tables are taken only where they are the ones with chains
            .filter(s -> s.variant().equals("nft") && !s.environment().get("CNI_COMMAND").isEmpty())
            .toList();
    for (int i = 0; i < steps.size(); i += EVERY) {
      RecordedStep step = steps.get(i);
      try (Namespace host = Namespace.make()) {
        wire(host, step.topology());
        if (!restored(host, step)) {
          continue; // a comment with a line break can be read, and not be loaded
        }
        compared++;
        String deviation = step.deviation(called(host, call, step));
        String expected = listed.getOrDefault(step.key(), "");
        // what tables in memory take, the kernel may refuse as the plugin's was refused
        boolean refusedToo = deviation.isEmpty() && expected.equals("only the plugin fails");
        if (!deviation.equals(expected) && !refusedToo) {
          found.put(step.key(), deviation);
        }
      }
    }
    System.out.printf("plugin: %d recorded calls on the kernel%n", compared);
    assertThat(found).isEmpty();
  }

  private static void wire(Namespace host, String topology) throws Exception {
    List<String> lines = new ArrayList<>(List.of("ip link set lo up"));
    if (topology.equals("ptp")) {
      lines.add("ip link add veth1a2b type veth peer name other");
      lines.add("ip addr add 10.88.0.1/32 dev veth1a2b");
      lines.add("ip link set other up; ip link set veth1a2b up");
      lines.add("ip route add 10.88.0.5/32 dev veth1a2b; ip route add 10.88.0.6/32 dev veth1a2b");
    } else {
      String bridge = topology.equals("dotted") ? "br0.100" : "cni0";
      String address = topology.equals("noroute") ? "10.77.0.1/16" : "10.88.0.1/16";
      lines.add("ip link add " + bridge + " type bridge; ip link set " + bridge + " up");
      lines.add("ip addr add " + address + " dev " + bridge);
      lines.add("ip addr add fd00:88::1/64 dev " + bridge + " nodad");
    }
    if (topology.equals("bridge")) {
      lines.add("ip link add eth0 type veth peer name other; ip link set other up");
      lines.add("ip link set eth0 up; ip addr add 192.0.2.10/24 dev eth0");
      lines.add("ip addr add 2001:db8::10/64 dev eth0 nodad");
      lines.add("ip route add default via 192.0.2.1");
    }
    host.must("", "sh", "-ec", String.join("\n", lines));
  }

  private static boolean restored(Namespace host, RecordedStep step) throws Exception {
    Map<String, String> programs = Map.of("nat4", "iptables-restore", "nat6", "ip6tables-restore");
    for (Map.Entry<String, String> program : programs.entrySet()) {
      String text = RecordedStep.table(step.before(), program.getKey());
      String octets =
          new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      if (!text.isEmpty() && host.run(octets, List.of(program.getValue())).exit() != 0) {
        return false;
      }
    }
    Map<String, String> set = new TreeMap<>();
    step.before()
        .path("routeLocalnet")
        .fields()
        .forEachRemaining(e -> set.put(e.getKey(), e.getValue().asText()));
    for (Map.Entry<String, String> setting : set.entrySet()) {
      host.must("", "sysctl", "-qw", localnet(setting.getKey()) + "=" + setting.getValue());
    }
    return true;
  }

  private static String localnet(String device) {
    return "net/ipv4/conf/" + device + "/route_localnet";
  }

  private static RecordedStep.Left called(Namespace host, CniCall call, RecordedStep step)
      throws Exception {
    String octets =
        new String(step.stdin().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    Run run = host.run(octets, call.command(step.environment()));
    Map<String, List<String>> tables = new LinkedHashMap<>();
    for (String program : List.of("iptables-save", "ip6tables-save")) {
      String saved = host.must("", program, "-t", "nat");
      String text = new String(saved.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
      tables.put(program.startsWith("ip6") ? "nat6" : "nat4", List.of(text.split("\n", -1)));
    }
    Map<String, String> settings = new TreeMap<>();
    String printed = host.must("", "sysctl", "-a", "-r", "^net.ipv4.conf..*.route_localnet$");
    for (String line : printed.split("\n")) {
      String key = line.split(" = ")[0];
      String device = key.substring("net.ipv4.conf.".length(), key.lastIndexOf('.'));
      settings.put(device.replace('/', '.'), line.split(" = ")[1]);
    }
    return new RecordedStep.Left(run.exit(), run.out(), tables, settings);
  }
}
