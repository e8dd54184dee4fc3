package io.portmapctl.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.testing.Attachments;
import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Rounds;
import io.portmapctl.testing.Run;
import io.portmapctl.testing.Site;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ways in which rules are lost, and what restore makes of them: every mapping that is kept and
 * every one of a living container answers, none of a dead one is back, and nobody else's rule has
 * moved.
 */
@Tag("live")
class RestoreIT {
  private static final int KILLS = Rounds.of("keepKills", 4, 50);

  /** In legacy tables one way of so many. */
  private static final int LEGACY_EVERY = Rounds.of("lostEvery", 3, 1);

  /** The folders of the machine that restore looks into are the test's own. */
  private static final String OWN_FOLDERS =
      """
      set -e
      mkdir -p "$FOLDER/layer" "$FOLDER/kept" "$FOLDER/cache"
      mount -t tmpfs none "$FOLDER/layer"
      mkdir "$FOLDER/layer/upper" "$FOLDER/layer/work"
      mount -t overlay overlay /etc \
        -o "lowerdir=/etc,upperdir=$FOLDER/layer/upper,workdir=$FOLDER/layer/work"
      mkdir -p /etc/portmapctl/attachments.d
      mount --bind "$FOLDER/kept" /etc/portmapctl/attachments.d
      mount -t tmpfs none /var/lib
      mkdir -p /var/lib/cni/results
      mount --bind "$FOLDER/cache" /var/lib/cni/results
      """;

  /** Somebody else's rules, which stand before ours and after. */
  private static final String STRANGERS =
      """
      *filter
      :INPUT ACCEPT [0:0]
      :FORWARD ACCEPT [0:0]
      :OUTPUT ACCEPT [0:0]
      :STRANGER - [0:0]
      -A INPUT -p tcp -m tcp --dport 9998 -j STRANGER
      COMMIT
      *nat
      :PREROUTING ACCEPT [0:0]
      :INPUT ACCEPT [0:0]
      :OUTPUT ACCEPT [0:0]
      :POSTROUTING ACCEPT [0:0]
      :STRANGER - [0:0]
      -A PREROUTING -p tcp -m tcp --dport 9999 -j STRANGER
      -A STRANGER -p tcp -j REDIRECT --to-ports 22
      COMMIT
      """;

  @TempDir private Path folder;
  private Site site;
  private final List<Process> daemons = new ArrayList<>();
  private String variant = "nft";
  private int ways;

  @BeforeEach
  void makeSite() throws Exception {
    site = Site.make();
    for (Namespace each : List.of(site.container(), site.sibling())) {
      daemons.add(
          each.start(
              "socat", "TCP6-LISTEN:80,ipv6only=0,fork,reuseaddr", "SYSTEM:read line; echo here"));
    }
    site.settle();
  }

  @AfterEach
  void end() throws Exception {
    for (Process daemon : daemons) {
      daemon.descendants().forEach(ProcessHandle::destroy);
      daemon.destroy();
      daemon.waitFor(10, TimeUnit.SECONDS);
    }
    site.close();
  }

  private List<String> shell(String script) {
    return List.of(
        "env",
        "FOLDER=" + folder,
        "PM=" + Namespace.launcher(),
        "bash",
        "-c",
        OWN_FOLDERS + script);
  }

  /** Runs lines for a shell on the host, which sees the test's folders. */
  private Run onHost(String script) throws Exception {
    return site.host().run("", shell(script));
  }

  private String must(String script) throws Exception {
    Run run = onHost(script);
    assertThat(run.exit()).as(script + "\n" + run.out() + run.err()).isZero();
    return run.out();
  }

  private Run portmapctl(String words) throws Exception {
    return onHost("exec \"$PM\" " + words + " --iptables " + variant);
  }

  private String both(String words) {
    return "iptables-" + variant + " " + words + "; ip6tables-" + variant + " " + words + "\n";
  }

  private static String document(String id, String v4, String v6, int port) {
    return "{\"containerID\":\""
        + id
        + "\",\"ifName\":\"eth0\",\"config\":{\"cniVersion\":"
        + "\"1.0.0\",\"type\":\"portmap\",\"name\":\"web\",\"runtimeConfig\":{\"portMappings\":[{"
        + "\"hostPort\":"
        + port
        + ",\"containerPort\":80,\"protocol\":\"tcp\"}]},\"prevResult\":"
        + "{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"eth0\",\"sandbox\":\"x\"}],"
        + "\"ips\":[{\"address\":\""
        + v4
        + "\",\"interface\":0},{\"address\":\""
        + v6
        + "\",\"interface\":0}]}}}";
  }

  /** One mapping is kept by hand, one is a living container's, and one a dead one's. */
  private void publish() throws Exception {
    for (String program : List.of("iptables", "ip6tables")) {
      site.host().must(STRANGERS, program + "-" + variant + "-restore");
    }
    Files.createDirectories(folder.resolve("cache"));
    String netns = "/run/netns/" + site.sibling().name();
    Files.writeString(
        folder.resolve("cache/web-living-eth0"),
        Attachments.record(document("living", "10.89.5.7/24", "fd00:89:5::7/64", 8081), netns));
    Files.writeString(
        folder.resolve("cache/web-dead-eth0"),
        Attachments.record(
            document("dead", "10.89.5.9/24", "fd00:89:5::9/64", 8082), "/run/netns/gone-for-good"));
    must(
        "iptables-"
            + variant
            + "-save > \"$FOLDER/old4\"; ip6tables-"
            + variant
            + "-save > \"$FOLDER/old6\"");
    Run kept =
        portmapctl(
            "add --net web --container-id kept --ip 10.89.5.6/24 --ip fd00:89:5::6/64 -p 8080:80"
                + " --keep --apply --lock-file \"$FOLDER/lock\"");
    assertThat(kept.exit()).as(kept.err()).isZero();
    assertThat(kept.out()).contains("document kept: /etc/portmapctl/attachments.d/web-kept.json");
    assertRestored("at first");
  }

  /** Lines of everybody but ours, in their order. */
  private String others() throws Exception {
    StringBuilder others = new StringBuilder();
    for (String program : List.of("iptables", "ip6tables")) {
      site.host()
          .must("", program + "-" + variant + "-save")
          .lines()
          .filter(l -> !l.startsWith("#") && !l.contains("CNI-"))
          .map(l -> l.replaceFirst(" \\[.*", ""))
          .forEach(l -> others.append(l).append('\n'));
    }
    return others.toString();
  }

  private void assertRestored(String way) throws Exception {
    String before = others();
    Run run = portmapctl("restore -o brief --lock-file \"$FOLDER/lock\"");
    assertThat(run.exit()).as(way + ": " + run.out() + run.err()).isZero();
    assertThat(run.err()).as(way).contains("dead: network web, container dead");
    String after = others();
    for (String table : List.of("*nat", "*filter")) {
      if (!before.contains(table)) {
        after = after.replaceAll("(?m)^\\" + table + "\n(:.*\n)*COMMIT\n", ""); // made by a look
      }
    }
    assertThat(after).as(way).contains(before.isBlank() ? "" : before.substring(0, 4));
    assertThat(rules(after)).as(way).isEqualTo(rules(before));
    for (int port : List.of(8080, 8081)) {
      for (String to : List.of("192.0.2.1", "[2001:db8::1]")) {
        assertThat(reaches(site.peer(), to, port)).as(way + " " + to + " " + port).isTrue();
      }
      assertThat(reaches(site.host(), "127.0.0.1", port)).as(way + ", localhost").isTrue();
    }
    assertThat(site.host().must("", "iptables-" + variant + "-save", "-t", "nat"))
        .as(way)
        .doesNotContain("8082");
    Run check = portmapctl("check");
    assertThat(check.exit()).as(way + ": " + check.out()).isZero();
  }

  private static List<String> rules(String save) {
    return save.lines().filter(l -> l.startsWith("-A")).toList();
  }

  private static boolean reaches(Namespace from, String to, int port) throws Exception {
    for (int i = 0; i < 4; i++) { // the first packets may be lost while neighbours are asked for
      if (Site.reaches(from, "TCP:" + to + ":" + port + ",connect-timeout=2")) {
        return true;
      }
    }
    return false;
  }

  /** Loses the rules, and has them put back. */
  private void lose(String way, String script) throws Exception {
    if (variant.equals("legacy") && ways++ % LEGACY_EVERY != 0) {
      return;
    }
    must(script);
    assertRestored(way);
  }

  @Test
  void whatIsLostComesBack() throws Exception {
    comesBack("nft");
  }

  @Test
  void whatIsLostComesBackInLegacyTables() throws Exception {
    comesBack("legacy");
  }

  private void comesBack(String which) throws Exception {
    variant = which;
    publish();
    lose("iptables -F", both("-F"));
    lose("iptables -t nat -F", both("-t nat -F"));
    lose("iptables -t nat -F, -X", both("-t nat -F") + both("-t nat -X"));
    lose("nft flush ruleset", "nft flush ruleset");
    String older =
        "iptables-"
            + variant
            + "-restore \"$FOLDER/old4\"; ip6tables-"
            + variant
            + "-restore \"$FOLDER/old6\"";
    lose("an older save restored", older);
    lose(
        "only the jumps",
        both("-t nat -D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT")
            + both("-t nat -D OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT")
            + both(
                "-t nat -D POSTROUTING -m comment --comment 'CNI portfwd requiring masquerade'"
                    + " -j CNI-HOSTPORT-MASQ"));
    lose("one family", "ip6tables-" + variant + " -t nat -F; ip6tables-" + variant + " -t nat -X");
    lose("the setting", "sysctl -qw net/ipv4/conf/cni-web/route_localnet=0");
    lose(
        "the bridge made anew",
        """
        ip link del cni-web
        ip link add cni-web type bridge
        ip addr add 10.89.5.1/24 dev cni-web
        ip addr add fd00:89:5::1/64 dev cni-web nodad
        ip link set cni-web up
        for veth in c1 c2; do
          ip link set $veth master cni-web
          ip link set $veth type bridge_slave hairpin on
        done
        """);
    must(both("-t nat -F") + both("-t nat -X") + "nft flush ruleset");
    variant = which.equals("nft") ? "legacy" : "nft";
    assertRestored("the variant switched");
  }

  @Test
  void netfilterPersistentLoadsAnOlderSave() throws Exception {
    Needs.program("netfilter-persistent");
    publish();
    lose(
        "netfilter-persistent start",
        "mkdir -p /etc/iptables; cp \"$FOLDER/old4\" /etc/iptables/rules.v4; cp \"$FOLDER/old6\""
            + " /etc/iptables/rules.v6; netfilter-persistent start");
  }

  /** A firewalld of the test's own, on a bus of its own. */
  private final class Firewall implements AutoCloseable {
    private static final String SCRIPT =
        """
        mkdir -p "$FOLDER/run"
        cat > "$FOLDER/bus.conf" <<END
        <busconfig><type>system</type><listen>unix:path=$FOLDER/bus</listen><auth>EXTERNAL</auth>
        <policy context="default"><allow user="*"/><allow own="*"/>
        <allow send_destination="*" eavesdrop="true"/><allow send_type="method_call"/>
        <allow receive_type="signal"/><allow eavesdrop="true"/></policy></busconfig>
        END
        mkdir -p /etc/firewalld
        printf '%s\\n' FirewallBackend=iptables CleanupOnExit=yes > /etc/firewalld/firewalld.conf
        export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$FOLDER/bus PORTMAPCTL_BUS=unix:path=$FOLDER/bus
        dbus-daemon --config-file="$FOLDER/bus.conf" --nofork >/dev/null 2>&1 & bus=$!
        while ! [ -S "$FOLDER/bus" ]; do sleep 0.1; done
        "$WATCH" sh -c 'touch "$FOLDER/reloaded"' >/dev/null 2>&1 & watch=$!
        trap 'pkill -P $watch; kill $watch $firewall $bus' EXIT
        echo ready
        while read -r word; do
          case $word in
            start)
              firewalld --nofork --nopid >"$FOLDER/firewalld.log" 2>&1 & firewall=$!
              for i in $(seq 100); do
                [ "$(firewall-cmd --state 2>&1)" != running ] || break
                sleep 0.3
              done ;;
            reload) firewall-cmd --reload >/dev/null ;;
            stop) kill $firewall; wait $firewall ;;
          esac
          echo done
        done
        """;
    private final Process process;
    private final BufferedReader answers;

    Firewall() throws Exception {
      Path watch = Path.of("src/main/dist/systemd/watch").toAbsolutePath();
      List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", site.host().name()));
      command.addAll(List.of("env", "WATCH=" + watch));
      command.addAll(shell(SCRIPT));
      process = new ProcessBuilder(command).redirectError(folder.resolve("err").toFile()).start();
      answers =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      assertThat(answers.readLine()).isEqualTo("ready");
    }

    void does(String word) throws IOException {
      process.getOutputStream().write((word + "\n").getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
      assertThat(answers.readLine()).as(word).isEqualTo("done");
    }

    @Override
    public void close() throws IOException {
      process.getOutputStream().close();
      try {
        process.waitFor(30, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      process.destroy();
    }
  }

  /** It flushes all tables when it starts, reloads and stops; what waits for it hears of it. */
  @Test
  void firewalldStartsReloadsAndStops() throws Exception {
    for (String program : List.of("firewalld", "firewall-cmd", "dbus-daemon", "busctl")) {
      Needs.program(program);
    }
    publish();
    try (Firewall firewall = new Firewall()) {
      Path reloaded = folder.resolve("reloaded");
      firewall.does("start");
      assertLost();
      assertRestored("firewalld started");
      assertThat(reloaded).doesNotExist();
      firewall.does("reload");
      assertLost();
      assertRestored("firewalld reloaded");
      assertThat(reloaded).exists();
      firewall.does("stop");
      assertLost();
      assertRestored("firewalld stopped");
    }
  }

  private void assertLost() throws Exception {
    assertThat(portmapctl("check").exit()).isEqualTo(1);
    assertThat(reaches(site.peer(), "192.0.2.1", 8080)).isFalse();
  }

  /** Killed at any moment: the document is whole or absent, and the rules follow it. */
  @Test
  void aKillLeavesNoHalfDocument() throws Exception {
    Random random = new Random(21);
    int whole = 0;
    long start = System.nanoTime();
    assertThat(adding("whole", 8999).waitFor()).isZero();
    int millis = (int) ((System.nanoTime() - start) / 1_000_000);
    for (int i = 0; i < KILLS; i++) {
      String id = "killed" + i;
      Process process = adding(id, 9000 + i);
      Thread.sleep(millis / 2 + random.nextInt(millis / 2));
      process.destroyForcibly().waitFor();
      Path document = folder.resolve("kept/web-" + id + ".json");
      boolean kept = Files.exists(document);
      whole += kept ? 1 : 0;
      String table = site.host().must("", "iptables-nft-save", "-t", "nat");
      assertThat(kept || !table.contains("dport " + (9000 + i))).as("rules come after").isTrue();
      Run restore = portmapctl("restore -q --lock-file \"$FOLDER/lock\"");
      assertThat(restore.exit()).as(restore.err()).isZero();
      table = site.host().must("", "iptables-nft-save", "-t", "nat");
      assertThat(table.contains("--dport " + (9000 + i))).as("kill %d", i).isEqualTo(kept);
    }
    System.out.printf("%d kills: %d documents whole, %d absent%n", KILLS, whole, KILLS - whole);
    assertThat(portmapctl("check").exit()).isZero();
  }

  private Process adding(String id, int port) throws Exception {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", site.host().name()));
    command.addAll(
        shell(
            "exec \"$PM\" add --net web --container-id "
                + id
                + " --ip 10.89.5.6/24 -p "
                + port
                + ":80 --keep --apply -q --lock-file \"$FOLDER/lock\""));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** What is taken back takes its document back too, and del takes both. */
  @Test
  void documentsGoWithTheirRules() throws Exception {
    String who = "--net web --container-id c --ip 10.89.5.6/24";
    String lock = " --lock-file \"$FOLDER/lock\"";
    Path document = folder.resolve("kept/web-c.json");
    assertThat(portmapctl("add " + who + " -p 8080:80 --keep --apply" + lock).exit()).isZero();
    String first = Files.readString(document);
    Run refused =
        portmapctl(
            "add --net db --container-id d --ip 10.89.5.7/24 -p 8080:80 --keep --apply" + lock);
    assertThat(refused.exit()).isEqualTo(5);
    assertThat(folder.resolve("kept/db-d.json")).doesNotExist();
    Run other =
        portmapctl("add " + who + " -p 9090:80 --keep --apply --undo \"$FOLDER/undo\"" + lock);
    assertThat(other.exit()).as(other.err()).isZero();
    assertThat(document).content().contains("9090");
    must("sh \"$FOLDER/undo\"");
    assertThat(document).hasContent(first);
    assertThat(portmapctl("check").exit()).isZero();
    Run del = portmapctl("del " + who + " --keep --apply" + lock);
    assertThat(del.out()).contains("document removed: /etc/portmapctl/attachments.d/web-c.json");
    assertThat(document).doesNotExist();
    assertThat(portmapctl("del " + who + " --apply" + lock).out()).isEqualTo("No changes.\n");
    Files.createSymbolicLink(document, folder.resolve("elsewhere"));
    Run link = portmapctl("add " + who + " -p 8080:80 --keep --apply" + lock);
    assertThat(link.exit()).isEqualTo(4);
    assertThat(link.err()).contains("web-c.json", "link");
    assertThat(folder.resolve("elsewhere")).doesNotExist();
    assertThat(site.host().must("", "iptables-nft-save", "-t", "nat")).doesNotContain("8080");
  }

  /** For list and gc a container lives whose document is kept. */
  @Test
  void whatIsKeptLives() throws Exception {
    String lock = " --lock-file \"$FOLDER/lock\"";
    must("rm -f \"$FOLDER\"/cache/*");
    Files.writeString(
        folder.resolve("cache/web-living-eth0"),
        Attachments.record(
            document("living", "10.89.5.7/24", "fd00:89:5::7/64", 8081),
            "/run/netns/" + site.sibling().name()));
    String add = "add --net web --ip 10.89.5.6/24 --apply" + lock;
    assertThat(portmapctl(add + " --container-id a -p 8080:80 --keep").exit()).isZero();
    assertThat(portmapctl(add + " --container-id b -p 8082:80").exit()).isZero();
    Run list = portmapctl("list --state orphan");
    assertThat(list.out()).contains("8082").doesNotContain("8080");
    assertThat(list.err()).contains("portmapctl gc /var/lib/cni/results removes");
    Run gc = portmapctl("gc /var/lib/cni/results --apply -o brief" + lock);
    assertThat(gc.exit()).as(gc.err()).isZero();
    assertThat(gc.out()).contains("8082").doesNotContain("8080");
    Files.writeString(folder.resolve("kept/web-x.json"), "{\"half");
    assertThat(portmapctl("gc /var/lib/cni/results").exit()).isEqualTo(3);
    assertThat(portmapctl("restore" + lock).exit()).isEqualTo(3);
    assertThat(portmapctl("restore --keep-going" + lock).exit()).isEqualTo(3);
    assertThat(portmapctl("check -o nagios").exit()).isEqualTo(3);
  }
}
