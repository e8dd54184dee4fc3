package io.portmapctl.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's sessions, on a host as podman left it: what stands below a command is what it
 * prints. {@code -Dportmapctl.update=true} writes it anew.
 */
@Tag("live")
class ReadmeIT {
  private static final Path README = Path.of("README.md");
  private static final Path HOST = Path.of("testdata/podman-host");
  private static final String END = "---- the end of what it printed ----";

  @TempDir private Path folder;

  @Test
  void everySessionPrintsWhatItShows() throws Exception {
    String readme = Files.readString(README);
    Matcher blocks = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL).matcher(readme);
    List<String> commands = new ArrayList<>();
    while (blocks.find()) {
      blocks
          .group(1)
          .lines()
          .filter(l -> l.startsWith("$ "))
          .forEach(l -> commands.add(l.substring(2)));
    }
    assertThat(commands).hasSizeGreaterThan(13);
    String written = written(readme, printed(commands));
    if (Boolean.getBoolean("portmapctl.update")) {
      Files.writeString(README, written);
    }
    assertThat(written).isEqualTo(Files.readString(README));
  }

  /** What each command prints, one after another in one shell on one host. */
  private List<String> printed(List<String> commands) throws Exception {
    StringBuilder script = new StringBuilder();
    // files of the machine are not for this: what is written to these folders is gone at the end
    script.append("mount -t tmpfs none /run; mount -t tmpfs none /var/lib; cd \"$FOLDER\"\n");
    script.append("mkdir -p /var/lib/cni/results; cp \"$CACHE\"/* /var/lib/cni/results\n");
    script.append("sudo() { \"$@\"; }\n");
    for (String command : commands) {
      script.append("{ ").append(command).append("\n} 2>&1\necho '").append(END).append("'\n");
    }
    try (Namespace host = host()) {
      Run run =
          host.run(
              script.toString(),
              List.of(
                  "env",
                  "PATH=" + Path.of("target").toAbsolutePath() + ":" + System.getenv("PATH"),
                  "FOLDER=" + folder,
                  "CACHE=" + HOST.resolve("cni-cache").toAbsolutePath(),
                  "bash"));
      assertThat(run.err()).isEmpty();
      List<String> printed =
          new ArrayList<>(List.of(decoded(run.out()).split(Pattern.quote(END + "\n"), -1)));
      printed.remove(printed.size() - 1);
      assertThat(printed).hasSameSizeAs(commands);
      return printed;
    }
  }

  private static String decoded(String octets) {
    return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** The host that was captured, in a namespace, with a way to others. */
  private Namespace host() throws Exception {
    Namespace host = Namespace.make();
    host.must("", "ip", "link", "set", "lo", "up");
    host.must("", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    for (String[] bridge :
        List.of(
            new String[] {"cni-podman1", "10.89.5.1/24", "fd00:89:5::1/64"},
            new String[] {"cni-podman2", "10.89.6.1/24"})) {
      host.must("", "ip", "link", "add", bridge[0], "type", "bridge");
      for (String address : List.of(bridge).subList(1, bridge.length)) {
        host.must("", "ip", "addr", "add", address, "dev", bridge[0], "nodad");
      }
      host.must("", "ip", "link", "set", bridge[0], "up");
      host.must("", "sysctl", "-qw", "net.ipv4.conf." + bridge[0] + ".route_localnet=1");
    }
    host.must("", "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "lan0");
    host.must("", "ip", "link", "set", "lan0", "up");
    host.must("", "ip", "addr", "add", "192.0.2.10/24", "dev", "eth0");
    host.must("", "ip", "link", "set", "eth0", "up");
    host.must("", "ip", "route", "add", "default", "via", "192.0.2.1");
    for (String[] file :
        List.of(
            new String[] {"iptables-save.txt", "iptables-restore"},
            new String[] {"ip6tables-save.txt", "ip6tables-restore"})) {
      String rules = Files.readString(HOST.resolve(file[0]), StandardCharsets.ISO_8859_1);
      host.must(rules, file[1]);
    }
    return host;
  }

  private static String written(String readme, List<String> printed) {
    int next = 0;
    StringBuilder out = new StringBuilder();
    boolean inside = false;
    for (String line : readme.split("\n", -1)) {
      if (line.equals("```console")) {
        inside = true;
      } else if (inside && line.equals("```")) {
        inside = false;
      } else if (inside && line.startsWith("$ ")) {
        out.append(line).append('\n').append(printed.get(next++));
        continue;
      } else if (inside) {
        continue;
      }
      out.append(line).append('\n');
    }
    return out.substring(0, out.length() - 1);
  }
}
