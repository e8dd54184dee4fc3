package io.portmapctl.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.portmapctl.testing.Namespace;
import io.portmapctl.testing.Needs;
import io.portmapctl.testing.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The units, under a systemd of the test's own: it is process 1 of namespaces for processes, the
 * network, mounts and groups, over the machine's files with a layer of its own.
 */
@Tag("live")
class UnitsIT {
  private static final String BOOT =
      """
      set -e
      mount -t tmpfs none "$1"
      mkdir "$1/upper" "$1/work" "$1/root"
      mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
      root=$1/root
      mount -t proc none $root/proc
      mount --rbind /dev $root/dev
      mount -t tmpfs none $root/run
      mount -t tmpfs none $root/tmp
      mount -t sysfs none $root/sys
      mkdir -p $root/sys/fs/cgroup
      mount -t cgroup2 none $root/sys/fs/cgroup
      mount --bind "$2" $root/mnt
      rm -f $root/etc/systemd/system/*.wants/*
      cd $root
      install -m 755 mnt/target/portmapctl usr/bin/portmapctl
      rm -rf usr/share/portmapctl var/lib/cni etc/portmapctl
      mkdir -p usr/share/portmapctl usr/lib/systemd/system etc/portmapctl/attachments.d
      cp -r mnt/target/portmapctl.jar mnt/target/lib usr/share/portmapctl
      install -m 755 mnt/src/main/dist/systemd/watch mnt/src/main/dist/systemd/check-and-restore \
        usr/share/portmapctl
      install -m 644 mnt/src/main/dist/systemd/*.service mnt/src/main/dist/systemd/*.timer \
        usr/lib/systemd/system
      mkdir -p usr/share/man/man1
      cp mnt/man/portmapctl*.1 usr/share/man/man1
      printf 'flush ruleset\\n' > etc/nftables.conf
      mkdir -p etc/firewalld
      printf '%s\\n' FirewallBackend=iptables > etc/firewalld/firewalld.conf
      ip link set lo up
      ip link add cni-web type bridge
      ip addr add 10.89.5.1/24 dev cni-web
      ip link set cni-web up
      sysctl -qw net/ipv4/ip_forward=1
      exec chroot $root env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        /lib/systemd/systemd --unit=basic.target --show-status=0 --log-target=null
      """;

  @TempDir private Path folder;
  private long systemd;
  private final List<Process> processes = new ArrayList<>();

  @BeforeEach
  void boot() throws Exception {
    for (String program : List.of("unshare", "nsenter", "systemctl", "nft", "busctl")) {
      Needs.program(program);
    }
    Needs.that("root".equals(System.getProperty("user.name")), "mounting needs root");
    Needs.that(Files.exists(Path.of("/lib/systemd/systemd")), "systemd is not installed");
    Process process =
        new ProcessBuilder(
                "unshare",
                "-pfmniuC",
                "--kill-child",
                "bash",
                "-c",
                BOOT,
                "bash",
                folder.toString(),
                Path.of("").toAbsolutePath().toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolveSibling(folder.getFileName() + ".log").toFile())
            .start();
    processes.add(process);
    for (int i = 0; i < 300; i++) {
      List<ProcessHandle> children = process.children().toList();
      if (!children.isEmpty()) {
        systemd = children.get(0).pid();
        String state = run("systemctl is-system-running").out().strip();
        if (List.of("running", "degraded").contains(state)) {
          return;
        }
      }
      Thread.sleep(200);
    }
    assumeTrue(false, "no systemd can be run in namespaces here");
  }

  @AfterEach
  void end() throws Exception {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }

  private Run run(String command) throws Exception {
    return Namespace.process(
        "",
        List.of(
            "nsenter",
            "-t",
            Long.toString(systemd),
            "-a",
            "-r",
            "env",
            "-C",
            "/",
            "sh",
            "-c",
            command));
  }

  private String must(String command) throws Exception {
    Run run = run(command);
    assertThat(run.exit()).as(command + ": " + run.out() + run.err()).isZero();
    return run.out();
  }

  private boolean isThere() throws Exception {
    return must("iptables-save -t nat").contains("--dport 8080 -j DNAT");
  }

  private boolean isSettled() throws Exception {
    return must("systemctl list-jobs").contains("No jobs");
  }

  /** What others' jobs bring with them, nobody waits for; a firewall among them may yet flush. */
  private void assertBack(String when) throws Exception {
    for (int i = 0; i < 300 && !(isSettled() && isThere()); i++) {
      Thread.sleep(200);
    }
    String said = run("systemctl status 'portmapctl-*' nftables firewalld --no-pager").out();
    assertThat(isThere()).as("%s: %s", when, said).isTrue();
  }

  private void keep() throws Exception {
    must(
        "portmapctl add --net web --container-id c --ip 10.89.5.6/24 -p 8080:80 --keep --apply -q");
    assertThat(isThere()).isTrue();
  }

  @Test
  void everyUnitIsAsSystemdWantsIt() throws Exception {
    Run run = run("systemd-analyze verify --man=no /usr/lib/systemd/system/portmapctl-*");
    assertThat(run.exit()).isZero();
    assertThat(run.out() + run.err()).isEmpty();
    assertThat(run("systemctl is-enabled portmapctl-restore portmapctl-watch").out())
        .isEqualTo("disabled\ndisabled\n");
    assertThat(run("systemctl is-enabled portmapctl-check.timer").out()).isEqualTo("disabled\n");
  }

  /** Started after whoever loads a firewall, and again whenever that is loaded anew. */
  @Test
  void rulesComeBackAfterTheFirewall() throws Exception {
    keep();
    must("systemctl enable -q portmapctl-restore nftables");
    must("systemctl start portmapctl-restore nftables");
    assertThat(must("systemctl show -p After portmapctl-restore"))
        .contains("nftables.service", "firewalld.service", "netfilter-persistent.service");
    assertThat(isThere()).isTrue();
    must("systemctl reload nftables");
    assertBack("reloaded");
    must("systemctl restart nftables");
    assertBack("restarted");
    must("systemctl stop nftables portmapctl-restore");
    assertThat(isThere()).isFalse();
    must("systemctl start nftables multi-user.target"); // as at a start of the host
    assertBack("at a start");
    must("echo '{' > /etc/portmapctl/attachments.d/half.json");
    must("systemctl reload nftables");
    assertBack("beside a document that cannot be read");
  }

  /** The timer's service puts back what is missing, and says so in one line. */
  @Test
  void theTimerPutsBackWhatIsMissing() throws Exception {
    keep();
    must("systemctl start systemd-journald portmapctl-check.service");
    String journal =
        "journalctl --flush; journalctl -q -o cat -u portmapctl-check -t check-and-restore";
    assertThat(must(journal)).isEmpty();
    must("iptables -t nat -F; iptables -t nat -X");
    must("systemctl start portmapctl-check.service");
    assertThat(isThere()).isTrue();
    assertThat(must(journal))
        .isEqualTo(
            "put back: PORTMAPCTL CRITICAL - missing: web/c | ok=0 drift=0 missing=1 shadowed=0"
                + " partly=0 open=0 dead=0\n");
    must("echo '{' > /etc/portmapctl/attachments.d/half.json");
    assertThat(run("systemctl start portmapctl-check.service").exit()).isNotZero();
    assertThat(must(journal).lines()).hasSize(2).last().asString().contains("UNKNOWN");
    must("systemctl start portmapctl-check.timer");
    assertThat(must("systemctl list-timers")).contains("portmapctl-check.timer");
  }

  /** A reload that systemd does not hear of: the watcher does. */
  @Test
  void theWatcherHearsFirewalld() throws Exception {
    Needs.program("firewalld");
    keep();
    must("systemctl enable -q portmapctl-restore");
    must("systemctl start dbus portmapctl-restore portmapctl-watch firewalld");
    assertBack("started together");
    must("systemctl restart firewalld");
    assertBack("restarted");
    for (int i = 0; i < 150 && run("pgrep -x java").exit() == 0; i++) {
      Thread.sleep(200);
    }
    assertThat(run("pgrep -x java").out()).as("what stays").isEmpty();
    must("iptables -t nat -F");
    must("firewall-cmd --reload");
    assertBack("reloaded");
  }
}
